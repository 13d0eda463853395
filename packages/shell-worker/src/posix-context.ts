/** Working directory and exported environment of dash and zsh: read, and laid over for one command. */
import type { KernelContext, RunRequest } from '@holdfast/protocol';
import { namesToLay } from './bash-context.ts';
import { parseDeclarations } from './declare-parser.ts';
import { envOf } from './posix-description.ts';
import type { PosixDialect } from './posix-text.ts';
import { quote } from './shell-quote.ts';

export interface PosixContext extends KernelContext {
  oldCwd: string;
  /** Of the variables asked for, exported or not: `:` and the value, or nothing. */
  values: string[];
}

/** What was set for one command alone: shell text that does it, and shell text that takes it back. */
export interface PosixOwnContext {
  prepare: string;
  takeBack: string;
}

/** Shell text that prints a context, with the values of some variables: its end in one piece, for zsh may print twice. */
export const listContext = ({ listExported }: PosixDialect, names: string[]): string =>
  `printf 'c\\0:';${listExported};printf '\\0:%s\\0:%s\\0${'%s\\0'.repeat(names.length)}.\\0' "$PWD" "\${OLDPWD-}"` +
  names.map((name) => ` "\${${name}+:$${name}}"`).join('');

export const readPosixContext = ([
  ,
  exported = ':',
  cwd = ':',
  oldCwd = ':',
  ...values
]: string[]): PosixContext => {
  const env = envOf(parseDeclarations(exported.slice(1)).filter(({ quoted }) => quoted !== undefined));
  return { cwd: cwd.slice(1), oldCwd: oldCwd.slice(1), env, values };
};

/** @param context - with the values of `namesToLay` */
export const composePosixOwnContext = (
  { evaluate, cd }: PosixDialect,
  request: RunRequest,
  { env, values, cwd, oldCwd }: PosixContext,
): PosixOwnContext => {
  const names = namesToLay(request);
  // Evaluated one by one: a readonly variable stays as it is, and nothing ends with it.
  const attempt = (text: string): string => `${evaluate} ${quote(text)} 2>/dev/null||:`;
  const prepare = names.map((name) => attempt(`export ${name}=${quote(request.env?.[name] ?? '')}`));
  const takeBack = names.map((name, at) => {
    const own = values[at] ? `${name}=${quote(values[at].slice(1))}` : '';
    const text = env[name] === undefined ? `unset ${name};${own}` : `export ${name}=${quote(env[name])}`;
    return `if [ "\${${name}-}" = ${quote(request.env?.[name] ?? '')} ];then ${attempt(text)};fi`;
  });
  if (request.cwd !== undefined) {
    // In the wrong folder, the command might do harm.
    const move = `${cd} ${quote(request.cwd)}`;
    prepare.push(`__holdfast_u=${quote(request.code)};${move} 2>/dev/null||__holdfast_u=${quote(move)}`);
    const old = oldCwd === '' ? 'unset OLDPWD' : `OLDPWD=${quote(oldCwd)}`;
    takeBack.push(`${cd} ${quote(cwd)} 2>/dev/null;${old}`);
  }
  return { prepare: prepare.join('\n'), takeBack: takeBack.join('\n') };
};
