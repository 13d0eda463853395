/** `holdfast watch`: a table of all sessions that is drawn anew when something happens; as JSON, the events themselves. */
import type { Connection } from '@holdfast/client';
import type { SessionEvent, SessionMessage } from '@holdfast/protocol';
import { exitCodes } from '../exit-codes.ts';
import { ago, isJson, type JsonOption, oneLine, paint, printJson, table } from '../output.ts';
import { withDaemon } from '../with-daemon.ts';
import { nameOf, toJsonSession } from './sessions.ts';

const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const drawEveryMs = 100;
const ageEveryMs = 1_000;

export const watch = async (options: JsonOption): Promise<number> =>
  withDaemon(async (connection) => {
    const stop = new AbortController();
    const quit = (): void => stop.abort();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, quit);
    try {
      await (isJson(options) ? printEvents(connection, stop.signal) : drawTable(connection, stop));
    } catch (error) {
      if (!stop.signal.aborted) throw error;
    }
    return exitCodes.ok;
  });

const printEvents = async (connection: Connection, signal: AbortSignal): Promise<void> => {
  for await (const { event, data } of await connection.stream('events', { signal })) {
    if (event === 'hello') printJson({ sessions: (data as Hello).sessions.map(toJsonSession) });
    else if (event === 'event') printJson(data);
  }
};

interface Hello {
  sessions: SessionMessage[];
}

interface Row {
  session: SessionMessage;
  /** What runs, as far as it was seen to begin. */
  running: string | undefined;
}

/** The last command that was seen to begin, by session. */
type Begun = Map<string, { commandId: string; code: string }>;

const drawTable = async (connection: Connection, stop: AbortController): Promise<void> => {
  const begun: Begun = new Map();
  const { stdin, stdout } = process;
  let sessions: SessionMessage[] | undefined;
  let isStale = true;
  const draw = (): void => {
    if (!sessions) return;
    const rows = sessions.map((session): Row => ({ session, running: runningOf(begun, session) }));
    stdout.write(`\u001b[H${frame(rows, stdout.columns, stdout.rows)}\u001b[J`);
  };
  const refresh = async (): Promise<void> => {
    if (isStale) {
      isStale = false;
      ({ sessions } = await connection.call('listSessions'));
    }
    draw();
  };
  let isDrawing = false;
  const tick = (): void => {
    if (isDrawing || !isStale) return;
    isDrawing = true;
    refresh()
      .catch(() => stop.abort())
      .finally(() => {
        isDrawing = false;
      });
  };
  const onKey = (key: Buffer): void => {
    if (['q', '\u0003', '\u0004', '\u001b'].includes(key.toString())) stop.abort();
  };
  stdout.write(enter);
  if (stdin.isTTY) stdin.setRawMode(true).on('data', onKey);
  const timers = [setInterval(tick, drawEveryMs), setInterval(draw, ageEveryMs)];
  stdout.on('resize', draw);
  try {
    for await (const { event, data } of await connection.stream('events', { signal: stop.signal })) {
      if (event === 'event') note(begun, data as SessionEvent);
      isStale = true;
      if (event === 'hello') tick();
    }
  } finally {
    for (const timer of timers) clearInterval(timer);
    stdout.off('resize', draw);
    if (stdin.isTTY) stdin.setRawMode(false).off('data', onKey).pause();
    stdout.write(leave);
  }
};

const note = (begun: Begun, event: SessionEvent): void => {
  if (event.type === 'command-started') begun.set(event.sessionId, event);
  else if (event.type === 'session-terminated') begun.delete(event.sessionId);
};

/** Of one moment with the rest of the row: events alone may be ahead of it, or behind. */
const runningOf = (
  begun: Begun,
  { sessionId, status, currentCommand }: SessionMessage,
): string | undefined => {
  const last = begun.get(sessionId);
  return status === 'busy' && last?.commandId === currentCommand ? last?.code : undefined;
};

const frame = (rows: readonly Row[], columns = 80, height = 24): string => {
  const shown = rows.slice(0, Math.max(1, height - 4));
  const body = table(
    ['SESSION', 'PROGRAM', 'STATE', 'WAITING', 'COMMANDS', 'ACTIVE', 'RUNS'],
    shown.map(({ session, running }) => [
      nameOf(session) || session.sessionId,
      session.program,
      session.status,
      String(session.queueLength),
      String(session.executionCount),
      ago(session.lastActivityAt),
      running === undefined ? '' : oneLine(running),
    ]),
    columns,
  );
  const left = rows.length > shown.length ? `, ${rows.length - shown.length} more below` : '';
  const title = `holdfast: ${rows.length} session${rows.length === 1 ? '' : 's'}${left}    ${paint('dim', 'q leaves')}`;
  // Each line to its end: what was longer before must not stay.
  return [title, '', ...body.split('\n')].map((line) => `${line}\u001b[K\r\n`).join('');
};
