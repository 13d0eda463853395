/**
 * A session as files a person can read: `metadata.json`, `state.json`, `history.log`.
 *
 * `history.log` has one JSON line for every command that is over, written before its answer is sent.
 * `accepted.log` has a line for every command that was accepted, before it is run: those that a killed
 * daemon owed an answer are the ones that `history.log` does not know. Both are single appends, which
 * the kernel has taken whole when the call returns: they survive SIGKILL of the daemon (not a power
 * cut). The other two are written within a tenth of a second of a change, and at the end.
 */
import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { SessionId } from '@holdfast/protocol';
import { fileMode, folderMode, writeJson, writeJsonLater } from './write-atomically.ts';

export interface SessionMetadata {
  session_id: SessionId;
  workspace_id: string;
  /** The program it was started with. */
  command: string;
  created_at: string;
  last_executed_at: string | null;
  status: string;
  work_dir: string;
  execution_count: number;
}

export interface SessionStateFile {
  working_dir: string;
  status: string;
  /** Live kernels by language. */
  kernels: Record<string, { pid: number; epoch: number; version: string }>;
  /** Commands without a result, oldest first. */
  commands: { command_id: string; language: string }[];
  updated_at: string;
}

export interface HistoryLine {
  command_id: string;
  language: string;
  command: string;
  started_at: string;
  finished_at: string;
  execution_time_ms: number;
  exit_code: number | null;
  success: boolean;
  timed_out: boolean;
  interrupted: boolean;
  /** Instead of a result: the code of the error that it was rejected with. */
  error?: string;
}

export interface AcceptedLine {
  command_id: string;
  language: string;
  /** Its beginning. */
  command: string;
  accepted_at: string;
}

export interface SessionFolder {
  readonly path: string;
  /** Before the command is run. */
  accepted(line: AcceptedLine): void;
  /** Before its answer is sent. */
  finished(line: HistoryLine): void;
  /** It was refused after all. */
  dropped(commandId: string): void;
  /** Something has changed: the files say so soon. */
  touch(): void;
  /** Writes what is not written yet; nothing is written afterwards. */
  close(): Promise<void>;
}

export interface SessionFolderOptions {
  /** The `.sessions` folder; made if need be. */
  root: string;
  metadata(): SessionMetadata;
  state(): SessionStateFile;
  /** The disk is full, the folder is gone: told once, the session goes on. */
  onError(error: Error): void;
}

export const metadataFile = 'metadata.json';
export const stateFile = 'state.json';
export const historyFile = 'history.log';
export const acceptedFile = 'accepted.log';

const touchDelayMs = 100;

/** @throws if the folder can not be made */
export const openSessionFolder = ({
  root,
  metadata,
  state,
  onError,
}: SessionFolderOptions): SessionFolder => {
  makeRoot(root);
  const path = join(root, metadata().session_id);
  // Exclusive: what is there already belongs to another session.
  mkdirSync(path, { mode: folderMode });
  const history = openLog(join(path, historyFile));
  const accepted = openLog(join(path, acceptedFile));
  const underWay = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let saving: Promise<void> | undefined;
  let isStale = false;
  let hasFailed = false;
  let isClosed = false;

  const report = (error: unknown): void => {
    if (!hasFailed) onError(error as Error);
    hasFailed = true;
  };
  const attempt = (write: () => void): void => {
    try {
      write();
    } catch (error) {
      report(error);
    }
  };
  const save = (): void => {
    writeJson(join(path, metadataFile), metadata());
    writeJson(join(path, stateFile), state());
  };
  /** A slow disk holds up no command, and is given the next write when the last one is done. */
  const saveLater = async (): Promise<void> => {
    isStale = false;
    try {
      await writeJsonLater(join(path, metadataFile), metadata());
      await writeJsonLater(join(path, stateFile), state());
    } catch (error) {
      report(error);
    }
    saving = undefined;
    if (isStale) touch();
  };
  const touch = (): void => {
    isStale = true;
    if (isClosed || timer || saving) return;
    timer = setTimeout(() => {
      timer = undefined;
      saving = saveLater();
    }, touchDelayMs).unref();
  };
  const settle = (commandId: string): void => {
    underWay.delete(commandId);
    // Nothing is owed: the list of debts begins anew, so that it does not grow for ever.
    if (underWay.size === 0 && !isClosed) attempt(() => ftruncateSync(accepted));
  };
  save();

  return {
    path,
    accepted(line) {
      underWay.add(line.command_id);
      if (!isClosed) attempt(() => writeSync(accepted, `${JSON.stringify(line)}\n`));
      touch();
    },
    finished(line) {
      if (!isClosed) attempt(() => writeSync(history, `${JSON.stringify(line)}\n`));
      settle(line.command_id);
      touch();
    },
    dropped: settle,
    touch,
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearTimeout(timer);
      await saving;
      attempt(save);
      closeSync(history);
      closeSync(accepted);
    },
  };
};

/** Kept out of git, as it is nobody's source. */
const makeRoot = (root: string): void => {
  if (mkdirSync(root, { recursive: true, mode: folderMode })) {
    writeFileSync(join(root, '.gitignore'), '*\n', { mode: fileMode, flag: 'wx' });
  } else if (!lstatSync(root).isDirectory()) {
    throw new Error(`${root} is not a folder`);
  }
};

const openLog = (path: string): number =>
  openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND, fileMode);
