/** The `runtime` tool: one persistent session for a model, whatever framework calls it. */
import type { RuntimeSessionManager, SessionConfig } from '@holdfast/protocol';
import { CommandCancelledError, globalRuntimeManager, InvalidOptionsError } from 'holdfast';
import { toModelText } from './model-text.ts';
import { createRedactor, type Redactor } from './redactor.ts';
import type { Bare, FailedResult, ResultOf, RuntimeToolResult } from './results.ts';
import { runAction } from './run-action.ts';
import { type RedactRule, resolveSecrets } from './secrets.ts';
import { defaultMaxCharacters } from './shape-output.ts';
import {
  type JsonSchema,
  parseRuntimeCall,
  type RuntimeAction,
  type RuntimeCall,
  runtimeActions,
  runtimeJsonSchema,
} from './tool-input.ts';
import { openToolSession } from './tool-session.ts';

export interface RuntimeToolOptions {
  /** Where the session lives. Default: `globalRuntimeManager`. */
  manager?: RuntimeSessionManager;
  /** Settings of the session, if this call of the tool is the one that opens it. */
  session?: SessionConfig;
  /**
   * What the model must not see, in outputs, values, state, history, late output and errors: names of
   * environment variables (their values, in the session's `env` and in this process) and patterns.
   */
  redact?: readonly RedactRule[];
  /** Of output in a result: stdout and stderr together. Default 30,000, at least 1,000. */
  maxCharacters?: number;
  /** The most a model may ask for with `timeout_ms`, in milliseconds; 0 means no bound. Default 600,000 (10 min). */
  maxTimeoutMs?: number;
  /** What the model calls it by. Default: `runtime`. */
  name?: string;
  /** For the model, beside what the tool says of itself: what is installed, what it is for here. */
  instructions?: string;
}

/** For the call under way. */
export interface RunOptions {
  /** Cancels the command, queued or running. */
  signal?: AbortSignal | undefined;
}

export interface RuntimeTool {
  readonly name: string;
  /** For the model. */
  readonly description: string;
  /** JSON Schema of the parameters. */
  readonly parameters: JsonSchema;
  /** What its manager knows the session by: `manager.getSession(tool.workspaceId)`. Made of workspace and session key. */
  readonly workspaceId: string;
  readonly redactor: Redactor;
  /** Does one call. Never rejects: what can not be done is a result with a `failure`. */
  run<const Input>(input: Input, options?: RunOptions): Promise<ResultOf<Input>>;
  /** `run`, as text for the model. */
  call(input: unknown, options?: RunOptions): Promise<string>;
  /** A result as text for the model. */
  toText(result: RuntimeToolResult): string;
}

/**
 * @param workspaceId - what the session works on
 * @param sessionKey - a user or conversation that has a session of its own there. Default: all share one
 * @throws INVALID_OPTIONS
 */
