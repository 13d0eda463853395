/** Commands that ask about a session, or tell it something: `end`, `list`, `state`, `history`, `reset`, `interrupt`, `jobs`. */
import type { Connection } from '@holdfast/client';
import { type HttpAnswer, type LostSession, languages, type SessionMessage } from '@holdfast/protocol';
import { usageError } from '../cli-error.ts';
import { describeLost } from '../daemon/describe-lost.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseLanguage } from '../fast/exec-arguments.ts';
import { ago, isJson, type JsonOption, oneLine, paint, printJson, printLine, table } from '../output.ts';
import { toMs } from '../result.ts';
import { withDaemon } from '../with-daemon.ts';

export const end = async (names: string[], options: JsonOption & { all?: boolean }): Promise<number> => {
  if (options.all === true && names.length > 0) throw usageError('Either --all or the sessions by name.');
  if (!options.all && names.length === 0) throw usageError('end needs a session, or --all.');
  return withDaemon(async (connection) => {
    const sessions = options.all
      ? (await connection.call('listSessions')).sessions
      : await Promise.all(names.map((name) => find(connection, name)));
    const ids = sessions.map(({ sessionId }) => sessionId);
    await Promise.all(ids.map((session) => connection.call('terminateSession', { params: { session } })));
    if (!isJson(options)) return exitCodes.ok;
    const [only] = ids;
    printJson(options.all || ids.length > 1 ? { ended: ids } : { session_id: only, ended: true });
    return exitCodes.ok;
  });
};

export const list = async (options: JsonOption): Promise<number> =>
  withDaemon(async (connection) => {
    const { sessions, lost } = await connection.call('listSessions');
    if (isJson(options)) printJson({ sessions: sessions.map(toJsonSession), lost: lost.map(toJsonLost) });
    else printLine(sessionTable(sessions));
    if (!isJson(options) && lost.length > 0) printLine(`\n${describeLost(lost)}`);
    return exitCodes.ok;
  });

export const sessionTable = (sessions: readonly SessionMessage[]): string => {
  if (sessions.length === 0) return 'No sessions. holdfast start begins one.';
  const rows = sessions.map((session) => [
    session.sessionId,
    nameOf(session),
    session.program,
    session.status,
    String(session.queueLength),
    String(session.executionCount),
    ago(session.lastActivityAt),
    session.workingDir,
  ]);
  return table(['ID', 'NAME', 'PROGRAM', 'STATE', 'WAITING', 'COMMANDS', 'ACTIVE', 'DIRECTORY'], rows);
};

/** Empty where nobody gave it one. */
export const nameOf = ({ sessionId, workspaceId }: SessionMessage): string =>
  `sess_${workspaceId}` === sessionId ? '' : workspaceId;

export const state = async (name: string, options: JsonOption & { language?: string }): Promise<number> =>
  withDaemon(async (connection) => {
    const language = options.language === undefined ? undefined : parseLanguage(options.language);
    const answer = await connection.call('state', { params: { session: name }, query: { language } });
    if (isJson(options)) printJson(answer);
    else printLine(describeState(answer));
    return exitCodes.ok;
  });

const describeState = (answer: HttpAnswer<'state'>): string => {
  const names = (values: readonly string[]): string => (values.length > 0 ? values.join(', ') : '–');
  const rows: [string, string][] = [
    ['state', answer.status],
    ['language', `${answer.language}, process number ${answer.epoch}`],
    ['directory', answer.working_dir],
    ['variables', names(answer.variables.map(({ name, type }) => `${name}: ${type}`))],
    ['functions', names(answer.functions)],
    ['aliases', names(Object.entries(answer.aliases).map(([name, text]) => `${name}=${oneLine(text, 40)}`))],
    [
      'imports',
      names(
        Object.entries(answer.imports).map(([name, module]) =>
          name === module ? name : `${module} as ${name}`,
        ),
      ),
    ],
    ['environment', names(Object.keys(answer.env_vars))],
    ['jobs', names(answer.jobs.map(({ pid, command }) => `${pid} ${oneLine(command, 40)}`))],
    ['commands', String(answer.history.length)],
  ];
  return rows.map(([label, text]) => `${paint('bold', label.padEnd(12))}${text}`).join('\n');
};

