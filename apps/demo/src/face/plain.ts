/** For logs and pipes: a line for every step, and for every transition beyond idle and busy. */
import type { InspectionRecord, Language } from 'holdfast';
import type { DemoEvent } from '../demo-event.ts';
import type { StepReport } from '../report.ts';
import { describeFailure, type Line, summariseDemo } from '../summary.ts';
import { firstLine, lastLine, plural, promptOf } from '../text.ts';
import type { Face } from './face.ts';

const marks = { held: 'ok    ', failed: 'FAILED' };

export const plainFace = (write: (text: string) => void): Face => {
  const startedAt = performance.now();
  const totals = new Map<string, number>();
  const queues = new Map<string, number>();
  let nameWidth = 0;

  const print = (session: string, kind: string, text: string): void => {
    const elapsed = ((performance.now() - startedAt) / 1_000).toFixed(2);
    write(`${elapsed.padStart(6)}  ${session.padEnd(nameWidth)}  ${kind.padEnd(6)}  ${text}\n`);
  };
  const take = (event: DemoEvent): void => {
    switch (event.type) {
      case 'demo-started':
        for (const { name, steps } of event.scenarios) totals.set(name, steps);
        nameWidth = Math.max(...event.scenarios.map(({ name }) => name.length));
        write(
          `Holdfast demo: ${plural(event.scenarios.length, 'session')} at once, each in its own thread\n\n`,
        );
        return;
      case 'thread-started':
        return print(event.workspaceId, 'opened', `in thread ${event.threadId}`);
      case 'inspection':
        if (isNotable(event.record)) {
          const { event: cause, from, to } = event.record;
          print(event.workspaceId, 'state', `${from ? `${from} -> ` : ''}${to}  ${cause}`);
        }
        return;
      case 'queue':
        queues.set(event.workspaceId, event.length);
        return;
      case 'late-output':
        return print(event.workspaceId, 'late', lastLine(event.data));
      case 'step-reported': {
        const { workspaceId, report } = event;
        const waiting = queues.get(workspaceId) ?? 0;
        const text =
          describeStep(report, totals.get(workspaceId)) + (waiting > 0 ? `  (${waiting} wait)` : '');
        print(workspaceId, markOf(report), text);
        return writeLines(write, describeFailure({ name: workspaceId }, report));
      }
      case 'demo-finished':
        write('\n');
        return writeLines(write, summariseDemo(event.report, marks));
    }
  };
  return { take, close: () => undefined };
};

const writeLines = (write: (text: string) => void, lines: Line[]): void => {
  for (const line of lines)
    write(
      `${line
        .map(({ text }) => text)
        .join('')
        .trimEnd()}\n`,
    );
};

const markOf = ({ checks }: StepReport): string => (checks.every(({ held }) => held) ? 'ok' : 'FAILED');

const describeStep = (report: StepReport, total = 0): string => {
  const { step, language, code, durationMs, shown } = report;
  const typed = `${nameOf(language)} ${promptOf(language)} ${firstLine(code)}`;
  return `${step}/${total} ${typed}  (${durationMs.toFixed(1)} ms)${shown ? `  => ${shown}` : ''}`;
};

const nameOf = (language: Language): string => language.padEnd(6);

// Every command goes from idle to busy and back: its own line tells that.
const everyday = new Set(['idle', 'busy.running']);

const isNotable = ({ actor, from, to }: InspectionRecord): boolean =>
  actor === 'session' && !(everyday.has(from) && everyday.has(to));
