/** One session as the daemon serves it: its commands, its files, what a client is told of it. */
import { readlinkSync } from 'node:fs';
import {
  type CommandId,
  CommandNotFoundError,
  createCommandId,
  type ExecBody,
  type Language,
  type RuntimeSession,
  type SessionConfig,
  type SessionEvent,
  type SessionMessage,
} from '@holdfast/protocol';
import type {
  HistoryLine,
  SessionFolder,
  SessionMetadata,
  SessionStateFile,
} from '../files/session-folder.ts';
import { type BytesResult, errorCodeOf, type ServedCommand, serveCommand } from './served-command.ts';

export interface ServedSession {
  readonly session: RuntimeSession;
  readonly createdAt: Date;
  /** Runs it; a command whose id is known already is given back as it is. */
  start(
    kind: 'exec' | 'eval',
    body: ExecBody,
    headers?: RequestHeaders,
  ): { command: ServedCommand; isNew: boolean };
  /** @throws COMMAND_NOT_FOUND */
  command(id: CommandId): ServedCommand;
  findCommand(id: CommandId): ServedCommand | undefined;
  describe(): SessionMessage;
  takeEvent(event: SessionEvent): void;
  /** Its files are made now that there is something to write about. */
  attachFolder(open: (facts: FolderFacts) => SessionFolder | undefined): void;
  /** Resolves when every command has its answer. */
  settled(): Promise<void>;
  /** Resolves when the last command has been answered and all is written. */
  close(): Promise<void>;
}

export interface FolderFacts {
  metadata(): SessionMetadata;
  state(): SessionStateFile;
}

export type RequestHeaders = Record<string, string | string[] | undefined>;

export interface CommandWatcher {
  started(session: RuntimeSession, command: ServedCommand, headers: RequestHeaders): void;
  settled(command: ServedCommand, answer: { output: BytesResult } | { error: unknown }): void;
}

export interface ServedSessionOptions {
  session: RuntimeSession;
  config: SessionConfig;
  language: Language;
  /** Output that a command's journal keeps. */
  journalBytes: number;
  watcher: CommandWatcher;
  /** Takes secrets out of what is written down. */
  redact(text: string): string;
}

// Results are kept for clients that ask again because the answer was lost on its way.
const keptCommands = 64;
const keptBytes = 16 * 1024 * 1024;
const clippedLength = 65_536;