export const history = async (name: string, options: JsonOption & { limit?: string }): Promise<number> =>
  withDaemon(async (connection) => {
    const limit = options.limit === undefined ? undefined : parseCount('--limit', options.limit);
    const { entries } = await connection.call('history', { params: { session: name }, query: { limit } });
    if (isJson(options)) printJson(entries.map(toJsonEntry));
    else if (entries.length === 0) printLine('No commands yet.');
    else printLine(historyTable(entries));
    return exitCodes.ok;
  });

type HistoryEntry = HttpAnswer<'history'>['entries'][number];

const historyTable = (entries: readonly HistoryEntry[]): string =>
  table(
    ['COMMAND ID', 'STARTED', 'TOOK', 'CODE', 'COMMAND'],
    entries.map((entry) => [
      entry.commandId,
      entry.startedAt.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
      `${Math.round(entry.durationMs)} ms`,
      entry.timedOut ? 'timeout' : entry.interrupted ? 'stopped' : String(entry.exitCode ?? 'killed'),
      oneLine(entry.command),
    ]),
    process.stdout.columns,
  );

export const reset = async (name: string, options: JsonOption): Promise<number> =>
  withDaemon(async (connection) => {
    const { sessionId } = await find(connection, name);
    await connection.call('reset', { params: { session: sessionId } });
    if (isJson(options)) printJson({ session_id: sessionId, reset: true });
    return exitCodes.ok;
  });

export const interrupt = async (name: string, options: JsonOption): Promise<number> =>
  withDaemon(async (connection) => {
    const { answer } = await connection.call('interrupt', { params: { session: name } });
    if (isJson(options)) printJson({ answer });
    else
      printLine(answer === 'interrupted' ? 'interrupted' : `nothing to interrupt: the session is ${answer}`);
    return answer === 'interrupted' ? exitCodes.ok : exitCodes.failed;
  });

export const jobs = async (name: string, options: JsonOption): Promise<number> =>
  withDaemon(async (connection) => {
    const states = await Promise.all(
      languages.map((language) =>
        connection.call('state', { params: { session: name }, query: { language } }),
      ),
    );
    const all = new Map(states.flatMap((answer) => answer.jobs.map((job) => [job.pid, job] as const)));
    const found = [...all.values()];
    if (isJson(options)) {
      printJson(
        found.map(({ pid, command, commandId }) => ({ pid, command, command_id: commandId ?? null })),
      );
    } else if (found.length === 0) printLine('No jobs.');
    else {
      const rows = found.map(({ pid, command, commandId }) => [
        String(pid),
        commandId ?? '',
        oneLine(command),
      ]);
      printLine(table(['PID', 'COMMAND ID', 'JOB'], rows));
    }
    return exitCodes.ok;
  });

/** @throws SESSION_NOT_FOUND, SESSION_TERMINATED */
const find = (connection: Connection, name: string): Promise<SessionMessage> =>
  connection.call('getSession', { params: { session: name } });

const parseCount = (option: string, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw usageError(`${option} takes a number, not ${JSON.stringify(text)}.`);
};

export const toJsonSession = (session: SessionMessage): Record<string, unknown> => ({
  session_id: session.sessionId,
  name: nameOf(session) || null,
  command: session.program,
  status: session.status,
  queue_length: session.queueLength,
  created_at: session.createdAt,
  last_activity_at: session.lastActivityAt,
  work_dir: session.workingDir,
  execution_count: session.executionCount,
  folder: session.folder ?? null,
});

const toJsonLost = ({
  sessionId,
  workspaceId,
  folder,
  foundAt,
  commands,
}: LostSession): Record<string, unknown> => ({
  session_id: sessionId,
  name: `sess_${workspaceId}` === sessionId ? null : workspaceId,
  folder,
  found_at: foundAt,
  commands: commands.map(({ commandId, command, acceptedAt }) => ({
    command_id: commandId,
    command,
    accepted_at: acceptedAt,
  })),
});

const toJsonEntry = (entry: HistoryEntry): Record<string, unknown> => ({
  command_id: entry.commandId,
  language: entry.language,
  command: entry.command,
  started_at: entry.startedAt,
  finished_at: entry.finishedAt,
  execution_time_ms: toMs(entry.durationMs),
  exit_code: entry.exitCode,
  success: entry.success,
  timed_out: entry.timedOut,
  interrupted: entry.interrupted,
});
