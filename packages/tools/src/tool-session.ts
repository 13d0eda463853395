/**
 * What the tool knows of a session between two calls: which one it was, why the one before ended, what jobs
 * wrote meanwhile, and where its long outputs are.
 *
 * Host apps make a tool per request as often as one per process, so this belongs to the manager and
 * workspace, not to the tool.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  RuntimeSession,
  RuntimeSessionManager,
  SessionConfig,
  SessionId,
  TerminationReason,
} from '@holdfast/protocol';
import { createLateOutputBox, type LateOutputBox } from './late-output.ts';
import type { Redactor } from './redactor.ts';

export interface OpenedSession {
  session: RuntimeSession;
  late: LateOutputBox;
  /** The session before this one, if it is gone and nobody was told yet. */
  lost?: { reason: TerminationReason | undefined };
}

export interface ToolSessionOptions {
  manager: RuntimeSessionManager;
  workspaceId: string;
  config: SessionConfig;
  redactor: Redactor;
  /** Tells apart tools that hide different things, or show different amounts. */
  signature: string;
  maxLateCharacters: number;
}

/** The live session, or a new one. @throws SESSION_LIMIT, INVALID_OPTIONS */
export const openToolSession = (options: ToolSessionOptions): OpenedSession => {
  const { manager, workspaceId } = options;
  const known = knownSessions(manager).get(workspaceId);
  const { session, outputFolder } = getOrCreate(options);
  if (known?.sessionId === session.id) return { session, late: boxOf(known, options) };
  const opened = watch(session, outputFolder, options.config.maxHistorySize ?? 100);
  knownSessions(manager).set(workspaceId, opened);
  const late = boxOf(opened, options);
  return { session, late, ...(known ? { lost: { reason: known.ended } } : {}) };
};

interface KnownSession {
  sessionId: SessionId;
  ended: TerminationReason | undefined;
  boxes: Map<string, LateOutputBox>;
}

const managers = new WeakMap<RuntimeSessionManager, Map<string, KnownSession>>();

const knownSessions = (manager: RuntimeSessionManager): Map<string, KnownSession> => {
  const known = managers.get(manager) ?? new Map<string, KnownSession>();
  managers.set(manager, known);
  return known;
};

const getOrCreate = ({
  manager,
  workspaceId,
  config,
}: ToolSessionOptions): { session: RuntimeSession; outputFolder?: string } => {
  const live = manager.getSession(workspaceId);
  if (live) return { session: live };
  if (config.spillOutput !== undefined) return { session: manager.getOrCreateSession(workspaceId, config) };
  const outputFolder = makeOutputFolder();
  try {
    const session = manager.getOrCreateSession(workspaceId, {
      // As much as a session remembers of a command: what is longer is in a file, whole.
      maxOutputBytes: 65_536,
      spillOutput: outputFolder,
      ...config,
    });
    return { session, outputFolder };
  } catch (error) {
    removeOutputFolder(outputFolder);
    throw error;
  }
};

/** Takes note of what the session does until it ends. */
const watch = (
  session: RuntimeSession,
  outputFolder: string | undefined,
  maxHistorySize: number,
): KnownSession => {
  const known: KnownSession = { sessionId: session.id, ended: undefined, boxes: new Map() };
  const outputs: string[] = [];
  const unsubscribe = session.subscribe((event) => {
    if (event.type === 'late-output') {
      for (const box of known.boxes.values()) box.put(event.commandId, event.stream, event.data);
    } else if (event.type === 'command-finished' && outputFolder !== undefined) {
      // A command that the session has forgotten can not be asked for.
      if (event.output.fullOutputPath !== undefined) outputs.push(event.output.fullOutputPath);
      if (outputs.length > maxHistorySize) removeOutput(outputs.shift());
    } else if (event.type === 'session-terminated') {
      known.ended = event.reason;
      unsubscribe();
      if (outputFolder !== undefined) removeOutputFolder(outputFolder);
    }
  });
  return known;
};

const removeOutput = (path: string | undefined): void => {
  for (const stream of ['stdout', 'stderr']) rmSync(`${path}.${stream}`, { force: true });
};

const boxOf = ({ boxes }: KnownSession, options: ToolSessionOptions): LateOutputBox => {
  const box =
    boxes.get(options.signature) ?? createLateOutputBox(options.redactor, options.maxLateCharacters);
  boxes.set(options.signature, box);
  return box;
};

const outputFolders = new Set<string>();

/** 0700, whatever the umask. Gone with the session, or with this process. */
const makeOutputFolder = (): string => {
  if (outputFolders.size === 0) process.once('exit', removeAllOutputFolders);
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-tool-'));
  outputFolders.add(folder);
  return folder;
};

const removeOutputFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true });
  outputFolders.delete(folder);
  if (outputFolders.size === 0) process.off('exit', removeAllOutputFolders);
};

const removeAllOutputFolders = (): void => {
  for (const folder of outputFolders) rmSync(folder, { recursive: true, force: true });
};
