/**
 * The driver's half of a bash kernel: turns calls into shell text, and messages into answers.
 *
 * A plain command is one block and its text for the fast loop (bash-lines.ts). A command that may touch what
 * the kernel relies on is sent as a script instead, with its preparations before and a report after
 * (bash-command.ts). When the shell exits, for whatever reason, its exit trap asks here what to do: the answer
 * saves the state and starts a fresh bash on the same pid, which is given the state back (bash-exit.ts).
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlChannel } from '@holdfast/core/driver-kit';
import type { KernelApi, KernelHello, RunReply, RunRequest } from '@holdfast/protocol';
import {
  type CarefulCommand,
  checkpointFile,
  composeCareful,
  composeFast,
  composeScript,
  composeThrown,
  type OwnContext,
} from './bash-command.ts';
import {
  type BashContext,
  composeContext,
  composeOwnContext,
  namesToLay,
  readBashContext,
} from './bash-context.ts';
import { describeBash } from './bash-description.ts';
import { composeEnd, composeExit, stateFile } from './bash-exit.ts';
import {
  blockSize,
  exitTrapText,
  type KernelPaths,
  leaveLoop,
  loopText,
  padBlock,
  smallestLimit,
  source,
  toMessage,
} from './bash-lines.ts';
import { createMemory, isPlain, parkedTraps, readTraps } from './bash-memory.ts';
import { readTraits } from './bash-traits.ts';
import { parseDeclarations } from './declare-parser.ts';
import { createFieldReader } from './field-messages.ts';

export interface BashKernelOptions {
  channel: ControlChannel;
  paths: KernelPaths;
  /** A checkpoint of a kernel that died is there to be restored. */
  restore: boolean;
}

interface RunningCommand extends CarefulCommand {
  /** Sent to the fast loop: it does nothing to its descriptors. */
  plain: boolean;
  resolve(reply: RunReply): void;
}

/** Kernels of the same pid follow each other: between one and the next there is nobody to take a signal. */
export interface BashKernel extends KernelApi {
  readonly listening: Promise<void> | undefined;
}

