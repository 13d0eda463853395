/**
 * The driver's half of a dash or zsh kernel. As for bash, an exit trap asks what to do when the shell exits, and
 * a fresh shell on the same pid is given the state back; there is no fast loop, and less is remembered.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlChannel } from '@holdfast/core/driver-kit';
import type { KernelApi, KernelHello, RunReply, RunRequest } from '@holdfast/protocol';
import { isName, namesToLay } from './bash-context.ts';
import { createFieldReader } from './field-messages.ts';
import {
  composePosixOwnContext,
  listContext,
  type PosixContext,
  type PosixOwnContext,
  readPosixContext,
} from './posix-context.ts';
import { describePosix } from './posix-description.ts';
import { findFunctions } from './posix-functions.ts';
import {
  isOwnTrap,
  kernelText,
  letGo,
  type PosixDialect,
  type PosixPaths,
  toAnswer,
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

interface RunningCommand extends PosixOwnContext {
  /** Told with its result: zsh may write one twice, where a signal comes while it does. */
  number: number;
  request: RunRequest;
  resolve(reply: RunReply): void;
}

/** A text of the driver's own, and what takes its message. */
interface Question {
  text: string;
  resolve(fields: string[]): void;
}

/** As for bash: while it exits, a shell is sent nothing but what it asks for, and can not take signals. */
export interface PosixKernel extends KernelApi {
  readonly listening: Promise<void> | undefined;
}

