/** Every code block of every page is run, as it is printed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listWorkspaces, root } from '../lib/paths.mjs';
import { type CodeBlock, type Program, readCodeBlocks, toPrograms } from './code-blocks.ts';
import { readPages } from './pages.ts';
import { runProgram, runShellBlock, typeCheck } from './run-program.ts';

const pages = readPages().map(({ path, text }) => ({ path, blocks: readCodeBlocks(text) }));
const programs = pages.flatMap(({ path, blocks }) =>
  toPrograms(blocks).map((program): [string, Program] => [`${path}:${program.parts[0]?.line}`, program]),
);
const shellBlocks = pages.flatMap(({ path, blocks }) =>
  blocks.filter(isShell).map((block): [string, CodeBlock] => [`${path}:${block.line}`, block]),
);

// For machines that are slow, and stand still for seconds.
const timeout = 120_000;

describe('code', () => {
  test.each(programs)('%s runs and prints what the page says', { timeout }, async (_, program) => {
    const said = program.parts.map(({ line, prints }) => ({ line, prints }));
    const printed = await runProgram(program);
    expect(printed.map((prints, index) => ({ line: program.parts[index]?.line, prints }))).toEqual(said);
  });

  test('passes the compiler where it is TypeScript', { timeout }, () => {
    expect(typeCheck(programs.filter(([, { isTypeScript }]) => isTypeScript))).toEqual([]);
  });
});

describe('shell commands', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const projects = [...listWorkspaces().map(({ dir }) => dir.split('/').at(-1)), 'scripts'];

  test.each(shellBlocks)('%s', { timeout }, async (_, { code }) => {
    const { npm, other } = splitCommands(code);
    for (const command of npm) {
      const { script, project } = parseNpm(command);
      if (script) expect(Object.keys(scripts), command).toContain(script);
      if (project) expect(projects, command).toContain(project);
    }
    if (other.length > 0) await runShellBlock(other.join('\n'));
  });
});

test('every block says what it is', () => {
  const known = ['js', 'ts', 'sh', 'text', 'mermaid'];
  const strangers = pages.flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => !known.includes(language)).map(({ line }) => `${path}:${line}`),
  );
  expect(strangers).toEqual([]);
});

function isShell({ language }: CodeBlock): boolean {
  return language === 'sh';
}

/** npm's commands take long or would run these very tests: for them it is checked that they exist. */
function splitCommands(code: string): { npm: string[]; other: string[] } {
  const commands = code
    .split(/\n|&&/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
  return {
    npm: commands.filter((command) => command.startsWith('npm ')),
    other: commands.filter((command) => !command.startsWith('npm ')),
  };
}

const builtIn = new Set(['ci', 'cit', 'install', 'pack']);

function parseNpm(command: string): { script?: string; project?: string } {
  const [, verb = '', name] = command.split(/\s+/);
  const script = verb === 'run' ? name : builtIn.has(verb) ? (verb === 'cit' ? 'test' : undefined) : verb;
  const project = /--project (\S+)/.exec(command)?.[1];
  return { ...(script ? { script } : {}), ...(project ? { project } : {}) };
}
