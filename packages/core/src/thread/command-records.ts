/** Remembers the last commands: history, results, and what their background jobs write later. */
import { StringDecoder } from 'node:string_decoder';
import type {
  CommandId,
  CommandOutcome,
  CommandRecord,
  HistoryEntry,
  OutputStream,
  RuntimeOutput,
} from '@holdfast/protocol';
import type { OutputSink } from '../kernel/output-pipes.ts';
import { createHeadTailBuffer } from './head-tail-buffer.ts';
import { type CollectedOutput, createOutputCollector } from './output-collector.ts';
import type { OutputPump } from './output-pump.ts';
import type { PendingCommand } from './pending-command.ts';
import type { HistoryNote, RememberedCommand, SessionRuntime } from './session-runtime.ts';

export const rememberQueued = (runtime: SessionRuntime, { envelope }: PendingCommand): void => {
  const { id, language, code } = envelope;
  runtime.remembered.set(id, { record: { id, language, code: clip(code), status: 'queued' } });
};

export const rememberStart = (runtime: SessionRuntime, { envelope }: PendingCommand): void => {
  const { id, language, code } = envelope;
  const remembered = runtime.remembered.get(id);
  if (remembered) {
    remembered.record.status = 'running';
    remembered.startedAt = performance.now();
  }
  if (runtime.isListened) runtime.emit({ type: 'command-started', commandId: id, language, code });
};

/** A command that never ran leaves no trace but its rejection. */
export const forgetCommand = (runtime: SessionRuntime, id: CommandId): void => {
  runtime.remembered.delete(id);
};

export const finishCommand = (
  runtime: SessionRuntime,
  { envelope }: PendingCommand,
  outcome: CommandOutcome,
  startedAt: number,
): void => {
  const { id, language, code } = envelope;
  const { exitCode, success, timedOut, interrupted, durationMs } = outcome;
  runtime.history.push({
    commandId: id,
    language,
    command: clip(code),
    startedAt,
    finishedAt: Date.now(),
    durationMs,
    exitCode,
    success,
    timedOut,
    interrupted,
  });
  const remembered = runtime.remembered.get(id);
  if (remembered) {
    remembered.record.status = 'finished';
    remembered.outcome = abridge(outcome);
  }
  trim(runtime);
  if (!runtime.isListened) return;
  const {
    stdout: _stdout,
    stderr: _stderr,
    streamedBytes: _bytes,
    cancelled: _cancelled,
    ...facts
  } = outcome;
  runtime.emit({ type: 'command-finished', commandId: id, output: facts });
};

export const toHistoryEntry = ({ startedAt, finishedAt, ...note }: HistoryNote): HistoryEntry => ({
  ...note,
  startedAt: new Date(startedAt).toISOString(),
  finishedAt: new Date(finishedAt).toISOString(),
});

/** Where a command's pipes lead once it has its result. */
export const openLateOutput = (
  runtime: SessionRuntime,
  { id }: PendingCommand,
): { late: OutputSink; onClosed: () => void } => {
  const decoders: Partial<Record<OutputStream, InstanceType<typeof TextDecoder>>> = {};
  const untold: { stream: OutputStream; data: string }[] = [];
  const tell = (): void => {
    for (const piece of untold.splice(0))
      if (runtime.isListened) runtime.emit({ type: 'late-output', commandId: id, ...piece });
  };
  return {
    late(stream, data) {
      const remembered = runtime.remembered.get(id);
      if (remembered) lateOf(runtime, remembered)[stream].append(data);
      decoders[stream] ??= new TextDecoder();
      const text = decoders[stream].decode(data, { stream: true });
      if (!text) return;
      untold.push({ stream, data: text });
      if (untold.length > 1) return;
      // The word that somebody listens may lie in the port, sent before this was written: it is read before `setImmediate`.
      if (runtime.isListened) tell();
      else setImmediate(tell);
    },
    onClosed() {
      const late = runtime.remembered.get(id)?.late;
      if (late) late.open = false;
    },
  };
};

export const toCommandRecord = (
  { record, outcome, late }: RememberedCommand,
  pump: OutputPump | undefined,
): CommandRecord => ({
  ...record,
  ...(outcome ? { output: decodeOutput(outcome) } : {}),
  ...(record.status === 'running' ? { outputSoFar: decodeCollected(pump?.outputSoFar(), true) } : {}),
  lateOutput: {
    ...decodeCollected(late && { stdout: late.stdout.read(), stderr: late.stderr.read() }, late?.open),
    open: late?.open ?? false,
  },
});

/** @param open - more is to come: of a character that is not whole yet, nothing is shown */
const decodeCollected = (
  collected: Record<OutputStream, CollectedOutput> | undefined,
  open = false,
): { stdout: string; stderr: string; omittedBytes: number } => ({
  stdout: decode(collected?.stdout.bytes, open),
  stderr: decode(collected?.stderr.bytes, open),
  omittedBytes: (collected?.stdout.omittedBytes ?? 0) + (collected?.stderr.omittedBytes ?? 0),
});

const lateOf = ({ settings }: SessionRuntime, remembered: RememberedCommand) => {
  const { maxOutputBytes } = settings;
  remembered.late ??= {
    stdout: createOutputCollector(maxOutputBytes),
    stderr: createOutputCollector(maxOutputBytes),
    open: true,
  };
  return remembered.late;
};

/** Drops the oldest finished commands beyond `maxHistorySize`. */
const trim = ({ history, remembered, settings }: SessionRuntime): void => {
  const { maxHistorySize } = settings;
  while (history.length > maxHistorySize) {
    const dropped = history.shift();
    if (dropped) remembered.delete(dropped.commandId);
  }
};

const clip = (code: string): string =>
  code.length <= rememberedBytes
    ? code
    : `${code.slice(0, rememberedBytes)}… (${code.length - rememberedBytes} more characters)`;

// A hundred remembered commands must not keep a hundred times `maxOutputBytes`.
export const rememberedBytes = 65_536;

/** Remembered output keeps head and tail, what it lost is counted in `truncated`. */
const abridge = (outcome: CommandOutcome): CommandOutcome => {
  const { stdout, stderr, truncated } = outcome;
  if (stdout.length <= rememberedBytes && stderr.length <= rememberedBytes) return outcome;
  const shortOut = headAndTail(stdout);
  const shortErr = headAndTail(stderr);
  return {
    ...outcome,
    stdout: shortOut.bytes,
    stderr: shortErr.bytes,
    truncated: {
      stdoutOmittedBytes: (truncated?.stdoutOmittedBytes ?? 0) + shortOut.omittedBytes,
      stderrOmittedBytes: (truncated?.stderrOmittedBytes ?? 0) + shortErr.omittedBytes,
    },
  };
};

const headAndTail = (bytes: Uint8Array): { bytes: Uint8Array; omittedBytes: number } => {
  const buffer = createHeadTailBuffer(rememberedBytes);
  buffer.append(bytes);
  const kept = buffer.read();
  // A copy, so that the whole can be collected.
  return { ...kept, bytes: kept.bytes.slice() };
};

const decodeOutput = ({
  streamedBytes: _bytes,
  cancelled: _cancelled,
  ...output
}: CommandOutcome): RuntimeOutput => ({
  ...output,
  stdout: decode(output.stdout),
  stderr: decode(output.stderr),
});

const decode = (bytes: Uint8Array | undefined, open = false): string => {
  if (!bytes || bytes.length === 0) return '';
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return open ? new StringDecoder('utf8').write(buffer) : buffer.toString('utf8');
};
