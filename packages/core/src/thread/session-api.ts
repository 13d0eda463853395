/** Answers the host's calls: each becomes an event for the session actor, or a look at its data. */
import type {
  CommandEnvelope,
  CommandId,
  CommandOutcome,
  InterruptAnswer,
  KernelDescription,
  Language,
  SessionFrame,
  SessionThreadApi,
} from '@holdfast/protocol';
import { packOutcome, packRejection } from '../rpc/command-answer.ts';
import { rememberedBytes, toCommandRecord, toHistoryEntry } from './command-records.ts';
import { createInquiry, createPendingCommand, type PendingCommand } from './pending-command.ts';
import type { SessionActor } from './session-actors.ts';
import type { Waiter } from './session-machine.ts';
import type { SessionRuntime } from './session-runtime.ts';

export const createSessionApi = (runtime: SessionRuntime): SessionThreadApi => {
  const { machine } = runtime;

  const stopCurrent = (
    id: CommandId | undefined,
    stop: (command: PendingCommand) => void,
  ): InterruptAnswer => {
    if (machine.status === 'terminated') return 'terminated';
    const { current } = machine.context.queue;
    if (!current || current.describe) return id ? `not-running(${id})` : 'idle';
    if (id !== undefined && current.id !== id) return `not-running(${id})`;
    stop(current);
    return 'interrupted';
  };

  return {
    async cancel(id) {
      machine.send({ type: 'CANCEL', id });
    },
    async interrupt(id) {
      return stopCurrent(id, () => machine.send({ type: 'INTERRUPT', reason: 'interrupt' }));
    },
    async kill(id) {
      return stopCurrent(id, (command) => {
        command.stopReason ??= 'kill';
        machine.send({ type: 'KILL' });
      });
    },
    async state(language = runtime.settings.language) {
      const description = await describeKernel(runtime, language);
      return {
        status: machine.status,
        language,
        ...description,
        history: runtime.history.map(toHistoryEntry),
        epoch: runtime.slots.get(language)?.epoch ?? 0,
      };
    },
    async history(limit) {
      const { history } = runtime;
      return history.slice(limit === undefined ? 0 : Math.max(0, history.length - limit)).map(toHistoryEntry);
    },
    async getCommand(id) {
      const remembered = runtime.remembered.get(id);
      return remembered ? toCommandRecord(remembered, runtime.commands.get(id)?.pump) : null;
    },
    reset: () => waitFor((waiter) => machine.send({ type: 'RESET', waiter })),
    terminate: (reason) => waitFor((waiter) => machine.send({ type: 'TERMINATE', reason, waiter })),
  };
};

/** Accepts a command: from here on it ends in exactly one answer. */
const takeCommand = (runtime: SessionRuntime, envelope: CommandEnvelope): void => {
  const command: PendingCommand = createPendingCommand(envelope, {
    onOutcome(outcome) {
      runtime.answer(packOutcome(outcome), largeBuffers(outcome));
      forgetDelivered(runtime, command);
    },
    onRejection(error) {
      runtime.refuse(packRejection(envelope.id, error));
      forgetDelivered(runtime, command);
    },
  });
  runtime.commands.set(envelope.id, command);
  runtime.machine.send({ type: 'EXEC', command });
};

/** Large outputs are moved to the host: what is remembered of them here is a copy. */
const largeBuffers = ({ stdout, stderr }: CommandOutcome): ArrayBuffer[] | undefined => {
  if (stdout.length <= rememberedBytes && stderr.length <= rememberedBytes) return undefined;
  return [stdout, stderr]
    .filter(({ byteLength, buffer }) => byteLength > rememberedBytes && byteLength === buffer.byteLength)
    .map(({ buffer }) => buffer as ArrayBuffer);
};

/** What the host says beside calls. */
export const takeHostFrame = (
  runtime: SessionRuntime,
  frame: SessionFrame,
  { setWatched, setListened }: Pick<SessionActor, 'setWatched' | 'setListened'>,
): void => {
  if (frame.type === 'exec') return takeCommand(runtime, frame.command);
  if (frame.type === 'watch') return setWatched(frame.on);
  if (frame.type === 'listen') return setListened(frame.on);
  const command = runtime.commands.get(frame.id);
  if (!command) return;
  if (frame.type === 'stdin') command.stdin().write(frame.data);
  else if (frame.type === 'stdin-end') command.stdin().end();
  else takeCredit(runtime, command, frame.bytes);
};

/** The first credit of a command that was not streamed asks for its output from now on. */
const takeCredit = (runtime: SessionRuntime, command: PendingCommand, bytes: number): void => {
  const { pump } = command;
  if (!pump) {
    command.envelope.stream = true;
    command.earlyCredits += bytes;
    return;
  }
  pump.startStreaming();
  pump.credit(bytes);
  forgetDelivered(runtime, command);
};

/** A command is known until it has its result and its output is delivered. */
const forgetDelivered = (runtime: SessionRuntime, command: PendingCommand): void => {
  if (command.settled && (command.pump?.isDry() ?? true)) runtime.commands.delete(command.id);
};

const waitFor = (send: (waiter: Waiter) => void): Promise<void> =>
  new Promise((resolve, reject) => send({ resolve, reject }));

/** A language whose kernel never ran has no state, and is not started to say so. */
const describeKernel = async (runtime: SessionRuntime, language: Language): Promise<KernelDescription> => {
  const { machine, settings, slots } = runtime;
  if (language !== settings.language && !slots.has(language))
    return { ...nothing, working_dir: settings.cwd };
  const { command, description } = createInquiry(language);
  machine.send({ type: 'EXEC', command });
  return description;
};

const nothing: Omit<KernelDescription, 'working_dir'> = {
  env_vars: {},
  functions: [],
  aliases: {},
  imports: {},
  variables: [],
  jobs: [],
};
