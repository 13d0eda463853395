/** A result as text for a model: what happened first, then outputs as they are, then what else it should know. */
import type { HistoryEntry } from '@holdfast/protocol';
import type {
  ExecResult,
  HistoryResult,
  InterruptResult,
  JobsResult,
  LateOutput,
  ReadOutputResult,
  RuntimeToolResult,
  StateResult,
} from './results.ts';
import { defaultMaxCharacters, shapeOutput } from './shape-output.ts';

/** @param maxCharacters - for lists, which have no budget of their own yet. Default 30,000 */
export const toModelText = (result: RuntimeToolResult, maxCharacters = defaultMaxCharacters): string =>
  [
    describe(result, maxCharacters),
    ...result.notes.map((note) => `[Note: ${note}]`),
    ...result.lateOutput.map(describeLate),
  ].join('\n');

const describe = (result: RuntimeToolResult, maxCharacters: number): string => {
  if ('failure' in result)
    return `${result.action ?? 'The call'} failed (${result.failure.code}): ${result.failure.message}`;
  const clip = (text: string): string => shapeOutput(text, { maxCharacters }).text;
  switch (result.action) {
    case 'exec':
    case 'eval':
      return describeExec(result);
    case 'state':
      return clip(describeState(result));
    case 'history':
      return clip(describeHistory(result));
    case 'jobs':
      return clip(describeJobs(result));
    case 'read_output':
      return describeRead(result);
    case 'interrupt':
      return describeInterrupt(result);
    case 'reset':
      return 'The session was reset: all kernels and background jobs were ended, all state is gone, it starts afresh.';
  }
};

const describeExec = (result: ExecResult): string => {
  const { exitCode, durationMs, language, commandId, stdout, stderr, images = [] } = result;
  const head = `[exit code ${exitCode ?? 'none'}, ${duration(durationMs)}, ${language}, ${commandId}]`;
  const isSilent = stdout === '' && stderr === '' && result.result === undefined;
  return [
    head,
    ...section('stdout', stdout),
    ...section('stderr', stderr),
    // bash has no values; a traceback in stderr has told of the error already.
    ...(result.error && !stderr.includes(result.error.message)
      ? section('error', `${result.error.name}: ${result.error.message}`)
      : []),
    ...(result.result === undefined ? [] : section('result', result.result)),
    ...images.map(({ mimeType }) => `[${mimeType} shown]`),
    ...(isSilent ? ['(no output)'] : []),
  ].join('\n');
};

const section = (title: string, text: string): string[] =>
  text === '' ? [] : [`${title}:`, text.replace(/\n$/, '')];

const describeState = ({ state }: StateResult): string =>
  [
    `${state.language}, ${state.status}, kernel epoch ${state.epoch}, working directory ${state.working_dir}`,
    ...list(
      'variables',
      state.variables.map(({ name, type, preview }) => `${name}: ${type} = ${preview}`),
    ),
    ...list('functions', state.functions),
    ...list(
      'aliases',
      Object.entries(state.aliases).map(([name, text]) => `${name}=${text}`),
    ),
    ...list(
      'imports',
      Object.entries(state.imports).map(([name, module]) => (name === module ? name : `${name} = ${module}`)),
    ),
    ...list(
      'jobs',
      state.jobs.map(({ pid, command }) => `${pid}: ${command}`),
    ),
    ...list(
      'environment',
      Object.entries(state.env_vars).map(([name, value]) => `${name}=${value}`),
    ),
  ].join('\n');

const list = (title: string, items: string[]): string[] =>
  items.length === 0 ? [] : [`${title} (${items.length}):`, ...items.map((item) => `  ${item}`)];

const describeHistory = ({ history }: HistoryResult): string =>
  history.length === 0 ? 'No command has finished yet.' : history.map(describeEntry).join('\n');

const describeEntry = (entry: HistoryEntry): string => {
  const { startedAt, exitCode, durationMs, language, commandId, command, timedOut, interrupted } = entry;
  const how = timedOut ? ', timed out' : interrupted ? ', interrupted' : '';
  const text = command.length > 300 ? `${command.slice(0, 300)}… (${command.length} characters)` : command;
  return `${startedAt} ${commandId} ${language}, exit code ${exitCode ?? 'none'}${how}, ${duration(durationMs)}: ${text.replaceAll('\n', '\n  ')}`;
};

const describeJobs = ({ jobs }: JobsResult): string =>
  jobs.length === 0
    ? 'No background jobs are running.'
    : jobs
        .map(({ pid, command, language, commandId }) => {
          const how = commandId
            ? ` (from ${commandId}: read_output with stream late_stdout has its output)`
            : '';
          return `${pid} ${language}: ${command}${how}`;
        })
        .join('\n');

const describeRead = ({ commandId, stream, text, lines, bytes, next }: ReadOutputResult): string => {
  const more = next === undefined ? '' : `\n[More: read_output with ${Object.entries(next)[0]?.join(' ')}]`;
  const head = `[${stream} of ${commandId}: ${lines} lines, ${bytes} bytes in all]`;
  return text === ''
    ? `${head}\n(nothing in this range)${more}`
    : `${head}\n${text.replace(/\n$/, '')}${more}`;
};

const describeInterrupt = ({ answer }: InterruptResult): string => {
  if (answer === 'interrupted')
    return 'The running command was asked to stop; its own result tells what came of it.';
  return answer === 'idle' ? 'Nothing was running.' : `Nothing to interrupt: ${answer}.`;
};

const describeLate = ({ commandId, stdout, stderr, open }: LateOutput): string =>
  [
    `[Background jobs of ${commandId} wrote since the last call; ${open ? 'they still run' : 'they have ended'}]`,
    ...section('late stdout', stdout),
    ...section('late stderr', stderr),
  ].join('\n');

const duration = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
