/**
 * A command's result on its way from the thread to the host.
 *
 * Copying an object between threads costs by its fields and its buffers (a result of twenty fields and
 * two buffers: 20 µs), so the usual result is a short list, its output text where it is ASCII, and only
 * what is unusual about it goes by name.
 */
import { isAscii } from 'node:buffer';
import {
  type CommandId,
  type CommandOutcome,
  type Language,
  reviveError,
  type SerialisedError,
  serialiseError,
} from '@holdfast/protocol';

/** Text where every byte is ASCII: then its characters are the bytes. */
export type PackedOutput = string | Uint8Array;

type Usual =
  | 'commandId'
  | 'language'
  | 'exitCode'
  | 'success'
  | 'durationMs'
  | 'epoch'
  | 'streamedBytes'
  | 'stdout'
  | 'stderr';
/** What a plain success does not have. */
type Unusual = Partial<Omit<CommandOutcome, Usual>>;

export type CommandAnswer =
  | [
      id: CommandId,
      language: Language,
      exitCode: number | null,
      success: boolean,
      durationMs: number,
      epoch: number,
      streamedBytes: number,
      stdout: PackedOutput,
      stderr: PackedOutput,
      unusual?: Unusual,
    ]
  | [id: CommandId, rejection: SerialisedError];

/** An outcome as it arrives: the output is decoded by whoever knows what was asked for. */
export type ReceivedOutcome = Omit<CommandOutcome, 'stdout' | 'stderr'> & {
  stdout: PackedOutput;
  stderr: PackedOutput;
};

// Beyond this, moving a buffer is cheaper than looking at its bytes and copying them as text.
const maxTextBytes = 16_384;

export const packOutcome = (outcome: CommandOutcome): CommandAnswer => {
  const {
    commandId,
    language,
    exitCode,
    success,
    durationMs,
    epoch,
    streamedBytes,
    stdout,
    stderr,
    ...others
  } = outcome;
  const answer: CommandAnswer = [
    commandId,
    language,
    exitCode,
    success,
    durationMs,
    epoch,
    streamedBytes,
    packOutput(stdout),
    packOutput(stderr),
  ];
  if (!isPlain(others)) answer.push(others);
  return answer;
};

export const packRejection = (id: CommandId, error: Error): CommandAnswer => [id, serialiseError(error)];

/** @throws the error that the command was rejected with */
export const unpackAnswer = (answer: CommandAnswer): ReceivedOutcome => {
  if (answer.length === 2) throw reviveError(answer[1]);
  const [commandId, language, exitCode, success, durationMs, epoch, streamedBytes, stdout, stderr, unusual] =
    answer;
  return {
    commandId,
    language,
    stdout,
    stderr,
    exitCode,
    signal: null,
    success,
    durationMs,
    timedOut: false,
    interrupted: false,
    exited: false,
    ...unusual,
    epoch,
    streamedBytes,
    cancelled: unusual?.cancelled ?? false,
  };
};

const packOutput = (bytes: Uint8Array): PackedOutput =>
  bytes.length <= maxTextBytes && isAscii(bytes) ? toText(bytes) : bytes;

const toText = (bytes: Uint8Array): string =>
  bytes.length === 0 ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

/** Nothing about it that the list does not say. */
const isPlain = (others: Omit<CommandOutcome, Usual>): boolean => {
  const { signal, timedOut, interrupted, exited, cancelled, ...rest } = others;
  if (signal !== null || timedOut || interrupted || exited || cancelled) return false;
  for (const _name in rest) return false;
  return true;
};
