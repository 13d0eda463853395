/** The output of one command, running or over, redacted: what `session_read_output` and the resources give. */
import type { CommandId, CommandRecord, OutputSource, RuntimeSession } from '@holdfast/protocol';
import type { Redactor } from '@holdfast/tools';
import type { OutputStore } from './output-store.ts';
import type { Numbering } from './text-range.ts';
import { ToolError } from './tool-error.ts';

export interface CommandOutput extends Numbering {
  status: CommandRecord['status'];
  text: string;
  /** Bytes that nobody has any more. */
  omittedBytes: number;
  /** There will be more of it. */
  open: boolean;
  /** File with the whole, where the session spills long outputs. */
  fullOutputPath?: string;
}

/** @throws COMMAND_NOT_FOUND */
export const readCommandOutput = async (
  session: RuntimeSession,
  commandId: string,
  source: OutputSource,
  { outputs, redactor }: { outputs: OutputStore; redactor: Redactor },
): Promise<CommandOutput> => {
  const id = commandId as CommandId;
  const command = await session.getCommand(id);
  if (!command) throw new ToolError('COMMAND_NOT_FOUND', describeAbsence(commandId, session));
  const { status, output } = command;
  const whole = { status, droppedLines: 0, droppedBytes: 0, omittedBytes: 0, open: status !== 'finished' };
  if (source === 'late_stdout' || source === 'late_stderr') {
    const { open, omittedBytes, stdout, stderr } = command.lateOutput;
    return {
      ...whole,
      text: redactor.redact(source === 'late_stdout' ? stdout : stderr),
      omittedBytes,
      open,
    };
  }
  if (source === 'result') return { ...whole, text: redactor.redact(output?.result?.text ?? '') };
  const stored = outputs.read(id, source);
  if (stored) {
    const { isOver, ...part } = stored;
    // The last of its output may still be on its way here.
    return { ...whole, ...part, status: isOver || status === 'queued' ? status : 'running', open: !isOver };
  }
  // Nobody here ran it, or long ago: what the session remembers.
  if (!output) {
    const { [source]: soFar = '', omittedBytes = 0 } = command.outputSoFar ?? {};
    const text =
      omittedBytes > 0
        ? redactAround(soFar, redactor, { end: true })
        : redactor.redactPiece(soFar, { end: true });
    return { ...whole, text, omittedBytes };
  }
  const { truncated, fullOutputPath } = output;
  const omittedBytes =
    (source === 'stdout' ? truncated?.stdoutOmittedBytes : truncated?.stderrOmittedBytes) ?? 0;
  if (omittedBytes === 0) return { ...whole, text: redactor.redact(output[source]) };
  return {
    ...whole,
    text: redactAround(output[source], redactor),
    omittedBytes,
    ...(fullOutputPath ? { fullOutputPath: `${fullOutputPath}.${source}` } : {}),
  };
};

const describeAbsence = (commandId: string, { id, workspaceId }: RuntimeSession): string =>
  `Session ${id} (${workspaceId}) has no command ${commandId}, or no longer: it remembers the last ones. ` +
  'session_history lists them.';

/** How far a text is taken back from where its middle was lost, to leave no piece of a secret there. */
const longestWord = 4_096;

/**
 * Head and tail of an output that lost its middle were joined, half of the bytes each, give or take a character.
 * What the loss tore could be a piece of a secret: the words around the place go.
 *
 * @param torn - whether the text itself ends in the middle of things
 */
const redactAround = (text: string, redactor: Redactor, torn: { end?: boolean } = {}): string => {
  if (!redactor.isActive) return text;
  const bytes = Buffer.from(text);
  const middle = bytes.subarray(0, Math.floor(bytes.length / 2)).toString().length;
  const before = /\S*$/.exec(text.slice(Math.max(0, middle - longestWord), middle - 4))?.[0].length ?? 0;
  const after = /^\S*/.exec(text.slice(middle + 4, middle + 4 + longestWord))?.[0].length ?? 0;
  const head = redactor.redactPiece(text.slice(0, Math.max(0, middle - 4 - before)), { end: true });
  const tail = redactor.redactPiece(text.slice(middle + 4 + after), { start: true, ...torn });
  return `${head}[…]${tail}`;
};
