/** Does one call of the tool in a session. */
import {
  type CommandId,
  type JobInfo,
  type Language,
  languages,
  type RuntimeSession,
  type RuntimeState,
} from '@holdfast/protocol';
import { keptOutputOf, type ShownWith, toExecResult } from './exec-result.ts';
import { locateOutput, readKeptOutput } from './kept-output.ts';
import { readRange } from './read-range.ts';
import type { Bare, JobsResult, ReadOutputResult, RuntimeToolResult } from './results.ts';
import type { RuntimeCall } from './tool-input.ts';

export interface ActionContext extends ShownWith {
  session: RuntimeSession;
  signal: AbortSignal | undefined;
  /** Limit of a command that names none, and the most that it may ask for. Milliseconds. */
  timeoutMs: number;
  maxTimeoutMs: number;
}

type CallOf<Action extends RuntimeCall['action']> = Extract<RuntimeCall, { action: Action }>;

/** @throws errors of the session (`SESSION_TERMINATED`, `QUEUE_FULL`, …), and `OUTPUT_UNKNOWN` */
export const runAction = async (
  call: RuntimeCall,
  context: ActionContext,
): Promise<Bare<RuntimeToolResult>> => {
  const { session, redactor } = context;
  switch (call.action) {
    case 'exec':
    case 'eval':
      return runCode(call, context);
    case 'state': {
      const state = await session.state(call.language);
      return { action: 'state', success: true, notes: [], state: redactState(state, context) };
    }
    case 'history': {
      const history = await session.getHistory(call.limit ?? 20);
      return { action: 'history', success: true, notes: [], history: redactor.redactAll(history) };
    }
    case 'jobs':
      return listJobs(call.language, context);
    case 'read_output':
      return readOutput(call, context);
    case 'interrupt': {
      const answer = await session.interrupt();
      return { action: 'interrupt', success: true, notes: [], answer };
    }
    case 'reset':
      await session.reset();
      return { action: 'reset', success: true, notes: [] };
  }
};

const runCode = async (
  call: CallOf<'exec'> | CallOf<'eval'>,
  context: ActionContext,
): Promise<Bare<RuntimeToolResult>> => {
  const { session, signal } = context;
  const limitMs = limitOf(call.timeout_ms, context);
  const options = {
    timeoutMs: limitMs,
    ...(call.language ? { language: call.language } : {}),
    ...(signal ? { signal } : {}),
  };
  const execution =
    call.action === 'eval'
      ? session.eval(call.code, options)
      : session.exec(call.command, {
          ...options,
          ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
        });
  return toExecResult(call.action, await execution, limitMs, context);
};

/** 0 means none, which means the most there is. */
const limitOf = (asked: number | undefined, { timeoutMs, maxTimeoutMs }: ActionContext): number => {
  const wanted = asked ?? timeoutMs;
  if (maxTimeoutMs === 0) return wanted;
  return wanted === 0 ? maxTimeoutMs : Math.min(wanted, maxTimeoutMs);
};

/** A preview is a torn piece of a value: so may be a secret in it. */
const redactState = (state: RuntimeState, { redactor }: ActionContext): RuntimeState => {
  if (!redactor.isActive) return state;
  const { variables, ...rest } = state;
  return {
    ...redactor.redactAll(rest),
    variables: variables.map(({ name, type, preview }) => ({
      name: redactor.redact(name),
      type,
      preview: redactPreview(preview, redactor),
    })),
  };
};

const redactPreview = (preview: string, { redactPiece }: ActionContext['redactor']): string => {
  const pieces = preview.split(/(…|\.{3})/);
  return pieces
    .map((piece, index) =>
      index % 2 === 1 ? piece : redactPiece(piece, { start: index > 0, end: index < pieces.length - 1 }),
    )
    .join('');
};

/** Of all languages, unless one is named: a model thinks of its server, not of the kernel that started it. */
const listJobs = async (
  language: Language | undefined,
  { session, redactor }: ActionContext,
): Promise<Bare<JobsResult>> => {
  const states = await Promise.all((language ? [language] : languages).map((one) => session.state(one)));
  const byPid = new Map<number, JobInfo & { language: Language }>();
  for (const { jobs, language: owner } of states) {
    for (const job of jobs) if (!byPid.has(job.pid)) byPid.set(job.pid, { ...job, language: owner });
  }
  return { action: 'jobs', success: true, notes: [], jobs: redactor.redactAll([...byPid.values()]) };
};

const readOutput = async (
  call: CallOf<'read_output'>,
  { session, redactor, maxCharacters }: ActionContext,
): Promise<Bare<ReadOutputResult>> => {
  const commandId = call.command_id as CommandId;
  const stream = call.stream ?? 'stdout';
  const record = await session.getCommand(commandId);
  if (!record) {
    throw new UnknownOutputError(
      `No command ${commandId} in this session: it may be of a session that ended, or too long ago. history lists those that are known.`,
    );
  }
  const { lateOutput, output } = record;
  const isLate = stream === 'late_stdout' || stream === 'late_stderr';
  if (!output && !isLate) {
    throw new UnknownOutputError(
      `Command ${commandId} is ${record.status}: its output can be read when it has finished.`,
    );
  }
  const kept = isLate
    ? {
        text: stream === 'late_stdout' ? lateOutput.stdout : lateOutput.stderr,
        omittedBytes: lateOutput.omittedBytes,
      }
    : output && keptOutputOf(output, stream);
  const located = await locateOutput(kept ?? { text: '', omittedBytes: 0 });
  const range = {
    ...(call.from_line === undefined ? {} : { fromLine: call.from_line }),
    ...(call.to_line === undefined ? {} : { toLine: call.to_line }),
    ...(call.from_byte === undefined ? {} : { fromByte: call.from_byte }),
    ...(call.to_byte === undefined ? {} : { toByte: call.to_byte }),
  };
  const found = await readRange(readKeptOutput(located, redactor), range, maxCharacters);
  const notes = isLate && lateOutput.open ? ['Jobs of this command still run: there may be more later.'] : [];
  return { action: 'read_output', success: true, notes, commandId, stream, ...found };
};

/** The output that was asked for is not there. Becomes a failed result. */
class UnknownOutputError extends Error {
  readonly code = 'OUTPUT_UNKNOWN';
}
