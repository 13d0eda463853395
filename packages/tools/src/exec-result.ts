/** Makes of a command's result what a model should see of it. */
import type { CommandId, MimeBundle, OutputSource, RuntimeOutput } from '@holdfast/protocol';
import { type KeptOutput, locateOutput, readKeptOutput } from './kept-output.ts';
import type { Redactor } from './redactor.ts';
import type { Bare, ExecResult, ImageOutput } from './results.ts';
import {
  createOutputShaper,
  type OmittedRange,
  type OutputShaper,
  type ShapedOutput,
  shapeOutput,
} from './shape-output.ts';

export interface ShownWith {
  redactor: Redactor;
  /** For stdout and stderr together, and once more for the value. */
  maxCharacters: number;
}

export const toExecResult = async (
  action: 'exec' | 'eval',
  output: RuntimeOutput,
  limitMs: number,
  { redactor, maxCharacters }: ShownWith,
): Promise<Bare<ExecResult>> => {
  const { commandId, language, exitCode, durationMs, timedOut, interrupted, exited, success } = output;
  const { stdout, stderr } = await shapeStreams(output, { redactor, maxCharacters });
  const value = output.result && shapeValue(output.result, commandId, { redactor, maxCharacters });
  const images = imagesOf(output);
  const omitted = {
    ...(stdout.omitted ? { stdout: stdout.omitted } : {}),
    ...(stderr.omitted ? { stderr: stderr.omitted } : {}),
    ...(value?.omitted ? { result: value.omitted } : {}),
  };
  return {
    action,
    success,
    commandId,
    language,
    stdout: stdout.text,
    stderr: stderr.text,
    exitCode,
    durationMs,
    timedOut,
    interrupted,
    exited,
    ...(value ? { result: value.text } : {}),
    ...(images.some(isShown) ? { images: images.filter(isShown) } : {}),
    ...(output.error ? { error: describeError(output.error, redactor) } : {}),
    ...(Object.keys(omitted).length > 0 ? { omitted } : {}),
    notes: redactor.redactAll([...notesOn(output, limitMs), ...onImages(images)]),
  };
};

/** Which text of a result a source means, and what is missing from it. */
export const keptOutputOf = (output: RuntimeOutput, source: 'stdout' | 'stderr' | 'result'): KeptOutput => {
  if (source === 'result') return { text: output.result?.text ?? '', omittedBytes: 0 };
  const { truncated, fullOutputPath } = output;
  const omittedBytes = truncated?.[`${source}OmittedBytes`] ?? 0;
  const file = fullOutputPath === undefined ? {} : { file: `${fullOutputPath}.${source}` };
  return { text: output[source], omittedBytes, ...file };
};

const shapeStreams = async (
  output: RuntimeOutput,
  { redactor, maxCharacters }: ShownWith,
): Promise<Record<'stdout' | 'stderr', ShapedOutput>> => {
  const stdout = await collect(keptOutputOf(output, 'stdout'), redactor, maxCharacters);
  const stderr = await collect(keptOutputOf(output, 'stderr'), redactor, maxCharacters);
  // Half of the room each; what one does not need goes to the other.
  const half = Math.floor(maxCharacters / 2);
  const shape = (one: Collected, other: Collected, source: OutputSource): ShapedOutput =>
    one.shaper.shape({
      maxCharacters: Math.max(half, maxCharacters - other.shaper.characters),
      howToRead: one.isReadable ? howToRead(output.commandId, source) : () => notKept,
    });
  return { stdout: shape(stdout, stderr, 'stdout'), stderr: shape(stderr, stdout, 'stderr') };
};

interface Collected {
  shaper: OutputShaper;
  /** `read_output` will find all of it. */
  isReadable: boolean;
}