export const createBashKernel = ({ channel, paths, restore }: BashKernelOptions): BashKernel => {
  const memory = createMemory();
  const loop = loopText(paths);
  const inScratch = (name: string): string => join(paths.scratchDir, name);
  let running: RunningCommand | undefined;
  let interrupted = false;
  let ending = false;
  let listening: Promise<void> | undefined;
  let hear: () => void = () => undefined;
  /** The user's exit trap outlives this exit of the shell. */
  let keptExitTrap: string | undefined;
  let greet: (hello: KernelHello) => void = () => undefined;
  const hello = new Promise<KernelHello>((resolve) => {
    greet = resolve;
  });
  /** Takes the next message of a call that is not `run`. */
  let expect: ((fields: string[]) => void) | undefined;

  const ready = (kind: string): string =>
    source(
      paths,
      'ready.bash',
      paths.controlOut,
      paths.controlIn,
      kind,
      exitTrapText(paths, memory.exitTrap),
      [...memory.traps.keys()].map((name) => name.replace(/^SIG/, '')).join(' '),
    );

  const boot = (): void => {
    const state = restore ? `builtin . ${inScratch(checkpointFile)} >/dev/null 2>&1\n` : '';
    const start = `${source(paths, 'boot.bash')} "$1" ${restore ? 0 : 1}\nbuiltin set --`;
    channel.send(composeScript(paths, `${start}\n${state}${ready('h')}`, loop));
  };

  const reboot = (): void => {
    const traps = [...memory.traps]
      .filter(([name]) => !parkedTraps.includes(name))
      .map(([name, text]) => `builtin trap -- ${text} ${name}\n`);
    const state = `builtin . ${inScratch(stateFile)} >/dev/null 2>&1\n`;
    channel.send(composeScript(paths, `${state}${traps.join('')}${ready('g')}`, loop));
  };

  const finish = (reply: RunReply): void => {
    const command = running;
    running = undefined;
    if (memory.checkpointed) {
      memory.checkpointed = false;
      rmSync(inScratch(checkpointFile), { force: true });
    }
    command?.resolve(reply);
  };

  const remember = (options: string, status: string, underscore: string, pipeStatus: string[]): number => {
    memory.options = options;
    memory.underscore = underscore === '' ? undefined : underscore.slice(1);
    // With the command's last line went its status: the fields after are that status and PIPESTATUS.
    memory.status = Number(pipeStatus[0] ?? status) & 255;
    memory.pipeStatus = pipeStatus.length > 2 ? pipeStatus.slice(1) : [];
    return memory.status;
  };

  const rememberDescriptors = (letters: string): void => {
    const [stdin = '-', stdout = '=', stderr = '='] = letters;
    const known = (letter: string, before: string): string => (letter === '-' ? before : letter);
    memory.descriptors = {
      stdin: known(stdin, memory.descriptors.stdin),
      stdout: known(stdout, memory.descriptors.stdout),
      stderr: known(stderr, memory.descriptors.stderr),
    };
  };

  const rememberLimit = (text: string): void => {
    memory.limit = text !== '' && Number(text) < smallestLimit ? text : undefined;
  };

  /** What the shell tells of, by the first field of its messages. */
  const handlers: Record<string, (fields: string[]) => void> = {
    /** Hello. */
    h: ([, pid = '0', version = '']) =>
      greet({ pid: Number(pid), version, ...(restore ? { restored } : {}) }),
    /** Hello again, after an exit. */
    g: () => {
      listening = undefined;
      hear();
    },
    /** A command of the fast loop has ended. */
    r: ([, options = '', status = '0', underscore = '', ...pipeStatus]) =>
      finish({ exitCode: remember(options, status, underscore, pipeStatus) }),
    /** A command sent with care has ended. */
    R: ([, options = '', status = '0', underscore = '', letters = '', words = '', ...more]) => {
      const [hijackers = ':', traps = ':', limit = '', count = '0', ...rest] = more;
      rememberDescriptors(letters);
      rememberLimit(limit);
      Object.assign(memory, readTraps(traps.slice(1)));
      memory.hijackers = hijackers.slice(1);
      if (words !== '-') memory.functionWords = words;
      memory.positional = rest.slice(0, Number(count)).map((text) => text.slice(1));
      finish({ exitCode: remember(options, status, underscore, rest.slice(Number(count))) });
    },
    /** The command has thrown the shell back to its top level. */
    s: () => {
      if (running) channel.send(composeThrown(running));
    },
    /** The shell is about to exit and waits for what to do. */
    x: ([, options = '', status = '0', exitTrap = '']) => {
      listening ??= new Promise((resolve) => {
        hear = resolve;
      });
      const text = exitTrap === '' ? undefined : exitTrap.slice(1);
      // An interrupt ends a command, not the script it is part of: only a trap of this very command is run.
      const run = ending || !interrupted || text !== memory.exitTrap;
      keptExitTrap = run ? undefined : text;
      // A signal that has no trap leaves no status behind.
      const code = interrupted && status === '0' ? 130 : Number(status);
      const shell = {
        paths,
        memory,
        options,
        status: code,
        userTrap: run ? text : undefined,
        command: running,
      };
      channel.send(ending ? composeEnd(shell) : composeExit(shell));
    },
    /** It has saved its state, and becomes a fresh bash. */
    X: ([
      ,
      options = '',
      status = '0',
      saved = '0',
      letters = '',
      hijackers = ':',
      traps = ':',
      limit = '',
    ]) => {
      if (!running?.plain) rememberDescriptors(letters);
      if (limit !== '') rememberLimit(limit);
      memory.hijackers = hijackers.slice(1);
      Object.assign(memory, readTraps(traps.slice(1)), { exitTrap: keptExitTrap });
      const exitCode = remember(options, status, '', []);
      reboot();
      finish({ exitCode, exited: true, ...(saved === '0' ? {} : { stateLost: notSaved }) });
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

  /** Runs a line of the driver's own and waits for its message. */
  const ask = (text: string): Promise<string[]> =>
    new Promise((resolve) => {
      expect = resolve;
      const block = padBlock(`${text};builtin continue`, blockSize);
      channel.send(block ?? leaveLoop + composeScript(paths, text, loop));
    });

  const readContext = async (): Promise<BashContext> =>
    readBashContext(await ask(source(paths, 'context.bash', paths.controlOut)));

  const planOwnContext = async (request: RunRequest): Promise<OwnContext> => {
    const names = namesToLay(request);
    if (request.cwd === undefined && names.length === 0) return { prepare: '', takeBack: '' };
    const current = await readContext();
    const [, declared = ':'] =
      names.length === 0 ? [] : await ask(source(paths, 'declared.bash', paths.controlOut, ...names));
    return composeOwnContext(request, current, parseDeclarations(declared.slice(1)));
  };

  const send = (request: RunRequest, own: OwnContext, resolve: (reply: RunReply) => void): void => {
    const traits = readTraits(request.code);
    const isFast = !traits.careful && own.prepare === '' && request.stdin === undefined && isPlain(memory);
    const fast = isFast ? composeFast(request, memory) : undefined;
    running = { request, traits, own, memory, paths, loop, plain: fast !== undefined, resolve };
    channel.send(fast ?? composeCareful(running));
  };

  boot();
  return {
    get listening() {
      return listening;
    },
    hello: () => hello,
    async run(request) {
      interrupted = false;
      const own =
        request.cwd === undefined && request.env === undefined ? noContext : await planOwnContext(request);
      return new Promise((resolve) => send(request, own, resolve));
    },
    describe: async () => describeBash(await ask(source(paths, 'describe.bash', paths.controlOut))),
    async getContext() {
      const { cwd, env } = await readContext();
      return { cwd, env };
    },
    async setContext(context) {
      writeFileSync(inScratch('context-bash'), composeContext(await readContext(), context));
      await ask(`builtin . ${inScratch('context-bash')};builtin printf 'k\\0.\\0' >${paths.controlOut}`);
    },
    async interrupt() {
      interrupted = true;
    },
    shutdown() {
      ending = true;
      channel.send(leaveLoop + toMessage('builtin exit 0'));
      return new Promise(() => undefined);
    },
  };
};

const noContext: OwnContext = { prepare: '', takeBack: '' };
const restored =
  'variables, functions, aliases and options as they were before the command that ended the shell';
const notSaved = 'the state could not be written when the shell exited';
