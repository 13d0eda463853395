/**
 * The driver's half of a bash kernel: turns calls into shell text, and messages into answers.
 *
 * A plain command is one block and its text for the fast loop (bash-lines.ts). A command that may touch what
 * the kernel relies on is sent as a script instead, with its preparations before and a report after
 * (bash-command.ts). When the shell exits, for whatever reason, its exit trap asks here what to do: the answer
 * saves the state and starts a fresh bash on the same pid, which is given the state back (bash-exit.ts). A signal
 * may end the shell between two commands too: what it has been sent and has not begun is sent to the fresh one.
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
  isEnabling,
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
import { composeEnd, composeExit } from './bash-exit.ts';
import {
  blockSize,
  type KernelPaths,
  leaveLoop,
  loopText,
  padBlock,
  source,
  toMessage,
} from './bash-lines.ts';
import {
  createMemory,
  isPlain,
  readTraps,
  rememberDescriptors,
  rememberDisabled,
  rememberEnd,
  rememberLimit,
} from './bash-memory.ts';
import { composeBoot, composeReboot } from './bash-start.ts';
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
  /** Its code has thrown the shell back to its top level. */
  thrown: boolean;
  resolve(reply: RunReply): void;
}

/** A line of the driver's own, and what takes its message. */
interface Question {
  text: string;
  resolve(fields: string[]): void;
}

/** The shell is about to exit. */
interface Exit {
  /** The user's exit trap. */
  trap: string | undefined;
  runsTrap: boolean;
  bySignal: boolean;
}

/** Kernels of the same pid follow each other: between one and the next there is nobody to take a signal. */
export interface BashKernel extends KernelApi {
  readonly listening: Promise<void> | undefined;
}

