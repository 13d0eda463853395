/** A session and its history as the tools and resources tell them. */
import type { HistoryEntry, RuntimeSession } from '@holdfast/protocol';
import { shapeOutput } from '@holdfast/tools';
import type { z } from 'zod';
import type { OutputStore } from '../output-store.ts';
import type { historyAnswer, listAnswer } from './schemas.ts';

export const describeSession = (
  session: RuntimeSession,
  outputs: OutputStore,
): z.infer<typeof listAnswer>['sessions'][number] => ({
  session_id: session.id,
  name: session.workspaceId,
  status: session.status,
  queue_length: session.queueLength,
  commands: outputs.underWay(session.id),
  last_activity_at: session.getLastActivityTime().toISOString(),
});

// A command may be megabytes of heredoc; a history is for finding it.
const maxCommandCharacters = 2_000;

export const describeEntry = (
  { commandId, command, startedAt, finishedAt, durationMs, exitCode, timedOut, ...rest }: HistoryEntry,
  redact: (text: string) => string,
): z.infer<typeof historyAnswer>['entries'][number] => ({
  command_id: commandId,
  language: rest.language,
  command: shapeOutput(redact(command), { maxCharacters: maxCommandCharacters }).text,
  started_at: startedAt,
  finished_at: finishedAt,
  execution_time_ms: roundMs(durationMs),
  exit_code: exitCode,
  success: rest.success,
  timed_out: timedOut,
  interrupted: rest.interrupted,
});

/** Hundredths of a millisecond: what is finer is noise. */
export const roundMs = (milliseconds: number): number => Math.round(milliseconds * 100) / 100;
