/** What a dash or zsh kernel tells of its state, as the description that all languages give. */
import type { KernelDescription } from '@holdfast/protocol';
import { previewOf, readJobs } from './bash-description.ts';
import { type Declaration, parseDeclarations, scalarOf } from './declare-parser.ts';

export const describePosix = (fields: string[]): KernelDescription => {
  const [, variables = '', exported = '', functions = '', aliases = '', jobs = '', cwd = ''] = fields.map(
    (field) => (field.startsWith(':') ? field.slice(1) : field),
  );
  const env_vars = envOf(parseDeclarations(exported).filter(({ quoted }) => quoted !== undefined));
  // dash lists `name='value'`, which is read like a declaration without its command.
  const listed = parseDeclarations(variables.replaceAll(/^(?=[A-Za-z_]\w*=)/gm, 'typeset '));
  return {
    env_vars,
    functions: functions.split('\n').filter((name) => name !== ''),
    aliases: Object.fromEntries(
      parseDeclarations(aliases.replaceAll(/^(?!alias )(?=[^\s=']+=)/gm, 'alias ')).map((entry) => [
        entry.name,
        scalarOf(entry),
      ]),
    ),
    imports: {},
    variables: listed
      .filter(({ name }) => !(name in env_vars) && !bookkeeping.has(name) && !name.startsWith('__holdfast_'))
      .map((entry) => ({
        name: entry.name,
        type: entry.attributes.includes('A')
          ? 'associative array'
          : entry.attributes.includes('a')
            ? 'array'
            : entry.attributes.includes('i')
              ? 'integer'
              : 'string',
        preview: previewOf(/[aA]/.test(entry.attributes) ? (entry.quoted ?? '') : scalarOf(entry)),
      })),
    working_dir: cwd,
    jobs: readJobs(jobs),
  };
};

export const envOf = (declared: Declaration[]): Record<string, string> =>
  Object.fromEntries(declared.map((entry) => [entry.name, scalarOf(entry)]));

/** What shells keep for themselves. */
const bookkeeping = new Set([
  ...(
    'CPUTYPE FUNCNEST GID HISTCHARS HOST KEYTIMEOUT LISTMAX LOGCHECK MACHTYPE MAILCHECK NULLCMD OSTYPE READNULLCMD ' +
    'TIMEFMT TMPPREFIX TTY UID VENDOR WATCHFMT WORDCHARS ZSH_ARGZERO ZSH_EXECUTION_STRING ZSH_PATCHLEVEL ZSH_SUBSHELL'
  ).split(' '),
  'IFS',
  'OPTIND',
  'PPID',
  'PS1',
  'PS2',
  'PS4',
  'LINENO',
  'MAIL',
  'OLDPWD',
  'PWD',
  '_',
  'TERM',
  'SHLVL',
]);
