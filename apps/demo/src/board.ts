/** What a board shows of the sessions, derived from events alone. No drawing here. */
import type { InspectionRecord, Language, SessionStatus } from 'holdfast';
import type { DemoEvent } from './demo-event.ts';
import { hasHeld } from './report.ts';
import { firstLine, lastLine } from './text.ts';

export interface Board {
  readonly sessions: readonly SessionPanel[];
  /** The latest transitions of all sessions, oldest first. */
  readonly log: readonly LogEntry[];
  readonly commands: number;
  readonly checksHeld: number;
  readonly checksFailed: number;
}

export type StepMark = 'waiting' | 'running' | 'held' | 'failed';

export interface SessionPanel {
  readonly name: string;
  /** Of the command at hand. */
  readonly language: Language;
  readonly threadId: number | undefined;
  readonly status: SessionStatus;
  /** With nested states: `busy.running`. */
  readonly state: string;
  readonly queueLength: number;
  readonly steps: readonly StepMark[];
  /** The running command, or else the last one. */
  readonly code: string;
  readonly lastOutput: string;
  /** Of the last command that returned. */
  readonly durationMs: number | undefined;
  readonly epoch: number;
  readonly outcome: 'open' | 'held' | 'failed';
}

export interface LogEntry {
  /** Unique on the board. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly session: string;
  /** `session`, `kernel:python`. */
  readonly actor: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
}

export const emptyBoard: Board = { sessions: [], log: [], commands: 0, checksHeld: 0, checksFailed: 0 };

/** More than any terminal shows. */
const logSize = 200;

/** The board after an event. */
export const reduceBoard = (board: Board, event: DemoEvent): Board => {
  switch (event.type) {
    case 'demo-started':
      return { ...emptyBoard, sessions: event.scenarios.map(emptyPanel) };
    case 'demo-finished':
      return board;
    case 'scenario-finished':
      return countChecks(
        updatePanel(board, event.report.name, () => ({ outcome: hasHeld(event.report) ? 'held' : 'failed' })),
        event.report.checks,
      );
    case 'step-reported':
      return countChecks(
        updatePanel(board, event.workspaceId, (panel) => reducePanel(panel, event)),
        event.report.checks,
      );
    case 'command-finished':
      return { ...board, commands: board.commands + 1 };
    case 'inspection': {
      const updated = updatePanel(board, event.workspaceId, (panel) => reducePanel(panel, event));
      if (mirrorsSession(event.record)) return updated;
      return { ...updated, log: addToLog(updated.log, toLogEntry(event)) };
    }
    default:
      return updatePanel(board, event.workspaceId, (panel) => reducePanel(panel, event));
  }
};

const emptyPanel = ({
  name,
  language,
  steps,
}: {
  name: string;
  language: Language;
  steps: number;
}): SessionPanel => ({
  name,
  language,
  threadId: undefined,
  status: 'spawning',
  state: 'spawning',
  queueLength: 0,
  steps: Array.from({ length: steps }, () => 'waiting'),
  code: '',
  lastOutput: '',
  durationMs: undefined,
  epoch: 1,
  outcome: 'open',
});

const updatePanel = (
  board: Board,
  name: string,
  change: (panel: SessionPanel) => Partial<SessionPanel>,
): Board => ({
  ...board,
  sessions: board.sessions.map((panel) => (panel.name === name ? { ...panel, ...change(panel) } : panel)),
});

const countChecks = (board: Board, checks: readonly { held: boolean }[]): Board => {
  const held = checks.filter((one) => one.held).length;
  return {
    ...board,
    checksHeld: board.checksHeld + held,
    checksFailed: board.checksFailed + checks.length - held,
  };
};

const reducePanel = (panel: SessionPanel, event: DemoEvent): Partial<SessionPanel> => {
  switch (event.type) {
    case 'thread-started':
      return { threadId: event.threadId };
    case 'session-terminated':
      return { status: 'terminated', state: 'terminated', queueLength: 0 };
    case 'inspection':
      return event.record.actor === 'session'
        ? { state: event.record.to, status: statusOf(event.record.to) }
        : {};
    case 'queue':
      return { queueLength: event.length };
    case 'kernel-started':
      return { epoch: event.epoch };
    case 'command-started':
      return { language: event.language, code: firstLine(event.code), lastOutput: '' };
    case 'output':
    case 'late-output':
      return { lastOutput: lastLine(event.data) || panel.lastOutput };
    case 'step-started':
      return {
        steps: markStep(panel, event.step, 'running'),
        language: event.language,
        code: event.label,
        lastOutput: '',
      };
    case 'step-reported':
      return { lastOutput: event.report.shown || panel.lastOutput, durationMs: event.report.durationMs };
    case 'step-finished':
      return { steps: markStep(panel, event.step, event.held ? 'held' : 'failed') };
    default:
      return {};
  }
};

/** The top-level state that a nested one is in. */
export const statusOf = (state: string): SessionStatus => {
  const [status] = state.split('.');
  return statuses.find((known) => known === status) ?? 'spawning';
};

const statuses: SessionStatus[] = ['spawning', 'idle', 'busy', 'resetting', 'terminated'];

// A kernel runs a command while its session is busy with it: one line is enough for both.
const mirrorsSession = ({ actor, from, to }: InspectionRecord): boolean =>
  actor !== 'session' && [from, to].every((state) => state === 'ready' || state === 'running');

const markStep = ({ steps }: SessionPanel, step: number, mark: StepMark): StepMark[] =>
  steps.map((old, index) => (index === step - 1 ? mark : old));

/** In the order of time: records of different threads arrive in batches. */
const addToLog = (log: readonly LogEntry[], entry: LogEntry): LogEntry[] => {
  const place = log.findLastIndex(({ at }) => at <= entry.at) + 1;
  return log.toSpliced(place, 0, entry).slice(-logSize);
};

const toLogEntry = ({ workspaceId, record }: Extract<DemoEvent, { type: 'inspection' }>): LogEntry => ({
  key: `${record.sessionId}:${record.seq}`,
  at: record.at,
  session: workspaceId,
  actor: record.actor,
  event: record.event,
  from: record.from,
  to: record.to,
});
