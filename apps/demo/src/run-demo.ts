/**
 * A host app that embeds concurrent sessions and shows them live.
 *
 * ```
 * main ─▶ runDemo ─▶ runScenario × n ─▶ runStep ─▶ session.exec …      (all sessions at the same time)
 *            │             └─ scenarios/*   what is run, and what it must give back: data
 *            └─ DemoEvents ─▶ face/terminal (board → frames) · face/plain · face/json
 * ```
 *
 * Everything shown comes from what any host app can see: the manager's events, `session.inspect()`,
 * and the output of the commands.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSessionManager } from 'holdfast';
import type { Emit } from './demo-event.ts';
import {
  type Check,
  check,
  checksOf,
  commandsOf,
  type DemoReport,
  hasHeld,
  type ScenarioReport,
} from './report.ts';
import { runScenario } from './run-scenario.ts';
import type { Scenario } from './scenarios/scenario.ts';

export interface DemoOptions {
  scenarios: Scenario[];
  /** The pause between two steps of a session. */
  paceMs: number;
  emit: Emit;
  /** Ends all sessions, and with them the demo. */
  signal: AbortSignal;
  /** Ends a demo that hangs. Default 60,000. */
  limitMs?: number;
}

/** Plays all scenarios at once. Whatever came of them, no process and no file is left. */
export const runDemo = async (options: DemoOptions): Promise<DemoReport> => {
  const { scenarios, emit, signal } = options;
  const startedAt = performance.now();
  emit({
    type: 'demo-started',
    scenarios: scenarios.map(({ name, language, steps }) => ({ name, language, steps: steps.length })),
  });
  const { reports, kernels } = await playAll(options);
  const stopped = signal.aborted;
  const house = stopped ? [] : checkHouse(reports, kernels);
  const report: DemoReport = {
    held: !stopped && reports.every(hasHeld) && house.every(({ held }) => held),
    durationMs: performance.now() - startedAt,
    commands: reports.reduce((sum, scenario) => sum + commandsOf(scenario), 0),
    checks: reports.flatMap(checksOf).length + house.length,
    scenarios: reports,
    house,
    stopped,
  };
  emit({ type: 'demo-finished', report });
  return report;
};

interface Played {
  reports: ScenarioReport[];
  /** Process ids of all kernels there were. */
  kernels: number[];
}

const playAll = async ({
  scenarios,
  paceMs,
  emit,
  signal,
  limitMs = 60_000,
}: DemoOptions): Promise<Played> => {
  const kernels: number[] = [];
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const limit = setTimeout(end, limitMs);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'holdfast-demo-')));
  try {
    await using manager = createSessionManager({ maxSessions: scenarios.length });
    manager.subscribe(emit);
    manager.on('kernel-started', ({ pid }) => kernels.push(pid));
    ending.signal.addEventListener('abort', () => void manager.terminateAll());
    const context = { manager, folder, emit, paceMs, signal: ending.signal };
    const running = ending.signal.aborted ? [] : scenarios.map((scenario) => runScenario(scenario, context));
    return { reports: await Promise.all(running), kernels };
  } finally {
    clearTimeout(limit);
    signal.removeEventListener('abort', end);
    await rm(folder, { recursive: true, force: true });
  }
};

const checkHouse = (reports: ScenarioReport[], kernels: number[]): Check[] => [
  check(
    'threads, one for each session',
    reports.length,
    new Set(reports.map(({ threadId }) => threadId)).size,
  ),
  // A process that is dead but not yet reaped has no program any more.
  check(
    `processes left of ${kernels.length} kernels`,
    0,
    kernels.filter((pid) => existsSync(`/proc/${pid}/exe`)).length,
  ),
];
