/** Compares what a step gave with what it should give. */
import type { OutputStream, RuntimeOutput, RuntimeState } from '@holdfast/protocol';
import type { Expectation } from './conformance-cases.ts';

/** So long a command that is to end by itself is waited for: a machine that stalls for seconds is none that hangs. */
export const hangsAfterMs = 30_000;

export interface StepOutcome {
  output: RuntimeOutput;
  elapsedMs: number;
  /** What the output callbacks saw. */
  seen: Record<OutputStream, string>;
}

export const findMismatches = ({ output, elapsedMs, seen }: StepOutcome, expect: Expectation): string[] => {
  const { stdout, stderr, exitCode, timedOut, error, result } = output;
  const errors = [stderr, error?.name, error?.message, error?.traceback].join('\n');
  const values = `${stdout}\n${result?.text ?? ''}`;
  const failed: string[] = [];
  const check = (holds: boolean, text: string): void => {
    if (!holds) failed.push(text);
  };
  const contains = (text: string, parts: string[] | undefined, wanted: boolean, what: string): void => {
    for (const part of parts ?? []) {
      check(text.includes(part) === wanted, `${what} ${wanted ? 'lacks' : 'has'} ${JSON.stringify(part)}`);
    }
  };
  const equal = <Value>(actual: Value, wanted: Value | undefined, what: string): void =>
    check(wanted === undefined || actual === wanted, `${what} is not ${JSON.stringify(wanted)}`);

  equal(stdout, expect.stdout, 'stdout');
  equal(stderr, expect.stderr, 'stderr');
  equal(Buffer.byteLength(stdout), expect.stdout_length, 'stdout length');
  equal(Buffer.byteLength(stderr), expect.stderr_length, 'stderr length');
  equal<number | null>(exitCode, expect.exitCode, 'exitCode');
  check(
    !expect.exitCode_in || expect.exitCode_in.includes(exitCode ?? -1),
    `exitCode not in ${expect.exitCode_in}`,
  );
  equal(exitCode === 0 && error === undefined && !timedOut, expect.success, 'success');
  check(expect.timedOut === 'any' || timedOut === (expect.timedOut ?? false), `timedOut is ${timedOut}`);
  // The collection says by it that a command does not hang; how fast one is, no case can tell on any machine.
  const maxMs = expect.maxMs && Math.max(expect.maxMs, hangsAfterMs);
  check(maxMs === undefined || elapsedMs <= maxMs, `took ${elapsedMs} ms, not ${maxMs}`);
  check(
    !expect.stdout_regex || new RegExp(expect.stdout_regex).test(stdout),
    `stdout not ${expect.stdout_regex}`,
  );
  contains(stdout, expect.stdout_contains, true, 'stdout');
  contains(stdout, expect.stdout_not_contains, false, 'stdout');
  contains(errors, expect.stderr_contains, true, 'stderr');
  contains(errors, expect.stderr_not_contains, false, 'stderr');
  contains(values, expect.value_contains, true, 'value');
  for (const { contains: part, fd = 'stdout' } of expect.stream ?? []) {
    check(seen[fd].includes(part), `${fd} did not stream ${JSON.stringify(part)}`);
  }
  return failed;
};

export const findStateMismatches = (
  state: RuntimeState,
  expect: NonNullable<Expectation['state']>,
): string[] => {
  const failed: string[] = [];
  const names = state.variables.map(({ name }) => name);
  if (expect.cwd_endsWith && !state.working_dir.endsWith(expect.cwd_endsWith)) {
    failed.push(`working_dir is ${state.working_dir}`);
  }
  for (const [name, value] of Object.entries(expect.env ?? {})) {
    if (state.env_vars[name] !== value) failed.push(`env ${name} is ${state.env_vars[name]}`);
  }
  for (const name of expect.functions_contains ?? []) {
    if (!state.functions.includes(name)) failed.push(`function ${name} is missing`);
  }
  for (const name of expect.variables_contains ?? []) {
    if (!names.includes(name)) failed.push(`variable ${name} is missing`);
  }
  return failed;
};
