/** Turns what describe.bash prints into a description. */
import type { KernelDescription, VariableInfo } from '@holdfast/protocol';
import { type Declaration, parseDeclarations, scalarOf } from './declare-parser.ts';

export const describeBash = (fields: string[]): KernelDescription => {
  const [, variables = '', functions = '', aliases = '', jobs = '', cwd = ''] = fields.map((field) =>
    field.startsWith(':') ? field.slice(1) : field,
  );
  const declarations = parseDeclarations(variables).filter(({ name }) => !name.startsWith('__holdfast_'));
  const env_vars: Record<string, string> = {};
  for (const declaration of declarations) {
    const { attributes, name, quoted } = declaration;
    if (attributes.includes('x') && quoted !== undefined && !/[aA]/.test(attributes))
      env_vars[name] = scalarOf(declaration);
  }
  return {
    env_vars,
    functions: functions
      .split('\n')
      .map((line) => line.split(' ')[2] ?? '')
      .filter((name) => name !== '' && !name.startsWith('__holdfast_')),
    aliases: Object.fromEntries(parseDeclarations(aliases).map((entry) => [entry.name, scalarOf(entry)])),
    imports: {},
    variables: declarations
      .filter(({ name, attributes }) => !attributes.includes('x') && !isBookkeeping(name))
      .map(describeVariable),
    working_dir: cwd,
    jobs: readJobs(jobs),
  };
};

/** Variables that every bash has without anyone's doing. */
const bookkeeping = new Set(
  (
    '_ COLUMNS COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GROUPS HISTCMD HOSTNAME HOSTTYPE IFS LINENO ' +
    'LINES MACHTYPE OLDPWD OPTARG OPTERR OPTIND OSTYPE PIPESTATUS PPID PS4 PWD RANDOM SECONDS SHELL SHELLOPTS SHLVL SRANDOM TERM UID'
  ).split(' '),
);
const isBookkeeping = (name: string): boolean => name.startsWith('BASH') || bookkeeping.has(name);

const describeVariable = (declaration: Declaration): VariableInfo => {
  const { name, attributes, quoted } = declaration;
  const type = attributes.includes('A')
    ? 'associative array'
    : attributes.includes('a')
      ? 'array'
      : attributes.includes('n')
        ? 'nameref'
        : attributes.includes('i')
          ? 'integer'
          : 'string';
  const text = quoted === undefined ? '' : /array/.test(type) ? quoted : scalarOf(declaration);
  return { name, type, preview: previewOf(text) };
};

export const previewOf = (text: string): string => {
  const line = [...text.slice(0, 400)].map((char) => (char < ' ' ? ' ' : char));
  return line.length > 80 ? `${line.slice(0, 79).join('')}…` : line.join('');
};

/** `[1]+  4242 Running                 sleep 9 &` */
export const readJobs = (text: string): KernelDescription['jobs'] =>
  [...text.matchAll(/^\[\d+\][+ -]?\s*(\d+)\s+(?:Running|Stopped\S*)(?: \([^)]*\))?\s+(.*?)(?: &)?$/gm)].map(
    (match) => ({
      pid: Number(match[1]),
      command: match[2] ?? '',
    }),
  );
