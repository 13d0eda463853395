/** The demo's programme. Each scenario is a session of its own; they all run at the same time. */
import { build } from './build.ts';
import { dataPipeline } from './data-pipeline.ts';
import { gitWorkflow } from './git-workflow.ts';
import { httpServer } from './http-server.ts';
import { interrupt } from './interrupt.ts';
import { polyglot } from './polyglot.ts';
import { queue } from './queue.ts';
import { recovery } from './recovery.ts';
import { reset } from './reset.ts';
import type { Scenario } from './scenario.ts';

/** @param paceMs - the pause between two steps of a session */
export const allScenarios = (paceMs: number): Scenario[] => [
  gitWorkflow,
  dataPipeline,
  build,
  httpServer,
  // The same time for twenty links as for half a dozen steps elsewhere.
  queue(Math.round(paceMs / 3)),
  interrupt,
  reset,
  polyglot,
  recovery,
];
