import type { Language } from './command.ts';
import type { CommandId } from './ids.ts';

/** One finished command. Times are ISO 8601 in UTC. */
export interface HistoryEntry {
  commandId: CommandId;
  language: Language;
  command: string;
  startedAt: string;
  finishedAt: string;
  durationMs: number;
  exitCode: number | null;
  success: boolean;
  timedOut: boolean;
  interrupted: boolean;
}
