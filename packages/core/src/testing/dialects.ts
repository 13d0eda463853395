/** How each language says the few things that the driver conformance suite asks of all of them. */
import type { SessionConfig } from '@holdfast/protocol';

/** Code for one language or dialect. Names are identifiers, texts have no quotes in them. */
export interface Dialect {
  name: string;
  config: SessionConfig;
  set(name: string, text: string): string;
  /** Prints the value and a newline; `unset` if there is none. */
  get(name: string): string;
  print(text: string): string;
  printError(text: string): string;
  /** Writes the bytes 00 ff fe 0a, and nothing else. */
  rawBytes: string;
  cd(folder: string): string;
  pwd: string;
  /** Prints the variable, or `unset`. */
  environment(name: string): string;
  exportVariable(name: string, text: string): string;
  exit(code: number): string;
  syntaxError: string;
  endlessLoop: string;
  /** Prints `begun` from a child process and waits in it: a signal to the kernel alone does not end that. */
  sleepInChild: string;
  killSelf: string;
  /** Prints `got LINE`, or `got nothing` at end of file. */
  readLine: string;
  /** Copies what it reads from `/dev/stdin`, opened by name. */
  readDevStdin: string;
  /** Starts this shell text as a background job that writes to the command's output. */
  background(shellText: string): string;
  /** Prints so many `x` without a newline. */
  fill(count: number): string;
}

const shell = (name: string, program?: string): Dialect => ({
  name,
  config: { language: 'bash', ...(program ? { shell: program } : {}) },
  set: (variable, text) => `${variable}='${text}'`,
  get: (variable) => `echo "\${${variable}-unset}"`,
  print: (text) => `echo '${text}'`,
  printError: (text) => `echo '${text}' >&2`,
  rawBytes: `printf '\\000\\377\\376\\n'`,
  cd: (folder) => `cd '${folder}'`,
  pwd: 'pwd',
  environment: (variable) => `printenv ${variable} || echo unset`,
  exportVariable: (variable, text) => `export ${variable}='${text}'`,
  exit: (code) => `exit ${code}`,
  syntaxError: 'done',
  endlessLoop: 'while :; do :; done',
  sleepInChild: `sh -c 'echo begun; exec sleep 1000'`,
  killSelf: 'kill -KILL $$',
  readLine: 'if read -r line; then echo "got $line"; else echo "got nothing"; fi',
  readDevStdin: 'cat /dev/stdin',
  background: (text) => `(${text}) &`,
  fill: (count) => `head -c ${count} /dev/zero | tr '\\0' x`,
});

const python: Dialect = {
  name: 'python',
  config: { language: 'python' },
  set: (variable, text) => `${variable} = '${text}'`,
  get: (variable) => `print(globals().get('${variable}', 'unset'))`,
  print: (text) => `print('${text}')`,
  printError: (text) => `import sys\nprint('${text}', file=sys.stderr)`,
  rawBytes: `import sys\n_ = sys.stdout.buffer.write(b'\\x00\\xff\\xfe\\n')`,
  cd: (folder) => `import os\nos.chdir('${folder}')`,
  pwd: 'import os\nprint(os.getcwd())',
  environment: (variable) => `import os\nprint(os.environ.get('${variable}', 'unset'))`,
  exportVariable: (variable, text) => `import os\nos.environ['${variable}'] = '${text}'`,
  exit: (code) => `import sys\nsys.exit(${code})`,
  syntaxError: 'x = = 1',
  endlessLoop: 'while True: pass',
  sleepInChild: `import subprocess\nsubprocess.run(['sh', '-c', 'echo begun; exec sleep 1000'])`,
  killSelf: 'import os, signal\nos.kill(os.getpid(), signal.SIGKILL)',
  readLine: `import sys\nline = sys.stdin.readline()\nprint('got', line.strip() or 'nothing')`,
  readDevStdin: `print(open('/dev/stdin').read(), end='')`,
  background: (text) => `import subprocess\nchild = subprocess.Popen(['sh', '-c', ${JSON.stringify(text)}])`,
  fill: (count) => `print('x' * ${count}, end='')`,
};

const node: Dialect = {
  name: 'node',
  config: { language: 'node' },
  set: (variable, text) => `var ${variable} = '${text}'`,
  get: (variable) => `console.log(typeof ${variable} === 'undefined' ? 'unset' : ${variable})`,
  print: (text) => `console.log('${text}')`,
  printError: (text) => `console.error('${text}')`,
  rawBytes: 'process.stdout.write(Buffer.from([0, 255, 254, 10])); undefined',
  cd: (folder) => `process.chdir('${folder}')`,
  pwd: 'console.log(process.cwd())',
  environment: (variable) => `console.log(process.env.${variable} ?? 'unset')`,
  exportVariable: (variable, text) => `process.env.${variable} = '${text}'; undefined`,
  exit: (code) => `process.exit(${code})`,
  syntaxError: 'const = 1',
  endlessLoop: 'while (true) {}',
  sleepInChild: `require('node:child_process').execFileSync('sh', ['-c', 'echo begun; exec sleep 1000'], { stdio: 'inherit' })`,
  killSelf: `process.kill(process.pid, 'SIGKILL')`,
  readLine: `var line = require('node:fs').readFileSync(0, 'utf8'); console.log('got', line.trim() || 'nothing')`,
  readDevStdin: `process.stdout.write(require('node:fs').readFileSync('/dev/stdin', 'utf8')); undefined`,
  background: (text) =>
    `void require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(text)}], { stdio: 'inherit' })`,
  fill: (count) => `process.stdout.write('x'.repeat(${count})); undefined`,
};

/** By the name of what runs: `bash`, `dash`, `zsh`, `python`, `node`. */
export const dialects = {
  bash: shell('bash'),
  dash: shell('dash', '/bin/sh'),
  zsh: shell('zsh', '/bin/zsh'),
  python,
  node,
};