export const createBashKernel = ({ channel, paths, restore }: BashKernelOptions): BashKernel => {
  const memory = createMemory();
  const loop = loopText(paths);
  const shell = { paths, memory, loop };
  const inScratch = (name: string): string => join(paths.scratchDir, name);
  let running: RunningCommand | undefined;
  let interrupted = false;
  let ending = false;
  let listening: Promise<void> | undefined;
  let hear: () => void = () => undefined;
  let exit: Exit = { trap: undefined, runsTrap: false, bySignal: false };
  /** State is gone, and no command has told it yet. */
  let untold: string | undefined;
  let greeted = false;
  let greet: (hello: KernelHello) => void = () => undefined;
  const hello = new Promise<KernelHello>((resolve) => {
    greet = resolve;
  });
  let question: Question | undefined;

  const finish = (reply: RunReply): void => {
    const command = running;
    running = undefined;
    if (memory.checkpointed) {
      memory.checkpointed = false;
      rmSync(inScratch(checkpointFile), { force: true });
    }
    if (untold !== undefined) reply.stateLost = untold;
    untold = undefined;
    command?.resolve(reply);
  };

  const sendQuestion = ({ text }: Question): void => {
    const block = padBlock(`${text};builtin continue`, blockSize);
    channel.send(block ?? leaveLoop + composeScript(paths, text, loop));
  };

  const sendCommand = (command: RunningCommand): void => {
    const { request, traits, own } = command;
    const isFast = !traits.careful && own.prepare === '' && request.stdin === undefined && isPlain(memory);
    const fast = isFast ? composeFast(request, memory) : undefined;
    command.plain = fast !== undefined;
    channel.send(fast ?? composeCareful(command));
  };

  /** The shell has become a fresh one, which was sent nothing yet. */
  const goOn = (): void => {
    listening = undefined;
    hear();
    if (question) sendQuestion(question);
    else if (running && interrupted) finish({ exitCode: 130, exited: true });
    else if (running) sendCommand(running);
  };

  /** What the shell tells of, by the first field of its messages. */
  const handlers: Record<string, (fields: string[]) => void> = {
    /** Hello. */
    h: ([, pid = '0', version = '']) => {
      greeted = true;
      greet({ pid: Number(pid), version, ...(restore ? { restored } : {}) });
      goOn();
    },
    /** Hello again, after an exit. */
    g: goOn,
    /** A command of the fast loop has ended. */
    r: ([, options = '', status = '0', underscore = '', ...pipeStatus]) =>
      finish({ exitCode: rememberEnd(memory, options, status, underscore, pipeStatus) }),
    /** A command sent with care has ended. */
    R: ([, options = '', status = '0', underscore = '', letters = '', words = '', ...more]) => {
      const [hijackers = ':', traps = ':', limit = '', disabled = '', count = '0', ...rest] = more;
      rememberDescriptors(memory, letters);
      rememberLimit(memory, limit);
      rememberDisabled(memory, disabled);
      Object.assign(memory, readTraps(traps.slice(1)));
      memory.hijackers = hijackers.slice(1);
      if (words !== '-') memory.functionWords = words;
      memory.positional = rest.slice(0, Number(count)).map((text) => text.slice(1));
      const pipeStatus = rest.slice(Number(count));
      finish({ exitCode: rememberEnd(memory, options, status, underscore, pipeStatus) });
    },
    /** The command has thrown the shell back to its top level. */
    s: () => {
      if (!running) return;
      running.thrown = true;
      channel.send(composeThrown(running));
    },
    /** The shell is about to exit and waits for what to do. */
    x: ([, options = '', status = '0', exitTrap = '']) => {
      listening ??= new Promise((resolve) => {
        hear = resolve;
      });
      const text = exitTrap === '' ? undefined : exitTrap.slice(1);
      const bySignal = Number(status) > 128;
      // An interrupt ends a command, not the script it is part of: only a trap of this very command is run.
      const isInterrupt = interrupted || (bySignal && !running);
      const runsTrap = ending || !isInterrupt || text !== memory.exitTrap;
      exit = { trap: text, runsTrap, bySignal };
      // A signal that has no trap leaves no status behind.
      const code = interrupted && status === '0' ? 130 : Number(status);
      const exiting = {
        paths,
        memory,
        options,
        status: code,
        userTrap: runsTrap ? text : undefined,
        command: running,
      };
      channel.send(ending ? composeEnd(exiting) : composeExit(exiting));
    },
    /** It has saved its state, and becomes a fresh bash. */
    X: ([, options = '', status = '0', saved = '0', letters = '', ...more]) => {
      const [hijackers = ':', traps = ':', limit = '', disabled = ''] = more;
      if (saved !== '0') untold = notSaved;
      // Where the command has not begun, no code of the user's was in charge: what is parked between commands is not
      // the shell's to tell of then, and the trap was run for another reason than a signal only.
      const began = running !== undefined && (running.thrown || letters[1] !== '-');
      const ranTrap = exit.runsTrap && (began || !exit.bySignal);
      const reply = { exitCode: 130, exited: true };
      if (began) {
        if (!running?.plain) rememberDescriptors(memory, letters);
        if (limit !== '') rememberLimit(memory, limit);
        if (running && isEnabling(running.traits, memory)) rememberDisabled(memory, disabled);
        memory.hijackers = hijackers.slice(1);
        Object.assign(memory, readTraps(traps.slice(1)));
        reply.exitCode = rememberEnd(memory, options, status, '', []);
      }
      memory.exitTrap = ranTrap ? undefined : exit.trap;
      channel.send(composeReboot(shell, greeted ? 'g' : 'h'));
      if (running && (began || interrupted)) finish(reply);
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

  /** Runs a line of the driver's own and waits for its message. */
  const ask = async (text: string): Promise<string[]> => {
    while (listening) await listening;
    return new Promise((resolve) => {
      question = { text, resolve };
      sendQuestion(question);
    });
  };

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

  channel.send(composeBoot(shell, restore));
  return {
    get listening() {
      return listening;
    },
    hello: () => hello,
    async run(request) {
      interrupted = false;
      const own =
        request.cwd === undefined && request.env === undefined ? noContext : await planOwnContext(request);
      while (listening) await listening;
      // While the shell was asked for its context, or became a fresh one.
      if (interrupted) return { exitCode: 130 };
      const traits = readTraits(request.code);
      return new Promise((resolve) => {
        running = { request, traits, own, memory, paths, loop, plain: false, thrown: false, resolve };
        sendCommand(running);
      });
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
    async shutdown() {
      ending = true;
      while (listening) await listening;
      channel.send(leaveLoop + toMessage('builtin exit 0'));
      return new Promise(() => undefined);
    },
  };
};

const noContext: OwnContext = { prepare: '', takeBack: '' };
const restored =
  'variables, functions, aliases and options as they were before the command that ended the shell';
const notSaved = 'the state could not be written when the shell exited';
