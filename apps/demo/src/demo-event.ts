/** What happens during the demo, in one stream: the sessions' own events and those of the scenarios. */
import type { InspectionRecord, Language, SessionEvent } from 'holdfast';
import type { DemoReport, ScenarioReport, StepReport } from './report.ts';

export type DemoEvent = SessionEvent | ScenarioEvent;

export type ScenarioEvent =
  | { type: 'demo-started'; scenarios: { name: string; language: Language; steps: number }[] }
  | { type: 'step-started'; workspaceId: string; step: number; language: Language; label: string }
  /** One command of the step is over: what came of it, and what did not hold. */
  | { type: 'step-reported'; workspaceId: string; report: StepReport }
  | { type: 'step-finished'; workspaceId: string; step: number; held: boolean }
  /** So many commands of the session wait. */
  | { type: 'queue'; workspaceId: string; length: number }
  | { type: 'output'; workspaceId: string; stream: 'stdout' | 'stderr'; data: string }
  | { type: 'inspection'; workspaceId: string; record: InspectionRecord }
  | { type: 'scenario-finished'; report: ScenarioReport }
  | { type: 'demo-finished'; report: DemoReport };

/** Told of every event, as it happens. */
export type Emit = (event: DemoEvent) => void;