const collect = async (kept: KeptOutput, redactor: Redactor, maxCharacters: number): Promise<Collected> => {
  const located = await locateOutput(kept);
  const shaper = createOutputShaper(maxCharacters);
  for await (const piece of readKeptOutput(located, redactor)) shaper.push(piece);
  const isShort = located.omittedBytes === 0 && Buffer.byteLength(located.text) <= rememberedBytes;
  return { shaper, isReadable: isShort || located.file !== undefined };
};

// What a session remembers of each stream of a command that it has no file of.
const rememberedBytes = 65_536;

const notKept = 'Not all of it was kept. If it matters, run the command again, with its output in a file.';

const howToRead =
  (commandId: CommandId, source: OutputSource) =>
  ({ fromLine, toLine, fromByte, toByte }: OmittedRange): string => {
    const range =
      fromLine === toLine
        ? `from_byte ${fromByte}, to_byte ${toByte}`
        : `from_line ${fromLine}, to_line ${toLine}`;
    return `To read: read_output with command_id ${commandId}, stream ${source}, ${range}.`;
  };

const shapeValue = (
  { text }: MimeBundle,
  commandId: CommandId,
  { redactor, maxCharacters }: ShownWith,
): ShapedOutput =>
  shapeOutput(redactor.redact(text), { maxCharacters, howToRead: howToRead(commandId, 'result') });

const imagesOf = ({ result, outputs = [] }: RuntimeOutput): ImageOutput[] =>
  [...outputs, ...(result ? [result] : [])].flatMap(({ data }) =>
    Object.entries(data)
      .filter(([mimeType]) => shownTypes.has(mimeType))
      .map(([mimeType, content]) => ({ mimeType, data: content })),
  );

// What models with eyes take. SVG is text.
const shownTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

// In base64; models take no larger ones, and the whole request would be refused.
const largestImage = 5 * 1024 * 1024;

const isShown = ({ data }: ImageOutput): boolean => data.length <= largestImage;

const onImages = (images: ImageOutput[]): string[] => {
  const hidden = images.filter((image) => !isShown(image)).length;
  return hidden === 0
    ? []
    : [`Too large to be shown: ${hidden} image(s). Make them smaller, or save them to files.`];
};

// The traceback is in stderr already. A message may be as long as its author liked.
const describeError = ({ name, message }: { name: string; message: string }, redactor: Redactor) => ({
  name: redactor.redact(name),
  message: shapeOutput(redactor.redact(message), { maxCharacters: 2_000 }).text,
});

const notesOn = (output: RuntimeOutput, limitMs: number): string[] => [
  ...(output.timedOut ? [onTimeout(output, limitMs)] : []),
  ...(output.interrupted ? [`The command was interrupted${whatItTook(output)}.${onState(output)}`] : []),
  ...(output.stateLost ? [onLoss(output)] : []),
  // Stopping a command may end it the way an exit does.
  ...(output.exited && !output.timedOut && !output.interrupted
    ? [`The code asked to exit with ${output.exitCode}; the session goes on, its state is kept.`]
    : []),
];

const onTimeout = (output: RuntimeOutput, limitMs: number): string =>
  `Timed out: stopped after ${limitMs} ms${whatItTook(output)}. The output up to then is above.${onState(output)} ` +
  'For longer work give a larger timeout_ms, or start it in the background with & and look at it later.';

const whatItTook = ({ interruption }: RuntimeOutput): string => {
  if (!interruption) return '';
  const { asked, escalatedTo } = interruption;
  return escalatedTo === undefined ? ` with ${asked}` : ` with ${asked}, then ${escalatedTo}`;
};

const onState = ({ stateLost, language }: RuntimeOutput): string =>
  stateLost ? '' : ` The state of ${language} (variables, functions, working directory) is kept.`;

const onLoss = ({ stateLost, epoch, language }: RuntimeOutput): string =>
  `STATE LOST in ${stateLost?.language ?? language}: ${stateLost?.reason}. Variables, functions and imports that this does ` +
  `not name as restored are gone; a fresh kernel (epoch ${epoch}) takes the next command. Set up again what you need.`;