export const createPosixKernel = ({ channel, paths, dialect }: PosixKernelOptions): PosixKernel => {
  const inScratch = (name: string): string => join(paths.scratchDir, `${name}-${dialect.name}`);
  const out = paths.controlOut;
  const functions = new Map<string, string>();
  /** A file or computed text may have defined functions that nobody has seen. */
  let unseenFunctions = false;
  let status = 0;
  let options = '';
  let descriptors = '===';
  let ending = false;
  let interrupted = false;
  let listening: Promise<void> | undefined;
  let hear: () => void = () => undefined;
  /** The user's exit trap outlives an exit that ends nothing of the user's: a signal between two commands. */
  let keptTrap = '';
  /** State is gone, and no command has told it yet. */
  let untold: string | undefined;
  let started = 0;
  let running: RunningCommand | undefined;
  let question: Question | undefined;
  let greet: (hello: KernelHello) => void = () => undefined;
  const hello = new Promise<KernelHello>((resolve) => {
    greet = resolve;
  });

  const toMessage = (text: string): string =>
    toLines(text, (long) => {
      writeFileSync(inScratch('script'), `${long}\n`);
      return inScratch('script');
    });
  const send = (text: string): void => channel.send(toMessage(text));
  const finish = (reply: RunReply): void => {
    const command = running;
    running = undefined;
    if (untold !== undefined) reply.stateLost = untold;
    untold = undefined;
    command?.resolve(reply);
  };

  const handlers: Record<string, (fields: string[]) => void> = {
    h: ([, pid = '0']) => greet({ pid: Number(pid), version: dialect.name }),
    r: ([, number, flags = '', code = '0', letters = '===']) => {
      if (Number(number) !== running?.number) return;
      status = Number(code);
      options = flags;
      descriptors = letters;
      finish({ exitCode: status });
    },
    x: ([, flags = '', code = '0', userTrap = '']) => {
      listening ??= new Promise((resolve) => {
        hear = resolve;
      });
      const bySignal = !ending && Number(code) > 128;
      keptTrap = bySignal ? userTrap : '';
      const runsTrap = userTrap !== '' && (running !== undefined || !bySignal);
      channel.send(toAnswer(toMessage(composeExit(flags, code, runsTrap ? userTrap : '', bySignal))));
    },
    X: ([, flags = '', code = '0', saved = '1', letters = '===', listed = ':']) => {
      // Where the command has not begun, what the shell tells says nothing of the user's doing.
      const began = running !== undefined && letters[1] !== '-';
      if (began) {
        status = Number(code);
        options = flags;
        descriptors = letters;
      }
      const traps = listed
        .slice(1)
        .split(/\n(?=trap -- )/)
        .filter((line) => line !== '' && !isOwnTrap(line))
        .join('\n');
      const exitTrap = began || keptTrap === '' ? '' : `__holdfast_x=${quote(keptTrap.slice(1))}\n`;
      send(
        `. ${inScratch('state')} >/dev/null 2>&1\n${[...functions.values()].join('\n')}\n${traps}\n${exitTrap}printf 'g\\0.\\0' >${out}`,
      );
      if (saved !== '0') untold = notSaved;
      else if (unseenFunctions && !dialect.listsFunctions) untold ??= functionsLost;
      unseenFunctions = false;
      if (running && (began || interrupted)) finish({ exitCode: began ? status : 130, exited: true });
    },
    /** The shell has become a fresh one, which was sent nothing yet. */
    g: () => {
      listening = undefined;
      hear();
      if (question) send(question.text);
      else if (running && interrupted) finish({ exitCode: 130, exited: true });
      else if (running) send(composeRun(running));
    },
  };
  channel.onData(
    createFieldReader((fields) => {
      const handler = handlers[fields[0] ?? ''];
      if (handler) return handler(fields);
      // The shell exits: no answer, or only the beginning of one. It is asked again.
      if (fields.at(-1) === '!') return;
      const asked = question;
      question = undefined;
      asked?.resolve(fields);
    }),
  );

  const composeExit = (flags: string, code: string, userTrap: string, bySignal: boolean): string => {
    const trap =
      userTrap === ''
        ? ''
        : `unset __holdfast_x;__holdfast_r ${code}\n${dialect.evaluate} ${quote(userTrap.slice(1))}\n`;
    if (ending) return `trap - EXIT\n${trap}exit 0`;
    const { request = noPipes, takeBack = '' } = running ?? {};
    const leave = [
      'unalias exit trap 2>/dev/null',
      takeBack,
      quoteCwd,
      letGo(request),
      'case $__holdfast_q in ?*)__holdfast_g=---;;esac',
      "\\trap '' INT TERM HUP XCPU",
      `__holdfast_o=${quote(flags)};{ printf 'cd -- %s 2>/dev/null\\n' "$__holdfast_w";. ${paths.kernelDir}/${dialect.saveScript};} >|${inScratch('state')} 2>/dev/null;__holdfast_n=$?`,
      `printf '%s\\0' X ${quote(flags)} "$__holdfast_s" "$__holdfast_n" "$__holdfast_g" ":$(cat ${trapsPath(paths.scratchDir, dialect)})" . >${out}`,
      '\\trap - EXIT INT TERM HUP XCPU USR1 USR2 ALRM PIPE CHLD',
      `exec ${quote(paths.program)} ${[...startArgs(dialect), kernelText(paths, dialect), dialect.name].map(quote).join(' ')}`,
    ].join('\n');
    if (trap === '') return leave;
    // Interrupted before it began, a command is no reason to run it.
    const unbegun = bySignal ? `case $__holdfast_q in ?*)${dialect.evaluate} "$__holdfast_y";;esac\n` : '';
    return (
      `__holdfast_y=${quote(leave)}\n${unbegun}` +
      `__holdfast_exit(){ __holdfast_s=\${1-$?};${dialect.evaluate} "$__holdfast_y";}\nalias exit=__holdfast_exit\n${trap}${dialect.evaluate} "$__holdfast_y"`
    );
  };

  const ask = async (text: string): Promise<string[]> => {
    while (listening) await listening;
    return new Promise((resolve) => {
      question = { text, resolve };
      send(text);
    });
  };
  const readContext = async (names: string[] = []): Promise<PosixContext> =>
    readPosixContext(await ask(`{ ${listContext(dialect, names)};} >${out}`));

  const plan = async (request: RunRequest): Promise<PosixOwnContext> => {
    const names = namesToLay(request);
    if (request.cwd === undefined && names.length === 0) return { prepare: '', takeBack: '' };
    return composePosixOwnContext(dialect, request, await readContext(names));
  };

  const composeRun = ({ number, request, prepare, takeBack }: RunningCommand): string => {
    const [, stdout = '=', stderr = '='] = descriptors;
    const redirects = [
      request.stdin === undefined ? '' : `9<>${request.stdin} 0<${request.stdin} 9>&-`,
      stdout === 'x' ? '' : `1>${stdout === '2' ? request.stderr : request.stdout}`,
      stderr === 'x' ? '' : `2>${stderr === '1' ? request.stdout : request.stderr}`,
    ].join(' ');
    const setStatus = status === 0 || options.includes('e') ? '' : `__holdfast_r ${status};`;
    // Turned on by the code's own first line, or the kernel's lines would be traced; not at all where that is wrong.
    const parked = [...options].filter((flag) => 'xv'.includes(flag)).join('');
    const shim = /\btrap\b/.test(request.code);
    const code = request.cwd === undefined ? quote(request.code) : '"$__holdfast_u"';
    return [
      ...(prepare ? [prepare] : []),
      ...(shim ? [`${trapShim(trapsPath(paths.scratchDir, dialect))}alias trap=__holdfast_trap`] : []),
      // From here on it has begun (see exitTrap).
      `exec ${redirects};__holdfast_n=;__holdfast_g=`,
      ...(parked ? [`__holdfast_t=${parked}`] : []),
      parked
        ? `${dialect.evaluate} '{ set -${parked};__holdfast_t=;${setStatus}} 2>/dev/null;'${code}`
        : `${setStatus}${dialect.evaluate} ${code}`,
      `{ __holdfast_s=$?;__holdfast_o=$-${parked && '$__holdfast_t'};set +xv;} 2>/dev/null${shim ? ';unalias trap 2>/dev/null' : ''}`,
      ...(takeBack ? [takeBack] : []),
      letGo(request),
      `printf '%s\\0' r ${number} "$__holdfast_o" "$__holdfast_s" "$__holdfast_g" "\${__holdfast_x+:$__holdfast_x}" . >${out}`,
    ].join('\n');
  };

  return {
    get listening() {
      return listening;
    },
    hello: () => hello,
    async run(request) {
      interrupted = false;
      const { prepare, takeBack } = await plan(request);
      while (listening) await listening;
      // While the shell was asked for its context, or became a fresh one.
      if (interrupted) return { exitCode: 130 };
      for (const [name, text] of findFunctions(request.code)) functions.set(name, text);
      for (const [, name = ''] of request.code.matchAll(/\bunset\s+-f\s+(\w+)/g)) functions.delete(name);
      if (/\b(?:source|eval)\b|(?:^|[\s;&|({])\.\s/.test(request.code)) unseenFunctions = true;
      return new Promise<RunReply>((resolve) => {
        running = { number: ++started, request, prepare, takeBack, resolve };
        send(composeRun(running));
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
    async interrupt() {
      interrupted = true;
    },
    async shutdown() {
      ending = true;
      while (listening) await listening;
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

/** What a shell that runs nothing has for its output. */
const noPipes = { stdin: undefined, stdout: '/dev/null', stderr: '/dev/null' };

const own = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD']);

const notSaved = 'the state could not be written when the shell exited';
const functionsLost = 'functions from sourced files or evaluated text, which sh can not list';