export const createRuntimeTool = (
  workspaceId: string,
  sessionKey?: string,
  options: RuntimeToolOptions = {},
): RuntimeTool => {
  const { manager = globalRuntimeManager, session: config = {}, redact = [], name = 'runtime' } = options;
  const { maxCharacters = defaultMaxCharacters, maxTimeoutMs = 600_000 } = options;
  assertAtLeast('maxCharacters', maxCharacters, 1_000);
  assertAtLeast('maxTimeoutMs', maxTimeoutMs, 0);
  const secrets = resolveSecrets(redact, config.env ?? {}, process.env);
  const redactor = createRedactor(secrets);
  const key = joinKeys(workspaceId, sessionKey);
  const opening = {
    manager,
    workspaceId: key,
    config,
    redactor,
    signature: JSON.stringify([secrets.values, secrets.patterns.map(String), maxCharacters]),
    maxLateCharacters: Math.max(500, Math.floor(maxCharacters / 3)),
  };
  const context = { redactor, maxCharacters, maxTimeoutMs, timeoutMs: config.timeoutMs ?? 30_000 };

  const run = async (input: unknown, { signal }: RunOptions = {}): Promise<RuntimeToolResult> => {
    const parsed = parseRuntimeCall(input);
    if ('problem' in parsed) return refuse(redactor.redact(parsed.problem));
    const { call } = parsed;
    try {
      const { session, late, lost } = openToolSession(opening);
      const result = await attempt(call.action, redactor, () =>
        orAborted(runAction(call, { ...context, session, signal }), isCommand(call) ? undefined : signal),
      );
      const notes = lost ? [newSessionNote(lost.reason), ...result.notes] : result.notes;
      return { ...result, notes, lateOutput: await late.take(session) } as RuntimeToolResult;
    } catch (error) {
      return { ...toFailure(call.action, error, redactor), lateOutput: [] };
    }
  };
  const toText = (result: RuntimeToolResult): string => toModelText(result, maxCharacters);
  return {
    name,
    description: describe(options.instructions),
    parameters: runtimeJsonSchema(),
    workspaceId: key,
    redactor,
    run: run as RuntimeTool['run'],
    call: async (input, runOptions) => toText(await run(input, runOptions)),
    toText,
  };
};

const assertAtLeast = (option: string, value: number, least: number): void => {
  if (Number.isInteger(value) && value >= least) return;
  throw new InvalidOptionsError(`${option} must be a whole number of at least ${least}, not ${value}`, {
    data: { option, value },
  });
};

/** A key can not be chosen so that it names another workspace's session. */
const joinKeys = (workspaceId: string, sessionKey: string | undefined): string =>
  sessionKey === undefined ? workspaceId : `${escapeKey(workspaceId)}#${escapeKey(sessionKey)}`;

const escapeKey = (text: string): string => text.replaceAll('%', '%25').replaceAll('#', '%23');

const describe = (instructions: string | undefined): string =>
  [
    'Runs bash, Python and Node code in a live session that persists between calls: working directory, ' +
      'exported variables, functions, imports, loaded data and background jobs are still there at the next call.',
    'Do not repeat set-up that worked. A command that fails or times out does not end the session; the result says ' +
      'if state was lost. Give long work a larger timeout_ms, or start it with & and look at jobs and late output ' +
      'later. Nobody can type: use stdin, or options that ask nothing (-y).',
    `Actions: ${runtimeActions.join(', ')}.`,
    ...(instructions === undefined ? [] : [instructions]),
  ].join('\n');

/** A command that can not be done is an answer for the model, not the end of the agent's loop. */
const attempt = async (
  action: RuntimeAction,
  redactor: Redactor,
  work: () => Promise<Bare<RuntimeToolResult>>,
): Promise<Bare<RuntimeToolResult>> => {
  try {
    return await work();
  } catch (error) {
    return toFailure(action, error, redactor);
  }
};

/** These have the signal themselves, and end when what they run has ended. */
const isCommand = ({ action }: RuntimeCall): boolean => action === 'exec' || action === 'eval';

/** The others may wait for commands of somebody else: whoever gives up does not wait any longer. */
const orAborted = <Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> => {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new CommandCancelledError('The call was cancelled by its AbortSignal.'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
};

const toFailure = (action: RuntimeAction, error: unknown, redactor: Redactor): Bare<FailedResult> => {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const failure = { code: typeof code === 'string' ? code : 'ERROR', message: String(message ?? error) };
  return { action, success: false, notes: [], failure: redactor.redactAll(failure) };
};

const refuse = (message: string): FailedResult => ({
  action: null,
  success: false,
  notes: [],
  lateOutput: [],
  failure: { code: 'INVALID_INPUT', message },
});

const newSessionNote = (reason: string | undefined): string =>
  `This is a new session: the one before has ended${reason ? ` (${reason})` : ''}. Nothing of its state is left: ` +
  'variables, functions, imports, working directory and jobs are gone.';
