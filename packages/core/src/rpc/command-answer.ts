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
  type RuntimeOutput,
  reviveError,
  type SerialisedError,
  serialiseError,
} from '@holdfast/protocol';

/** Text where every byte is ASCII: then its characters are the bytes. */
export type PackedOutput = string | Uint8Array;

const usual = [
  'commandId',
  'language',
  'exitCode',
  'success',
  'durationMs',
  'epoch',
  'streamedBytes',
  'stdout',
  'stderr',
] as const;
type Usual = (typeof usual)[number];
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
export interface ReceivedOutcome extends Pick<CommandOutcome, 'streamedBytes' | 'cancelled'> {
  stdout: PackedOutput;
  stderr: PackedOutput;
  /** All else, with a place for the decoded output. */
  output: RuntimeOutput<PackedOutput>;
}

// Beyond this, moving a buffer is cheaper than looking at its bytes and copying them as text.
const maxTextBytes = 16_384;

export const packOutcome = (outcome: CommandOutcome): CommandAnswer => {
  const answer: CommandAnswer = [
    outcome.commandId,
    outcome.language,
    outcome.exitCode,
    outcome.success,
    outcome.durationMs,
    outcome.epoch,
    outcome.streamedBytes,
    packOutput(outcome.stdout),
    packOutput(outcome.stderr),
  ];
  if (!isPlain(outcome)) answer.push(unusualOf(outcome));
  return answer;
};

export const packRejection = (id: CommandId, error: Error): CommandAnswer => [id, serialiseError(error)];

/** @throws the error that the command was rejected with */
export const unpackAnswer = (answer: CommandAnswer): ReceivedOutcome => {
  if (answer.length === 2) throw reviveError(answer[1]);
  const [commandId, language, exitCode, success, durationMs, epoch, streamedBytes, stdout, stderr, unusual] =
    answer;
  const output: RuntimeOutput<PackedOutput> = {
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
    epoch,
  };
  if (!unusual) return { stdout, stderr, streamedBytes, cancelled: false, output };
  const { cancelled = false, ...more } = unusual;
  return { stdout, stderr, streamedBytes, cancelled, output: Object.assign(output, more) };
};

const packOutput = (bytes: Uint8Array): PackedOutput =>
  bytes.length <= maxTextBytes && isAscii(bytes) ? toText(bytes) : bytes;

const toText = (bytes: Uint8Array): string =>
  bytes.length === 0 ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');

const usualNames = new Set<string>(usual);

/** Nothing about it that the list does not say: no field beside those of the list that is more than null or false. */
const isPlain = (outcome: CommandOutcome): boolean => {
  let name: keyof CommandOutcome;
  for (name in outcome) {
    const value = outcome[name];
    if (value !== null && value !== false && value !== undefined && !usualNames.has(name)) return false;
  }
  return true;
};

const unusualOf = (outcome: CommandOutcome): Unusual =>
  Object.fromEntries(Object.entries(outcome).filter(([name]) => !usualNames.has(name)));
