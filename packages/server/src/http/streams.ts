/** The API's three kinds of streams, and how each goes on where a client had dropped off. */
import type { CommandRecord, OutputEncoding, RuntimeSession, SessionId } from '@holdfast/protocol';
import { journalOf, type ServedCommand } from '../sessions/served-command.ts';
import type { RequestHeaders, ServedSession } from '../sessions/served-session.ts';
import type { SessionHouse } from '../sessions/session-house.ts';
import { encodeError, encodeOutput, encodePiece } from './encode.ts';
import type { StreamEvent, StreamSignals } from './event-stream.ts';

/** The number that a client sends as `Last-Event-ID`; 0 if it sends none. */
export const positionOf = (headers: RequestHeaders): number => {
  const id = headers['last-event-id'];
  return typeof id === 'string' && /^\d{1,15}$/.test(id) ? Number(id) : 0;
};

export interface CommandEventsOptions {
  house: SessionHouse;
  served: ServedSession;
  /** Absent: the daemon has let go of it, the session remembers it. */
  command: ServedCommand | undefined;
  /** As the session remembers it, of a command that is over. */
  record?: CommandRecord | undefined;
  encoding: OutputEncoding;
  from: number;
  signals: StreamSignals;
  /** Goes on after the result while the command's jobs may still write. */
  follow: boolean;
}

export async function* commandEvents(options: CommandEventsOptions): AsyncGenerator<StreamEvent> {
  const { house, served, command, record, encoding, from, signals, follow } = options;
  const { session } = served;
  const commandId = command?.id ?? record?.id;
  yield { event: 'accepted', data: { commandId, sessionId: session.id } };
  const journal = command?.openJournal(record?.lateOutput) ?? journalOf(record?.output, record?.lateOutput);
  const jobs = follow && command ? watchJobs(served, command, journal.wake, signals.over) : undefined;
  let isResultSent = false;
  try {
    for await (const reading of journal.read(from, signals.left, () => jobs?.mayWrite() ?? false)) {
      const id = String(reading.end);
      if (reading.kind === 'gap') {
        yield { event: 'gap', id, data: { omittedBytes: reading.omittedBytes } };
        continue;
      }
      // Late output comes after the result, as in life.
      if (reading.kind === 'late-output' && !isResultSent) {
        isResultSent = true;
        const result = await resultEvent(command, record, encoding);
        yield stateEvent(house, session);
        yield result;
      }
      yield { event: reading.kind, id, data: encodePiece(reading, encoding) };
    }
  } finally {
    jobs?.stop();
  }
  // A daemon that is leaving has ended its commands: their readers get all of it, and the result.
  if (isResultSent || signals.left.aborted) return;
  const result = await resultEvent(command, record, encoding);
  yield stateEvent(house, session);
  yield result;
}

const stateEvent = (house: SessionHouse, { id }: RuntimeSession): StreamEvent => ({
  event: 'state',
  data: house.stateOf(id),
});

const resultEvent = async (
  command: ServedCommand | undefined,
  record: CommandRecord | undefined,
  encoding: OutputEncoding,
): Promise<StreamEvent> => {
  try {
    if (command) return { event: 'result', data: encodeOutput(await command.execution, encoding) };
  } catch (error) {
    return { event: 'error', data: encodeError(error, encoding).body };
  }
  const output = record?.output;
  if (!output) return { event: 'result', data: {} };
  const bytes = { ...output, stdout: Buffer.from(output.stdout), stderr: Buffer.from(output.stderr) };
  return { event: 'result', data: encodeOutput(bytes, encoding) };
};

const jobsIntervalMs = 1_000;

/** That the last job of a command has ended is no event: while somebody follows, it is looked up. */
const watchJobs = (
  { session }: ServedSession,
  command: ServedCommand,
  wake: () => void,
  over: AbortSignal,
): { mayWrite(): boolean; stop(): void } => {
  let isOver = false;
  let isStopped = false;
  let quietLooks = 0;
  const look = async (): Promise<void> => {
    // A busy session would answer when it is idle again: by then there is time to look anew.
    if (command.isOver && session.status === 'idle') {
      const record = await session.getCommand(command.id);
      const { jobs } = await session.state(command.language);
      const own = jobs.some(({ commandId }) => commandId === undefined || commandId === command.id);
      // The last words of a job that has just ended may still be in its pipe: they are here by the next look.
      quietLooks = own || record?.lateOutput.open ? 0 : quietLooks + 1;
      isOver = quietLooks === 2;
    }
    if (!session.isAlive()) isOver = true;
    if (isOver) wake();
    else if (!isStopped) setTimeout(poll, jobsIntervalMs).unref();
  };
  const poll = (): void => {
    look().catch(() => {
      isOver = true;
      wake();
    });
  };
  command.execution.then(poll, poll);
  over.addEventListener('abort', wake);
  return {
    mayWrite: () => !isOver && !over.aborted,
    stop() {
      isStopped = true;
      over.removeEventListener('abort', wake);
    },
  };
};

export async function* inspectionEvents(
  session: RuntimeSession,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const records = session.inspect();
  const leave = (): void => void records.return?.();
  signal.addEventListener('abort', leave);
  try {
    for await (const record of records) {
      if (record.seq > after) yield { event: 'record', id: String(record.seq), data: record };
    }
    if (!signal.aborted) yield { event: 'end', data: {} };
  } finally {
    signal.removeEventListener('abort', leave);
  }
}

export interface DaemonEventsOptions {
  house: SessionHouse;
  daemonId: string;
  only: SessionId | undefined;
  lastEventId: string | string[] | undefined;
  signal: AbortSignal;
}

/** Ids are `DAEMON:NUMBER`: what another daemon has counted means nothing to this one. */
export async function* daemonEvents(options: DaemonEventsOptions): AsyncGenerator<StreamEvent> {
  const { house, daemonId, only, lastEventId, signal } = options;
  const [daemon, number] = String(lastEventId ?? '').split(':');
  const isOurs = daemon === daemonId && /^\d{1,15}$/.test(number ?? '');
  // The sessions first, and then what happens after: nothing can get lost between the two.
  const after = isOurs ? Math.min(Number(number), house.feed.last) : house.feed.last;
  const sessions = house.list().filter(({ sessionId }) => !only || sessionId === only);
  yield { event: 'hello', id: `${daemonId}:${after}`, data: { daemonId, sessions } };
  for await (const next of house.feed.read(after, signal)) {
    if ('missing' in next) yield { event: 'gap', data: { omittedEvents: next.missing } };
    else if (!only || next.event.sessionId === only) {
      yield { event: 'event', id: `${daemonId}:${next.number}`, data: next.event };
    }
  }
}
