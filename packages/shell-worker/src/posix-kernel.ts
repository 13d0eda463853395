/**
 * The driver's half of a dash or zsh kernel. As for bash, an exit trap asks what to do when the shell exits, and
 * a fresh shell on the same pid is given the state back; there is no fast loop, and less is remembered.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlChannel } from '@holdfast/core/driver-kit';
import type { KernelApi, KernelDescription, KernelHello, RunReply, RunRequest } from '@holdfast/protocol';
import { previewOf, readJobs } from './bash-description.ts';
import { type Declaration, parseDeclarations, scalarOf } from './declare-parser.ts';
import { createFieldReader } from './field-messages.ts';
import { findFunctions } from './posix-functions.ts';
import {
  isOwnTrap,
  kernelText,
  type PosixDialect,
  type PosixPaths,
  toLines,
  trapShim,
  trapsPath,
} from './posix-text.ts';
import { quote } from './shell-quote.ts';

export interface PosixKernelOptions {
  channel: ControlChannel;
  paths: PosixPaths;
  dialect: PosixDialect;
}

interface RunningCommand {
  request: RunRequest;
  takeBack: string;
  resolve(reply: RunReply): void;
}

export const createPosixKernel = ({ channel, paths, dialect }: PosixKernelOptions): KernelApi => {
  const inScratch = (name: string): string => join(paths.scratchDir, `${name}-${dialect.name}`);
  const out = paths.controlOut;
  const functions = new Map<string, string>();
  /** A file or computed text may have defined functions that nobody has seen. */
  let unseenFunctions = false;
  let status = 0;
  let options = '';
  let descriptors = '===';
  let ending = false;
  let traps = '';
  let running: RunningCommand | undefined;
  let expect: ((fields: string[]) => void) | undefined;
  let greet: (hello: KernelHello) => void = () => undefined;
  const hello = new Promise<KernelHello>((resolve) => {
    greet = resolve;
  });

  const send = (text: string): void =>
    channel.send(
      toLines(text, (long) => {
        writeFileSync(inScratch('script'), `${long}\n`);
        return inScratch('script');
      }),
    );
  const finish = (reply: RunReply): void => {
    const command = running;
    running = undefined;
    command?.resolve(reply);
  };

  const handlers: Record<string, (fields: string[]) => void> = {
    h: ([, pid = '0']) => greet({ pid: Number(pid), version: dialect.name }),
    r: ([, flags = '', code = '0', letters = '===']) => {
      status = Number(code);
      options = flags;
      descriptors = letters;
      finish({ exitCode: status });
    },
    x: ([, flags = '', code = '0', userTrap = '']) => send(composeExit(flags, code, userTrap)),
    X: ([, flags = '', code = '0', saved = '1', letters = '===', listed = ':']) => {
      status = Number(code);
      options = flags;
      descriptors = letters;
      traps = listed
        .slice(1)
        .split(/\n(?=trap -- )/)
        .filter((line) => line !== '' && !isOwnTrap(line))
        .join('\n');
      send(`. ${inScratch('state')} >/dev/null 2>&1\n${[...functions.values()].join('\n')}\n${traps}`);
      const lost =
        saved !== '0' ? notSaved : unseenFunctions && !dialect.listsFunctions ? functionsLost : undefined;
      unseenFunctions = false;
      finish({ exitCode: status, exited: true, ...(lost ? { stateLost: lost } : {}) });
    },
  };
  channel.onData(
    createFieldReader((fields) => {
      const handler = handlers[fields[0] ?? ''];
      if (handler) return handler(fields);
      const waiting = expect;
      expect = undefined;
      waiting?.(fields);
    }),
  );

  /** Text that lets go of the command's pipes and leaves three letters in __holdfast_d, as for bash. */
  const letGo = (request: RunRequest | undefined): string => {
    const { stdin, stdout = '/dev/null', stderr = '/dev/null' } = request ?? {};
    return (
      `__holdfast_d=-;${stdin === undefined ? '' : `if [ /dev/fd/0 -ef ${stdin} ];then __holdfast_d==;exec </dev/null;else __holdfast_d=x;fi;`}` +
      `if [ /dev/fd/1 -ef ${stdout} ];then __holdfast_i==;elif [ /dev/fd/1 -ef ${stderr} ];then __holdfast_i=2;else __holdfast_i=x;fi;` +
      `if [ /dev/fd/2 -ef ${stderr} ];then __holdfast_d=$__holdfast_d$__holdfast_i=;elif [ /dev/fd/2 -ef ${stdout} ];then __holdfast_d=$__holdfast_d\${__holdfast_i}1;else __holdfast_d=$__holdfast_d\${__holdfast_i}x;fi;` +
      'case $__holdfast_d in ?x?);;*)exec >/dev/null;;esac;case $__holdfast_d in ??x);;*)exec 2>/dev/null;;esac'
    );
  };

  const composeExit = (flags: string, code: string, userTrap: string): string => {
    const trap =
      userTrap === ''
        ? ''
        : `unset __holdfast_x;__holdfast_r ${code}\n${dialect.evaluate} ${quote(userTrap.slice(1))}\n`;
    if (ending) return `trap - EXIT\n${trap}exit 0`;
    const { request, takeBack = '' } = running ?? {};
    const leave = [
      'unalias exit trap 2>/dev/null',
      takeBack,
      letGo(request),
      "\\trap '' INT TERM HUP XCPU",
      `__holdfast_o=${quote(flags)};{ printf 'cd -- %s 2>/dev/null\\n' "$__holdfast_w";. ${paths.kernelDir}/${dialect.saveScript};} >|${inScratch('state')} 2>/dev/null;__holdfast_n=$?`,
      `printf '%s\\0' X ${quote(flags)} "$__holdfast_s" "$__holdfast_n" "$__holdfast_d" ":$(cat ${trapsPath(paths.scratchDir, dialect)})" . >${out}`,
      '\\trap - EXIT INT TERM HUP XCPU USR1 USR2 ALRM PIPE CHLD',
      `exec ${quote(paths.program)} ${[...startArgs(dialect), kernelText(paths, dialect), dialect.name].map(quote).join(' ')}`,
    ].join('\n');
    const cwd = quoteCwd;
    if (trap === '') return `${cwd}\n${leave}`;
    return (
      `${cwd}\n__holdfast_y=${quote(leave)}\n` +
      `__holdfast_exit(){ __holdfast_s=\${1-$?};${dialect.evaluate} "$__holdfast_y";}\nalias exit=__holdfast_exit\n${trap}${dialect.evaluate} "$__holdfast_y"`
    );
  };

  const ask = (text: string): Promise<string[]> =>
    new Promise((resolve) => {
      expect = resolve;
      send(text);
    });
  const readContext = async (): Promise<{
    cwd: string;
    oldCwd: string;
    env: Record<string, string>;
    declared: Declaration[];
  }> => {
    const [, exported = ':', cwd = ':', oldCwd = ':'] = await ask(
      `{ printf 'c\\0:';${dialect.listExported};printf '\\0:%s\\0:%s\\0.\\0' "$PWD" "\${OLDPWD-}";} >${out}`,
    );
    const declared = parseDeclarations(exported.slice(1)).filter(({ quoted }) => quoted !== undefined);
    return { cwd: cwd.slice(1), oldCwd: oldCwd.slice(1), env: envOf(declared), declared };
  };

  const plan = async (request: RunRequest): Promise<{ prepare: string; takeBack: string }> => {
    const names = Object.keys(request.env ?? {}).filter(isName);
    if (request.cwd === undefined && names.length === 0) return { prepare: '', takeBack: '' };
    const { env, cwd, oldCwd } = await readContext();
    const prepare = names.map((name) => `export ${name}=${quote(request.env?.[name] ?? '')}`);
    const takeBack = names.map((name) => {
      const before = env[name];
      return `if [ "\${${name}-}" = ${quote(request.env?.[name] ?? '')} ];then ${before === undefined ? `unset ${name}` : `export ${name}=${quote(before)}`};fi`;
    });
    if (request.cwd !== undefined) {
      prepare.push(`cd ${quote(request.cwd)} 2>/dev/null`);
      takeBack.push(`cd ${quote(cwd)} 2>/dev/null;OLDPWD=${quote(oldCwd)}`);
    }
    return { prepare: prepare.join('\n'), takeBack: takeBack.join('\n') };
  };

  const composeRun = (request: RunRequest, prepare: string, takeBack: string): string => {
    const [, stdout = '=', stderr = '='] = descriptors;
    const redirects = [
      request.stdin === undefined ? '' : `9<>${request.stdin} 0<${request.stdin} 9>&-`,
      stdout === 'x' ? '' : `1>${stdout === '2' ? request.stderr : request.stdout}`,
      stderr === 'x' ? '' : `2>${stderr === '1' ? request.stdout : request.stderr}`,
    ].join(' ');
    const parked = [...options].filter((flag) => 'xv'.includes(flag)).join('');
    const shim = /\btrap\b/.test(request.code);
    return [
      ...(prepare ? [prepare] : []),
      ...(shim ? [`${trapShim(trapsPath(paths.scratchDir, dialect))}alias trap=__holdfast_trap`] : []),
      `exec ${redirects}`,
      ...(parked ? [`set -${parked} 2>/dev/null`] : []),
      `${status === 0 || options.includes('e') ? '' : `__holdfast_r ${status};`}${dialect.evaluate} ${quote(request.code)}`,
      `__holdfast_s=$?;{ __holdfast_o=$-;set +xv;} 2>/dev/null${shim ? ';unalias trap 2>/dev/null' : ''}`,
      ...(takeBack ? [takeBack] : []),
      letGo(request),
      `printf '%s\\0' r "$__holdfast_o" "$__holdfast_s" "$__holdfast_d" "\${__holdfast_x+:$__holdfast_x}" . >${out}`,
    ].join('\n');
  };

  return {
    hello: () => hello,
    async run(request) {
      const own = await plan(request);
      for (const [name, text] of findFunctions(request.code)) functions.set(name, text);
      for (const [, name = ''] of request.code.matchAll(/\bunset\s+-f\s+(\w+)/g)) functions.delete(name);
      if (/\b(?:source|eval)\b|(?:^|[\s;&|({])\.\s/.test(request.code)) unseenFunctions = true;
      return new Promise<RunReply>((resolve) => {
        running = { request, takeBack: own.takeBack, resolve };
        send(composeRun(request, own.prepare, own.takeBack));
      });
    },
    async describe() {
      const fields = await ask(`{ . ${paths.kernelDir}/${dialect.describeScript};} >${out} 2>/dev/null`);
      const described = describePosix(fields);
      return dialect.listsFunctions ? described : { ...described, functions: [...functions.keys()] };
    },
    async getContext() {
      const { cwd, env } = await readContext();
      return { cwd, env };
    },
    async setContext(context) {
      const { env } = await readContext();
      const changes = [`cd ${quote(context.cwd)} 2>/dev/null||:`];
      for (const [name, value] of Object.entries(context.env)) {
        if (isName(name) && env[name] !== value && !own.has(name))
          changes.push(`export ${name}=${quote(value)}`);
      }
      for (const name of Object.keys(env)) {
        if (!(name in context.env) && !own.has(name)) changes.push(`unset ${name}`);
      }
      await ask(
        `${changes.map((change) => `${dialect.evaluate} ${quote(change)} 2>/dev/null||:`).join('\n')}\nprintf 'k\\0.\\0' >${out}`,
      );
    },
    async interrupt() {},
    shutdown() {
      ending = true;
      send('exit 0');
      return new Promise(() => undefined);
    },
  };
};

/** Options before the kernel's text: zsh reads no start-up files of the user's. */
export const startArgs = (dialect: PosixDialect): string[] =>
  dialect.name === 'zsh' ? ['-f', '-c'] : ['-c'];

/** The working directory as one quoted word, in __holdfast_w. */
const quoteCwd =
  "__holdfast_w=;__holdfast_i=$PWD;while :;do case $__holdfast_i in *\\'*)__holdfast_w=\"$__holdfast_w${__holdfast_i%%\\'*}'\\\\''\";" +
  "__holdfast_i=${__holdfast_i#*\\'};;*)break;;esac;done;__holdfast_w=\"'$__holdfast_w$__holdfast_i'\"";

const own = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);
const isName = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name);
const envOf = (declared: Declaration[]): Record<string, string> =>
  Object.fromEntries(declared.map((entry) => [entry.name, scalarOf(entry)]));

const notSaved = 'the state could not be written when the shell exited';
const functionsLost = 'functions from sourced files or evaluated text, which sh can not list';

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

const describePosix = (fields: string[]): KernelDescription => {
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
