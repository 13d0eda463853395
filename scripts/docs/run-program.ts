/** Runs a program of a page in a process of its own, in an empty folder, as a user would. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { root } from '../lib/paths.mjs';
import type { Program } from './code-blocks.ts';

export interface ProcessResult {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

// Inside the repository, so that `import 'holdfast'` finds the workspace's packages.
const cache = join(root, 'node_modules/.cache/docs');

// Less than a test may take: what a program printed until then tells where it is stuck.
const processTimeoutMs = 100_000;

// Between the output of two parts. No page prints it.
const separator = '\u001e';

/** What each part printed. @throws with all output, if the program failed */
export const runProgram = async ({ parts }: Program): Promise<string[]> => {
  const source = parts
    .map(({ code }) => code)
    .join(`\nprocess.stdout.write(${JSON.stringify(separator)});\n`);
  const { exitCode, stdout, stderr } = await inFolder(cache, async (folder) => {
    const file = join(folder, 'program.mjs');
    writeFileSync(file, toJavaScript(source));
    return inFolder(tmpdir(), (cwd) => runProcess(process.execPath, [file], cwd));
  });
  if (exitCode !== 0 || stderr !== '') throw new Error(`exit code ${exitCode}\n${stdout}\n${stderr}`);
  return stdout.split(separator);
};

/** With a daemon of its own, so that it never meets that of whoever runs the tests. */
export const runShellBlock = (code: string): Promise<void> =>
  inFolder(tmpdir(), async (folder) => {
    const env = {
      ...process.env,
      HOLDFAST_SOCKET: join(folder, 'daemon.sock'),
      HOLDFAST_SESSIONS_DIR: join(folder, 'sessions'),
    };
    try {
      const { exitCode, stdout, stderr } = await runProcess(
        'bash',
        ['-euo', 'pipefail', '-c', code],
        root,
        env,
      );
      if (exitCode !== 0) throw new Error(`exit code ${exitCode}\n${stdout}\n${stderr}`);
    } finally {
      if (existsSync(env.HOLDFAST_SOCKET)) {
        await runProcess(process.execPath, ['packages/cli/bin/holdfast.cjs', 'daemon', 'stop'], root, env);
      }
    }
  });

/** Every complaint of the compiler about the programs, as a sentence. */
export const typeCheck = (programs: readonly (readonly [name: string, program: Program])[]): string[] => {
  const folder = makeFolder(cache);
  try {
    const names = new Map<string, string>();
    for (const [index, [name, { parts }]] of programs.entries()) {
      const file = join(folder, `${index}.mts`);
      names.set(file, name);
      writeFileSync(file, `${parts.map(({ code }) => code).join('\n')}\nexport {};\n`);
    }
    const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
    const { options } = ts.convertCompilerOptionsFromJson(
      {
        ...config.compilerOptions,
        composite: false,
        declaration: false,
        declarationMap: false,
        noEmit: true,
      },
      root,
    );
    const diagnostics = ts.getPreEmitDiagnostics(ts.createProgram([...names.keys()], options));
    return diagnostics.map(
      ({ file, messageText }) =>
        `${names.get(file?.fileName ?? '') ?? file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export const runProcess = (
  file: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProcessResult> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: processTimeoutMs,
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });

const toJavaScript = (source: string): string => {
  const target = ts.ScriptTarget.ES2022;
  const module = ts.ModuleKind.ESNext;
  return ts.transpileModule(source, { compilerOptions: { target, module, verbatimModuleSyntax: true } })
    .outputText;
};

const makeFolder = (parent: string): string => {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, 'holdfast-docs-'));
};

const inFolder = async <Value>(parent: string, use: (folder: string) => Promise<Value>): Promise<Value> => {
  const folder = makeFolder(parent);
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
