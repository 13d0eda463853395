/** What came of the demo: checks, steps, scenarios, the whole. Plain data. */
import type { Language } from 'holdfast';

/** One thing that had to hold. */
export interface Check {
  what: string;
  expected: string;
  actual: string;
  held: boolean;
}

export interface StepReport {
  /** Counts from 1; the commands of a queue share theirs. */
  step: number;
  language: Language;
  code: string;
  /** Absent where none was run: a reset, or a command that was refused. */
  commandId?: string;
  durationMs: number;
  /** The last line of its output, or its value. */
  shown: string;
  /** For a reader who has to find out why a check did not hold. */
  stderr: string;
  checks: Check[];
}

export interface ScenarioReport {
  name: string;
  language: Language;
  proves: string;
  threadId: number | undefined;
  /** What lived in the session at the end. */
  remains: { variables: number; functions: number; epoch: number } | undefined;
  steps: StepReport[];
  /** About the session as a whole. */
  checks: Check[];
  /** Why the scenario could not be run to its end. */
  error?: string;
}

export interface DemoReport {
  held: boolean;
  durationMs: number;
  commands: number;
  checks: number;
  scenarios: ScenarioReport[];
  /** About all sessions together. */
  house: Check[];
  /** It was stopped before its end. */
  stopped: boolean;
}

/** What the process tells its caller. */
export const exitCodeOf = ({ held }: DemoReport): number => (held ? 0 : 1);

export const checksOf = ({ steps, checks }: ScenarioReport): Check[] => [
  ...steps.flatMap((step) => step.checks),
  ...checks,
];

export const hasHeld = (scenario: ScenarioReport): boolean =>
  scenario.error === undefined && checksOf(scenario).every(({ held }) => held);

export const commandsOf = ({ steps }: ScenarioReport): number =>
  steps.filter(({ commandId }) => commandId !== undefined).length;

/** @param actual - compared as text with what is expected */
export const check = (
  what: string,
  expected: string | number,
  actual: string | number | undefined,
): Check => ({
  what,
  expected: `${expected}`,
  actual: `${actual}`,
  held: `${expected}` === `${actual}`,
});
