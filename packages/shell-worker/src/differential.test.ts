/**
 * A session against the real thing: each script is run by one plain `bash script`, and command by command in a
 * session. Output and exit code must be the same, but for positions in error messages.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from '@holdfast/core';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

interface Outcome {
  stdout: string;
  stderr: string;
  exitCode: number | null;
}

const env = { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/root', LANG: 'C.UTF-8' };

const withFolder = async <Value>(use: (folder: string) => Value | Promise<Value>): Promise<Value> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-differential-')));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** The shell's output goes through real pipes, so that `/dev/stderr` can be opened as it can in a session. */
const throughPipes =
  '{ { cd work;unset OLDPWD;"$@" 2>&3 3>&-;echo $? >../status; } 2>/dev/null | cat >out; } 3>&1 | cat >err';

const runPlain = (commands: string[]): Promise<Outcome> =>
  withFolder((folder) => {
    writeFileSync(join(folder, 'bash'), `${commands.join('\n')}\n`);
    const args = [
      '-c',
      `mkdir work;${throughPipes}`,
      'sh',
      'bash',
      '--norc',
      '--noprofile',
      join(folder, 'bash'),
    ];
    spawnSync('/bin/sh', args, { cwd: folder, env, stdio: ['ignore', 'ignore', 'ignore'], timeout: 15_000 });
    const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
    const work = join(folder, 'work');
    return {
      stdout: normalise(read('out'), work),
      stderr: normalise(read('err').replaceAll(`${folder}/bash`, 'bash'), work),
      exitCode: Number(read('status')),
    };
  });

let sessions = 0;

const runInSession = (commands: string[]): Promise<Outcome> =>
  withFolder(async (cwd) => {
    sessions += 1;
    const session = manager.getOrCreateSession(`differential-${sessions}`, { cwd, env });
    const whole: Outcome = { stdout: '', stderr: '', exitCode: 0 };
    for (const command of commands) {
      const { stdout, stderr, exitCode, exited, stateLost, timedOut } = await session.exec(command, {
        timeoutMs: 10_000,
      });
      whole.stdout += stdout;
      whole.stderr += timedOut ? `${stderr}timed out` : stderr;
      whole.exitCode = exitCode;
      // There the script ends.
      if (exited || stateLost) break;
    }
    await session.terminate();
    return {
      stdout: normalise(whole.stdout, cwd),
      stderr: normalise(whole.stderr, cwd),
      exitCode: whole.exitCode,
    };
  });

/** Takes out what can not be the same: folders, line numbers, process ids, times, the depth of a trace. */
const normalise = (text: string, folder: string): string =>
  text
    .replaceAll(folder, 'FOLDER')
    .replaceAll(/^(.*?: )?(?:eval: )?line \d+: /gm, '$1')
    .replaceAll(/^\++ /gm, '+ ')
    // The numbers of processes, which begin anew at 300: above every exit code.
    .replaceAll(/\b(?:[3-9]\d{2}|\d{4,})\b/g, 'N')
    // Said by the shell around the plain one.
    .replaceAll(/^(?:Killed|Hangup|Terminated|User defined signal \d)\n/gm, '')
    .replaceAll(/^(real|user|sys)\t.*$/gm, '$1');

/** Each line is a script; `⏎` ends a command, `␤` is a newline within one. */
const readCorpus = (): Map<string, string[][]> => {
  const folder = new URL('./testing/corpus/', import.meta.url);
  const files = readdirSync(folder).map((file): [string, string[][]] => {
    const lines = readFileSync(new URL(file, folder), 'utf8').split('\n');
    const scripts = lines
      .filter((line) => line !== '')
      .map((line) => line.replaceAll('␤', '\n').split(' ⏎ '));
    return [file.replace(/\.txt$/, ''), scripts];
  });
  return new Map(files);
};

