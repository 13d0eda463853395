/** Working directory and exported environment: read, set, and laid over for one command. */
import type { KernelContext, RunRequest } from '@holdfast/protocol';
import type { OwnContext } from './bash-command.ts';
import { type Declaration, parseDeclarations, scalarOf } from './declare-parser.ts';
import { quote } from './shell-quote.ts';

export interface BashContext extends KernelContext {
  oldCwd: string;
}

/** From context.bash. Exported functions (`BASH_FUNC_*`) are not variables, and do not appear. */
export const readBashContext = ([, exported = ':', cwd = ':', oldCwd = ':']: string[]): BashContext => {
  const env: Record<string, string> = {};
  for (const declaration of parseDeclarations(exported.slice(1))) {
    if (declaration.quoted === undefined || /[aA]/.test(declaration.attributes)) continue;
    env[declaration.name] = scalarOf(declaration);
  }
  return { cwd: cwd.slice(1), oldCwd: oldCwd.slice(1), env };
};

/** Script that makes the exported environment equal to the one given. Readonly variables stay as they are. */
export const composeContext = (current: BashContext, wanted: KernelContext): string => {
  const changes = [`builtin cd -- ${quote(wanted.cwd)} 2>/dev/null||builtin :`];
  for (const [name, value] of Object.entries(wanted.env)) {
    if (!isName(name) || current.env[name] === value || ownVariables.has(name)) continue;
    changes.push(`builtin export ${name}=${quote(value)} 2>/dev/null||builtin :`);
  }
  for (const name of Object.keys(current.env)) {
    if (name in wanted.env || ownVariables.has(name)) continue;
    changes.push(`builtin unset ${name} 2>/dev/null||builtin :`);
  }
  if (wanted.first) changes.push('builtin unset OLDPWD;builtin export OLDPWD');
  return `${changes.join('\n')}\n`;
};

/** Names whose present values must be known before `env` is laid over them. */
export const namesToLay = ({ env }: RunRequest): string[] => Object.keys(env ?? {}).filter(isName);

/** A variable that the command itself changes keeps its new value; otherwise the old one comes back. */
export const composeOwnContext = (
  request: RunRequest,
  current: BashContext,
  declared: Declaration[],
): OwnContext => {
  const before = new Map(declared.map((entry) => [entry.name, entry]));
  const prepare: string[] = [];
  const takeBack: string[] = [];
  for (const name of namesToLay(request)) {
    const value = request.env?.[name] ?? '';
    const entry = before.get(name);
    if (entry?.attributes.includes('r')) continue;
    prepare.push(`builtin export ${name}=${quote(value)}`);
    takeBack.push(`if [[ \${${name}-} == ${quote(value)} ]];then ${bringBack(name, entry)};fi;`);
  }
  if (request.cwd === undefined) return { prepare: prepare.join(';'), takeBack: takeBack.join('') };
  prepare.push(`builtin cd -- ${quote(request.cwd)} 2>/dev/null`);
  const oldCwd =
    current.oldCwd === '' ? 'builtin unset OLDPWD;builtin export OLDPWD' : `OLDPWD=${quote(current.oldCwd)}`;
  takeBack.push(`builtin cd -- ${quote(current.cwd)} 2>/dev/null;${oldCwd};`);
  return {
    prepare: prepare.join(';'),
    instead: `\\builtin cd -- ${quote(request.cwd)}`,
    takeBack: takeBack.join(''),
  };
};

const bringBack = (name: string, entry: Declaration | undefined): string => {
  if (entry === undefined) return `builtin unset ${name}`;
  const value = entry.quoted === undefined ? '' : `=${entry.quoted}`;
  return `builtin declare +x ${name};builtin declare -${entry.attributes || '-'} ${name}${value}`;
};

/** Each shell has its own. */
const ownVariables = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);

export const isName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);
