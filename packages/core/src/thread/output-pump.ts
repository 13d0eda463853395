/**
 * Moves one command's output from its pipes to where it is wanted: into the collectors, and, if the
 * host reads along, over the data port within the credits the host gives.
 *
 * Out of credits means the pipes are not read, so the child blocks when they are full: a slow
 * reader slows the child and nothing piles up.
 */
import type { CommandId, OutputStream, ThreadFrame } from '@holdfast/protocol';
import type { CollectedOutput, OutputCollector } from './output-collector.ts';

export interface OutputPump {
  push(stream: OutputStream, data: Uint8Array<ArrayBuffer>): void;
  /** The host can take so many more bytes. */
  credit(bytes: number): void;
  /** The host reads along from now on. What was collected before is sent first. */
  startStreaming(): void;
  /** Bytes that were or will be sent. */
  streamedBytes(): number;
  /** Nothing waits for credits. */
  isDry(): boolean;
  /** What was written until now, unless the pipes are not read because the host has given no credits. */
  outputSoFar(): Record<OutputStream, CollectedOutput>;
}

export interface OutputPumpOptions {
  id: CommandId;
  stream: boolean;
  collectors: Record<OutputStream, OutputCollector>;
  send(frame: ThreadFrame): void;
  /** Called when the pipes should not be read for now, and when they should again. */
  setPaused(paused: boolean): void;
  /** Pushes what is in the pipes. */
  drain(): void;
}

interface Pending {
  stream: OutputStream;
  data: Uint8Array;
}

export const createOutputPump = (options: OutputPumpOptions): OutputPump => {
  const { id, collectors, send, setPaused, drain } = options;
  const waiting: Pending[] = [];
  let streaming = options.stream;
  let credits = 0;
  let streamedBytes = 0;
  let paused = false;

  const flush = (): void => {
    while (credits > 0) {
      const next = waiting.shift();
      if (!next) break;
      // A piece may overdraw the credits: the bound is the window plus one piece.
      credits -= next.data.length;
      send({ type: 'chunk', id, stream: next.stream, data: next.data });
    }
    const shouldPause = waiting.length > 0;
    if (shouldPause === paused) return;
    paused = shouldPause;
    setPaused(paused);
  };
  const offer = (stream: OutputStream, data: Uint8Array): void => {
    streamedBytes += data.length;
    waiting.push({ stream, data });
  };

  return {
    push(stream, data) {
      collectors[stream].append(data);
      if (!streaming) return;
      offer(stream, data);
      flush();
    },
    credit(bytes) {
      credits += bytes;
      flush();
    },
    startStreaming() {
      if (streaming) return;
      streaming = true;
      for (const stream of ['stdout', 'stderr'] as const) {
        const { bytes } = collectors[stream].read();
        if (bytes.length > 0) offer(stream, bytes);
      }
      flush();
    },
    streamedBytes: () => streamedBytes,
    isDry: () => waiting.length === 0,
    outputSoFar() {
      if (!paused) drain();
      return { stdout: collectors.stdout.read(), stderr: collectors.stderr.read() };
    },
  };
};
