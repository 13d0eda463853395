/** What a session's commands left running, whether or not their language knows of it. */
import type { CommandId, JobInfo } from '@holdfast/protocol';
import {
  bootTimeOf,
  commandLineOf,
  findDescendants,
  findMarked,
  markerOf,
  type ProcessInfo,
  readProcessTable,
  withDescendants,
} from '../kernel/process-table.ts';
import type { HistoryNote, SessionRuntime } from './session-runtime.ts';

/**
 * @param known - the kernel's own list: it knows a job as it was typed
 * @returns the children of this kernel, and what left its process session, oldest first
 */
export const listJobs = (runtime: SessionRuntime, kernelPid: number, known: JobInfo[]): JobInfo[] => {
  const { settings, slots, spares } = runtime;
  const table = readProcessTable();
  const kernels = new Set([...slots.values()].map(({ live }) => live?.pid));
  const otherKernels = [...kernels].filter((pid) => pid !== undefined && pid !== kernelPid) as number[];
  // A spare that is being started has helpers of its own.
  const ofOthers = withDescendants([...otherKernels, ...spares.pids], table);
  const found = new Map<number, ProcessInfo>();
  for (const process of [...findDescendants(kernelPid, table), ...findMarked(markerOf(settings), table)]) {
    if (kernels.has(process.pid) || ofOthers.has(process.pid) || process.state === 'Z') continue;
    found.set(process.pid, process);
  }
  const typed = new Map(known.map((job) => [job.pid, job]));
  return [...found.values()]
    .sort((a, b) => a.startedAt - b.startedAt || a.pid - b.pid)
    .filter(({ parent }) => !found.has(parent))
    .map((process) => toJob(runtime, process, typed.get(process.pid)));
};

const toJob = (runtime: SessionRuntime, process: ProcessInfo, known: JobInfo | undefined): JobInfo => {
  const commandId = known?.commandId ?? starterOf(runtime, process);
  return {
    pid: process.pid,
    command: known?.command ?? commandLineOf(process.pid),
    ...(commandId ? { commandId } : {}),
  };
};

/** The command that ran when the process started. */
const starterOf = (
  { history, remembered }: SessionRuntime,
  { startedAt }: ProcessInfo,
): CommandId | undefined => {
  const now = performance.now();
  const bornAt = now - (bootTimeOf(now) - startedAt) * 1_000;
  const startOf = ({ commandId }: HistoryNote): number => remembered.get(commandId)?.startedAt ?? now;
  return history.findLast((entry) => startOf(entry) <= bornAt + startTimeSlackMs)?.commandId;
};

/** Start times have a resolution of 10 ms. */
const startTimeSlackMs = 10;
