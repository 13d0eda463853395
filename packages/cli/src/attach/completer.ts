/** Completes the last word of a line: names that the session knows, programs, files. */
import { readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Connection } from '@holdfast/client';
import type { HttpAnswer, Language, SessionMessage } from '@holdfast/protocol';

export interface CompleterContext {
  connection: Connection;
  session: SessionMessage;
  language: Language;
  /** Files and programs are those of this machine. */
  isHere: boolean;
}

const shellWords =
  'alias bg break case cd continue declare do done echo elif else esac eval exec exit export fi for function if in jobs kill local printf pwd read return select set shift source test then time trap type ulimit umask unalias unset until wait while'.split(
    ' ',
  );
const own = [':bash', ':python', ':node', ':help', ':quit'];
const mostNames = 200;

export const createCompleter =
  (context: CompleterContext) =>
  async (line: string): Promise<[string[], string]> => {
    if (line.startsWith(':')) return [own.filter((name) => name.startsWith(line)), line];
    const { connection, session, language } = context;
    const word = /[^\s"'`;|&()<>=$]*$/.exec(line)?.[0] ?? '';
    const before = line.slice(0, line.length - word.length);
    const state = await connection.call('state', {
      params: { session: session.sessionId },
      query: { language },
    });
    const isFirst = /(?:^|[;|&(])\s*$/.test(before);
    const names = candidates(context, state, word, { isFirst, isVariable: before.endsWith('$') });
    return [[...new Set(names)].sort().slice(0, mostNames), word];
  };

const candidates = (
  { language, isHere }: CompleterContext,
  state: HttpAnswer<'state'>,
  word: string,
  { isFirst, isVariable }: { isFirst: boolean; isVariable: boolean },
): string[] => {
  const starts = (names: readonly string[]): string[] => names.filter((name) => name.startsWith(word));
  const variables = [...state.variables.map(({ name }) => name)];
  if (language !== 'bash') return starts([...variables, ...state.functions, ...Object.keys(state.imports)]);
  if (isVariable) return starts([...variables, ...Object.keys(state.env_vars)]);
  const files = isHere ? filesFor(word, state.working_dir) : [];
  if (!isFirst || word.includes('/')) return files;
  const programs = isHere ? programsOn(state.env_vars.PATH ?? '', word) : [];
  return [...starts([...state.functions, ...Object.keys(state.aliases), ...shellWords]), ...programs];
};

const filesFor = (word: string, workingDir: string): string[] => {
  const typed = word.endsWith('/') ? word : word.includes('/') ? `${dirname(word)}/` : '';
  const start = word.endsWith('/') ? '' : basename(word);
  const folder = resolve(workingDir, typed.replace(/^~(?=\/|$)/, homedir()) || '.');
  return list(folder)
    .filter((name) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    .map((name) => `${typed === '//' ? '/' : typed}${name}${isFolder(join(folder, name)) ? '/' : ''}`);
};

const programsOn = (path: string, word: string): string[] =>
  // The empty word would be every program of the machine.
  word === ''
    ? []
    : path.split(':').flatMap((folder) => list(folder).filter((name) => name.startsWith(word)));

const list = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