describe('a session does what one bash script does', () => {
  const corpus = readCorpus();

  it('is tried with at least 300 scripts', () => {
    expect([...corpus.values()].flat().length).toBeGreaterThanOrEqual(300);
  });

  for (const [name, scripts] of corpus) {
    it(`${name}: ${scripts.length} scripts`, { timeout: 120_000 }, async () => {
      const queue = [...scripts];
      const worker = async (): Promise<void> => {
        for (let commands = queue.pop(); commands; commands = queue.pop()) {
          expect({ commands, ...(await runInSession(commands)) }).toEqual({
            commands,
            ...(await runPlain(commands)),
          });
        }
      };
      await Promise.all([worker(), worker()]);
    });
  }

  // The same statements in every run of CI; HOLDFAST_SEED=N explores others.
  it('generated statements', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(statement, { minLength: 1, maxLength: 6 }), async (commands) => {
        expect(await runInSession(commands)).toEqual(await runPlain(commands));
      }),
      { numRuns: 60, seed: Number(process.env.HOLDFAST_SEED ?? 1) },
    );
  });
});

// --- statements of bash that always end and never read input ---

const name = fc.constantFrom('a', 'b', 'c');
const word = fc.constantFrom(
  'x',
  "'y z'",
  '"$a"',
  '${b:-d}',
  '$((1+2))',
  '"${c[@]}"',
  '*',
  '~',
  "$'t\\tt'",
  '$?',
  '$#',
  '"$*"',
);
const number = fc.integer({ min: -3, max: 12 });

const simple = fc.oneof(
  fc.tuple(name, word).map(([variable, value]) => `${variable}=${value}`),
  fc.array(word, { maxLength: 3 }).map((words) => `echo ${words.join(' ')}`),
  fc.array(word, { maxLength: 3 }).map((words) => `printf '<%s>' ${words.join(' ')}; echo`),
  fc.array(word, { maxLength: 3 }).map((words) => `set -- ${words.join(' ')}`),
  fc.array(word, { maxLength: 3 }).map((words) => `c=(${words.join(' ')})`),
  fc.tuple(name, number).map(([variable, value]) => `((${variable}=${value}))`),
  fc.constantFrom(
    'true',
    'false',
    ':',
    'nosuch_command',
    'cd /usr',
    'cd -',
    'pwd',
    'f',
    'shift',
    'unset a',
    'exit',
  ),
  fc.constantFrom(
    'set -u',
    'set +u',
    'set -f',
    'set +f',
    'set -o pipefail',
    'set +e',
    'set -e',
    'shopt -s nullglob',
  ),
  fc.constantFrom('export a', 'readonly b', 'declare -i a', 'local x', 'return', 'break', 'continue 2'),
  fc.constantFrom("trap 'echo err' ERR", 'trap - ERR', "trap 'echo usr' USR1"),
);

const { statement } = fc.letrec<{ statement: string; list: string }>((tie) => ({
  statement: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'bash' },
    simple,
    fc.tuple(tie('statement'), fc.constantFrom(' && ', ' || ', '; '), simple).map((parts) => parts.join('')),
    // A reader that left early would end the writer with SIGPIPE, sooner or later: so it reads to the end first.
    fc.tuple(tie('statement'), simple).map(([writer, reader]) => `${writer} | { cat; ${reader}; }`),
    tie('list').map((list) => `( ${list} )`),
    tie('list').map((list) => `{ ${list}; }`),
    tie('list').map((list) => `f() { ${list}; }`),
    tie('list').map((list) => `for i in 1 2; do ${list}; done`),
    fc.tuple(simple, tie('list')).map(([test, list]) => `if ${test}; then ${list}; else echo no; fi`),
    fc
      .tuple(word, tie('list'))
      .map(([subject, list]) => `case ${subject} in x|d) ${list};; *) echo other;; esac`),
    tie('list').map((list) => `a=$( ${list} ); echo "$a"`),
    // Switched on in there, errexit may take the negated status itself for a failure: bash's own eval does.
    tie('list').map((list) => `! { ${list.replaceAll('set -e', 'set +e')}; }`),
  ),
  list: fc.array(tie('statement'), { minLength: 1, maxLength: 3 }).map((statements) => statements.join('; ')),
}));
