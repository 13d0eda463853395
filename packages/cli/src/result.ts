/** A command's result as this program tells it: as JSON, as an exit code, as a remark. */
import type { HttpAnswer } from '@holdfast/protocol';
import { exitCodes } from './exit-codes.ts';
import { numberOfSignal } from './fast/late.ts';

export type Output = Omit<HttpAnswer<'exec'>, 'commandId' | 'stdout' | 'stderr'>;

/** The four fields that are always there, and those that say what was out of the ordinary. */
export interface JsonResult {
  stdout: string;
  stderr: string;
  /** Null where the command died without one. */
  exit_code: number | null;
  execution_time_ms: number;
  /** Value of the last expression (Python, Node). */
  result?: string;
  signal?: string;
  timed_out?: true;
  interrupted?: true;
  state_lost?: { language: string; reason: string };
  truncated?: { stdout_omitted_bytes: number; stderr_omitted_bytes: number };
}

export const toJsonResult = (output: Output & { stdout: string; stderr: string }): JsonResult => ({
  stdout: output.stdout,
  stderr: output.stderr,
  ...factsOf(output),
});

export const factsOf = (output: Output): Omit<JsonResult, 'stdout' | 'stderr'> => {
  const { truncated, stateLost } = output;
  return {
    exit_code: output.exitCode,
    execution_time_ms: toMs(output.durationMs),
    ...(output.result ? { result: output.result.text } : {}),
    ...(output.signal ? { signal: output.signal } : {}),
    ...(output.timedOut ? { timed_out: true } : {}),
    ...(output.interrupted ? { interrupted: true } : {}),
    ...(stateLost ? { state_lost: { language: stateLost.language, reason: stateLost.reason } } : {}),
    ...(truncated
      ? {
          truncated: {
            stdout_omitted_bytes: truncated.stdoutOmittedBytes,
            stderr_omitted_bytes: truncated.stderrOmittedBytes,
          },
        }
      : {}),
  };
};

/** Plain: the command's own, as a shell would tell it. JSON has it in the text. */
export const exitCodeOfResult = (output: Output, json: boolean): number => {
  if (json) return exitCodes.ok;
  if (output.timedOut) return exitCodes.timedOut;
  if (output.interrupted) return exitCodes.interrupted;
  if (output.exitCode !== null) return output.exitCode;
  const number = numberOfSignal(output.signal ?? '');
  return number === undefined ? exitCodes.failed : 128 + number;
};

/** What a person should know beside the output; undefined mostly. */
export const noteOn = ({ timedOut, interruption, stateLost }: Output): string | undefined => {
  const what = timedOut ? 'the command ran into its timeout (--timeout sets another)' : undefined;
  if (stateLost)
    return `${what ? `${what}; ` : ''}the state of ${stateLost.language} is lost: ${stateLost.reason}`;
  return what && `${what}${interruption?.stateKept ? '; the session’s state was kept' : ''}`;
};

/** In hundredths: what is beyond is noise. */
export const toMs = (duration: number): number => Math.round(duration * 100) / 100;
