/** A command's result as a tool's answer: facts for the client, words for the model. */
import type { MimeBundle, RuntimeOutput, RuntimeSession } from '@holdfast/protocol';
import { type OmittedRange, type Redactor, type ShapedOutput, shapeOutput } from '@holdfast/tools';
import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import type { LateOutput } from '../late-outputs.ts';
import { outputUri } from '../resource-uris.ts';
import type { FinishedCommand } from '../run-command.ts';
import { roundMs } from './describe-session.ts';
import type { runAnswer } from './schemas.ts';

type RunFacts = z.infer<typeof runAnswer>;

export interface AnswerContext {
  session: RuntimeSession;
  redactor: Redactor;
  maxCharacters: number;
  late: LateOutput[];
}

export const composeRunAnswer = (finished: FinishedCommand, context: AnswerContext): CallToolResult => {
  const { output } = finished;
  const { session, redactor, maxCharacters, late } = context;
  const { stdout, stderr } = shapeBoth(finished, maxCharacters);
  const result = output.result && shapeOutput(redactor.redact(output.result.text), { maxCharacters }).text;
  const facts: RunFacts = {
    session_id: session.id,
    command_id: output.commandId,
    language: output.language,
    stdout: stdout.text,
    stderr: stderr.text,
    ...(stdout.omitted ? { stdout_omitted: rangeFacts(stdout.omitted) } : {}),
    ...(stderr.omitted ? { stderr_omitted: rangeFacts(stderr.omitted) } : {}),
    exit_code: output.exitCode,
    success: output.success,
    execution_time_ms: roundMs(output.durationMs),
    ...(result === undefined ? {} : { result }),
    ...(output.error
      ? { error: redactor.redactAll({ name: output.error.name, message: output.error.message }) }
      : {}),
    timed_out: output.timedOut,
    interrupted: output.interrupted,
    exited: output.exited,
    epoch: output.epoch,
    ...(output.stateLost ? { state_lost: redactor.redactAll(output.stateLost) } : {}),
    ...(late.length > 0 ? { late_output: late } : {}),
    notes: notesOn(output).map(redactor.redact),
  };
  const links = (['stdout', 'stderr'] as const).filter((stream) => facts[`${stream}_omitted`]);
  return {
    structuredContent: facts,
    content: [
      { type: 'text', text: inWords(facts) },
      ...[...(output.outputs ?? []), ...(output.result ? [output.result] : [])].flatMap(images),
      ...links.map(
        (stream): ContentBlock => ({
          type: 'resource_link',
          uri: outputUri(session.id, output.commandId, stream),
          name: `${stream} of ${output.commandId}`,
          mimeType: 'text/plain',
        }),
      ),
    ],
  };
};

/** What stdout does not need of the room is stderr's, and the other way round; each has a quarter for sure. */
const shapeBoth = (
  { output, shapers }: FinishedCommand,
  room: number,
): { stdout: ShapedOutput; stderr: ShapedOutput } => {
  const howToRead = (stream: string) => (omitted: OmittedRange) =>
    `Read on with session_read_output {command_id: "${output.commandId}", stream: "${stream}", ` +
    `from_line: ${omitted.fromLine}, to_line: ${omitted.toLine}}.`;
  const least = Math.floor(room / 4);
  const forStderr = Math.max(least, room - shapers.stdout.characters);
  const stderr = shapers.stderr.shape({ maxCharacters: forStderr, howToRead: howToRead('stderr') });
  const forStdout = room - stderr.text.length;
  const stdout = shapers.stdout.shape({ maxCharacters: forStdout, howToRead: howToRead('stdout') });
  return { stdout, stderr };
};

const rangeFacts = ({ characters, fromLine, toLine }: OmittedRange): RunFacts['stdout_omitted'] => ({
  characters,
  from_line: fromLine,
  to_line: toLine,
});

const notesOn = (output: RuntimeOutput): string[] => {
  const { interruption, stateLost, truncated, fullOutputPath, signal } = output;
  const kept = interruption?.stateKept === false ? 'state was lost' : 'state was kept';
  const how = interruption
    ? `${interruption.asked}${interruption.escalatedTo ? `, then ${interruption.escalatedTo}` : ''}; ${kept}`
    : kept;
  return [
    ...(output.timedOut ? [`Timed out and was stopped (${how}). Raise timeout_ms, or run it with & .`] : []),
    ...(output.interrupted ? [`Interrupted (${how}).`] : []),
    ...(output.exited && !output.timedOut && !output.interrupted
      ? ['The code asked to end. The session went on, with its state.']
      : []),
    ...(signal ? [`The ${output.language} process was ended by ${signal}.`] : []),
    ...(stateLost ? [`State of ${stateLost.language} is gone: ${stateLost.reason}.`] : []),
    ...(truncated ? [describeTruncation(truncated, fullOutputPath)] : []),
  ];
};

const describeTruncation = (
  { stdoutOmittedBytes, stderrOmittedBytes }: NonNullable<RuntimeOutput['truncated']>,
  path: string | undefined,
): string => {
  const what = `The session keeps the beginning and the end of long outputs: ${stdoutOmittedBytes} bytes of stdout and ${stderrOmittedBytes} of stderr can not be read any more`;
  return path ? `${what}, except in the files ${path}.stdout and ${path}.stderr.` : `${what}.`;
};

const inWords = (facts: RunFacts): string => {
  const parts = [
    facts.stdout,
    ...(facts.stderr === '' ? [] : [`[stderr]\n${facts.stderr}`]),
    ...(facts.result === undefined ? [] : [`[result]\n${facts.result}`]),
    ...(facts.late_output ?? []).map(lateInWords),
    ...facts.notes.map((note) => `[note] ${note}`),
    `[${ending(facts)} after ${facts.execution_time_ms} ms; ${facts.command_id}]`,
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => (part.endsWith('\n') ? part : `${part}\n`))
    .join('');
};

const lateInWords = ({ command_id, stdout, stderr }: LateOutput): string =>
  [
    `[since then, from background jobs of ${command_id}]`,
    ...(stdout === '' ? [] : [stdout]),
    ...(stderr === '' ? [] : [`(stderr) ${stderr}`]),
  ].join('\n');

const ending = ({ exit_code, error }: RunFacts): string => {
  const code = exit_code === null ? 'died without an exit code' : `exit code ${exit_code}`;
  return error ? `${code}, ${error.name}` : code;
};

// Clients refuse answers that are too large; a picture of that size helps no model.
const maxImageCharacters = 4_000_000;

const images = ({ data }: MimeBundle): ContentBlock[] =>
  Object.entries(data)
    .filter(
      ([type, content]) => /^image\/(png|jpeg|gif|webp)$/.test(type) && content.length <= maxImageCharacters,
    )
    .map(([mimeType, content]) => ({ type: 'image', mimeType, data: content.replaceAll('\n', '') }));
