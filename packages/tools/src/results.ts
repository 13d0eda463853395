/** What the runtime tool gives back, action by action. */
import type {
  CommandId,
  HistoryEntry,
  InterruptAnswer,
  JobInfo,
  Language,
  OutputSource,
  RuntimeState,
} from '@holdfast/protocol';
import type { OmittedRange } from './shape-output.ts';
import type { RuntimeAction } from './tool-input.ts';

interface ResultBase<Action extends RuntimeAction | null = RuntimeAction | null> {
  action: Action;
  success: boolean;
  /** What the model should know beside the result: a timeout, lost state, a session that is new. */
  notes: string[];
  /** What background jobs wrote since the last call. */
  lateOutput: LateOutput[];
}

/** What the jobs of one command wrote since the last call, shaped. */
export interface LateOutput {
  commandId: CommandId;
  stdout: string;
  stderr: string;
  /** Jobs of this command are still there and may write more. */
  open: boolean;
}

export interface ImageOutput {
  /** `image/png` */
  mimeType: string;
  /** In base64. */
  data: string;
}

export interface ExecResult extends ResultBase<'exec' | 'eval'> {
  commandId: CommandId;
  language: Language;
  /** Shaped: where `omitted.stdout` is present, its middle is left out. */
  stdout: string;
  stderr: string;
  exitCode: number | null;
  durationMs: number;
  timedOut: boolean;
  interrupted: boolean;
  /** The code asked to exit; the session went on. */
  exited: boolean;
  /** Value of the last expression (Python, Node), shaped. */
  result?: string;
  images?: ImageOutput[];
  error?: { name: string; message: string };
  /** What was left out of each stream, in its own lines and bytes. */
  omitted?: { stdout?: OmittedRange; stderr?: OmittedRange; result?: OmittedRange };
}

export interface StateResult extends ResultBase<'state'> {
  state: RuntimeState;
}

export interface HistoryResult extends ResultBase<'history'> {
  history: HistoryEntry[];
}

export interface JobsResult extends ResultBase<'jobs'> {
  jobs: (JobInfo & { language: Language })[];
}

export interface ReadOutputResult extends ResultBase<'read_output'> {
  commandId: CommandId;
  stream: OutputSource;
  text: string;
  /** Of the whole output. */
  lines: number;
  bytes: number;
  /** There is more of the range: where to go on. */
  next?: { from_line: number } | { from_byte: number };
}

export interface InterruptResult extends ResultBase<'interrupt'> {
  answer: InterruptAnswer;
}

export type ResetResult = ResultBase<'reset'>;

/** The call could not be done: bad input, a session that ended, a queue that is full. */
export interface FailedResult extends ResultBase {
  /** Null: it was not clear what was wanted. */
  action: RuntimeAction | null;
  success: false;
  failure: { code: string; message: string };
}

export type RuntimeToolResult =
  | ExecResult
  | StateResult
  | HistoryResult
  | JobsResult
  | ReadOutputResult
  | InterruptResult
  | ResetResult
  | FailedResult;

/** What a call with this input gives, as far as its type tells. */
export type ResultOf<Input> = Input extends { action: infer Action extends RuntimeAction }
  ? ResultOfAction<Action, Exclude<RuntimeToolResult, FailedResult>> | FailedResult
  : RuntimeToolResult;

type ResultOfAction<Action, Result> = Result extends { action: infer Known }
  ? Action extends Known
    ? Result
    : never
  : never;

/** A result before it is known what happened beside it. */
export type Bare<Result> = Result extends ResultBase ? Omit<Result, 'lateOutput'> : never;
