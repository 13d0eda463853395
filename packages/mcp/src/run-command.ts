/** Reads a command's output as it comes: redacted, shaped, kept for those who look in, and reported. */
import type { Execution, OutputStream, RuntimeOutput, SessionId } from '@holdfast/protocol';
import { createOutputShaper, type OutputShaper, type Redactor } from '@holdfast/tools';
import type { OutputStore } from './output-store.ts';
import type { ProgressReporter } from './progress.ts';

export interface FinishedCommand {
  output: RuntimeOutput;
  /** The whole of each stream went through these. */
  shapers: Record<OutputStream, OutputShaper>;
}

export interface RunContext {
  session: SessionId;
  redactor: Redactor;
  outputs: OutputStore;
  progress: ProgressReporter;
  maxCharacters: number;
}

/** @throws what the execution throws */
export const readCommand = async (
  execution: Execution,
  { session, redactor, outputs, progress, maxCharacters }: RunContext,
): Promise<FinishedCommand> => {
  const redactors = { stdout: redactor.stream(), stderr: redactor.stream() };
  const shapers = { stdout: createOutputShaper(maxCharacters), stderr: createOutputShaper(maxCharacters) };
  const live = outputs.begin(session, execution.id);
  const show = (stream: OutputStream, text: string): void => {
    if (text === '') return;
    shapers[stream].push(text);
    live.push(stream, text);
    progress.push(text);
  };
  try {
    for await (const { stream, data } of execution) show(stream, redactors[stream].push(data));
    for (const stream of ['stdout', 'stderr'] as const) show(stream, redactors[stream].end());
    return { output: await execution, shapers };
  } finally {
    live.end();
    await progress.end();
  }
};