export const serveSession = (options: ServedSessionOptions): ServedSession => {
  const { session, config, language, journalBytes, watcher } = options;
  const createdAt = new Date();
  const program = programOf(language, config);
  const commands = new Map<CommandId, ServedCommand>();
  const finished: { id: CommandId; bytes: number }[] = [];
  const kernels: SessionStateFile['kernels'] = {};
  let finishedBytes = 0;
  let executionCount = 0;
  let lastExecutedAt: Date | undefined;
  let lastLanguage = language;
  let workingDir = config.cwd ?? process.cwd();
  let folder: SessionFolder | undefined;

  /** Read from the kernel's process: to ask the kernel would have to wait for its commands. */
  const workingDirNow = (): string => {
    const kernel = kernels[lastLanguage];
    try {
      const found = kernel && readlinkSync(`/proc/${kernel.pid}/cwd`);
      // A kernel that ends or starts afresh is in the session's private folder for a moment: no place of the user's.
      if (found && !found.includes(`/${session.id}`)) workingDir = found;
    } catch {
      // It has just ended.
    }
    return workingDir;
  };
  const withoutResult = (): ServedCommand[] => [...commands.values()].filter(({ isOver }) => !isOver);
  const describe = (): SessionMessage => ({
    sessionId: session.id,
    workspaceId: session.workspaceId,
    status: session.status,
    queueLength: session.queueLength,
    ...(session.threadId === undefined ? {} : { threadId: session.threadId }),
    program,
    language,
    createdAt: createdAt.toISOString(),
    lastActivityAt: session.getLastActivityTime().toISOString(),
    ...currentOf(withoutResult()),
    executionCount,
    workingDir: workingDirNow(),
    ...(folder ? { folder: folder.path } : {}),
  });
  const facts: FolderFacts = {
    metadata: () => ({
      session_id: session.id,
      workspace_id: session.workspaceId,
      command: program,
      created_at: createdAt.toISOString(),
      last_executed_at: lastExecutedAt?.toISOString() ?? null,
      status: session.status,
      work_dir: config.cwd ?? process.cwd(),
      execution_count: executionCount,
    }),
    state: () => ({
      working_dir: workingDirNow(),
      status: session.status,
      kernels,
      commands: withoutResult().map(({ id, language }) => ({ command_id: id, language })),
      updated_at: new Date().toISOString(),
    }),
  };

  /** Lets go of the oldest results. */
  const keep = (id: CommandId, bytes: number): void => {
    finished.push({ id, bytes });
    finishedBytes += bytes;
    while (finished.length > keptCommands || finishedBytes > keptBytes) {
      const oldest = finished.shift();
      if (!oldest) return;
      finishedBytes -= oldest.bytes;
      commands.delete(oldest.id);
    }
  };
  const start: ServedSession['start'] = (kind, body, headers = {}) => {
    const id = (body.commandId ?? createCommandId()) as CommandId;
    const known = commands.get(id);
    if (known) return { command: known, isNew: false };
    const acceptedAt = new Date();
    const code = options.redact(clip(body.command));
    const command = serveCommand({ session, kind, body: { ...body, commandId: id }, journalBytes });
    commands.set(id, command);
    folder?.accepted({
      command_id: id,
      language: command.language,
      command: code.slice(0, 200),
      accepted_at: acceptedAt.toISOString(),
    });
    watcher.started(session, command, headers);
    const finish = (answer: { output: BytesResult } | { error: unknown }): void => {
      const finishedAt = new Date();
      if ('output' in answer) {
        executionCount += 1;
        lastExecutedAt = finishedAt;
        lastLanguage = command.language;
        // While its kernel lives: of a session that has ended it can not be read.
        workingDirNow();
      }
      if ('error' in answer && errorCodeOf(answer.error) === 'INVALID_COMMAND') folder?.dropped(id);
      else folder?.finished(historyLine(command, code, acceptedAt, finishedAt, answer));
      watcher.settled(command, answer);
      keep(id, 'output' in answer ? answer.output.stdout.length + answer.output.stderr.length : 0);
    };
    command.execution.then(
      (output) => finish({ output }),
      (error: unknown) => finish({ error }),
    );
    return { command, isNew: true };
  };

  const settled = async (): Promise<void> => {
    await Promise.allSettled([...commands.values()].map(({ execution }) => execution));
  };

  return {
    session,
    createdAt,
    start,
    settled,
    findCommand: (id) => commands.get(id),
    command(id) {
      const command = commands.get(id);
      if (command) return command;
      throw new CommandNotFoundError(
        `Session ${session.id} (workspace ${session.workspaceId}) knows no command ${id} that could still be asked.`,
        { data: { commandId: id, sessionId: session.id } },
      );
    },
    describe,
    takeEvent(event) {
      if (event.type === 'kernel-started') {
        const { pid, epoch, version } = event;
        kernels[event.language] = { pid, epoch, version };
      } else if (event.type === 'kernel-died') delete kernels[event.language];
      else if (event.type === 'late-output') {
        const journal = commands.get(event.commandId)?.journal;
        void journal?.append({ kind: 'late-output', stream: event.stream, data: Buffer.from(event.data) });
      }
      if (event.type === 'transition' || event.type === 'kernel-started') folder?.touch();
    },
    attachFolder(open) {
      folder = open(facts);
    },
    async close() {
      for (const { journal } of commands.values()) journal?.wake();
      await settled();
      await folder?.close();
    },
  };
};

const currentOf = ([first]: ServedCommand[]): Pick<SessionMessage, 'currentCommand'> =>
  first ? { currentCommand: first.id } : {};

const programOf = (language: Language, { shell }: SessionConfig): string =>
  ({ bash: shell ?? 'bash', python: 'python3', node: 'node' })[language];

const clip = (code: string): string =>
  code.length <= clippedLength
    ? code
    : `${code.slice(0, clippedLength)}… (${code.length - clippedLength} more characters)`;

const historyLine = (
  { id, language }: ServedCommand,
  command: string,
  acceptedAt: Date,
  finishedAt: Date,
  answer: { output: BytesResult } | { error: unknown },
): HistoryLine => {
  const output = 'output' in answer ? answer.output : undefined;
  const startedAt = output ? new Date(finishedAt.getTime() - output.durationMs) : acceptedAt;
  return {
    command_id: id,
    language,
    command,
    started_at: startedAt.toISOString(),
    finished_at: finishedAt.toISOString(),
    execution_time_ms: output?.durationMs ?? 0,
    exit_code: output?.exitCode ?? null,
    success: output?.success ?? false,
    timed_out: output?.timedOut ?? false,
    interrupted: output?.interrupted ?? false,
    ...('error' in answer ? { error: errorCodeOf(answer.error) } : {}),
  };
};
