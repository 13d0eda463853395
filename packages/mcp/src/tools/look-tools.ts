/** `session_state`, `session_history`, `session_read_output`: look without changing anything. */
import { operations, type RuntimeState } from '@holdfast/protocol';
import { shapeOutput } from '@holdfast/tools';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import { type CommandOutput, readCommandOutput } from '../command-output.ts';
import { cutRange } from '../text-range.ts';
import { describeEntry } from './describe-session.ts';
import { historyAnswer, readOutputAnswer, stateAnswer } from './schemas.ts';
import { answering, factsAnswer, type ToolContext } from './tool-context.ts';
import { session_id } from './tool-inputs.ts';

const annotations = { readOnlyHint: true, openWorldHint: false };
const readOutputInput = operations.read_output.input.extend({ session_id }).strict();

export const registerLookTools = (server: McpServer, context: ToolContext): void => {
  const { sessions, secrets } = context;

  server.registerTool(
    'session_state',
    {
      title: 'See what is alive',
      description: `${operations.state.summary} Waits for commands that were given before.`,
      inputSchema: operations.state.input.extend({ session_id }).strict(),
      outputSchema: stateAnswer,
      annotations,
    },
    answering(context, async ({ session_id: reference, language }) => {
      const session = sessions.find(reference);
      return factsAnswer(context, describeState(session.id, await session.state(language)));
    }),
  );

  server.registerTool(
    'session_history',
    {
      title: 'See what was run',
      description: `${operations.history.summary} Waiting and running commands are not among them.`,
      inputSchema: operations.history.input.extend({ session_id }).strict(),
      outputSchema: historyAnswer,
      annotations,
    },
    answering(context, async ({ session_id: reference, limit }) => {
      const session = sessions.find(reference);
      const history = await session.getHistory(limit);
      const entries = history.map((entry) => describeEntry(entry, secrets.redactor.redact));
      return factsAnswer(context, { session_id: session.id, entries });
    }),
  );

  server.registerTool(
    'session_read_output',
    {
      title: 'Read output of a command',
      description: `${operations.read_output.summary} Also what a running command has written so far.`,
      inputSchema: readOutputInput,
      outputSchema: readOutputAnswer,
      annotations,
    },
    answering(context, (request) => readOutput(context, request)),
  );
};

// More than that fills a model's context and tells it nothing.
const maxItems = 500;

const describeState = (session: string, state: RuntimeState): z.infer<typeof stateAnswer> => {
  const notes: string[] = [];
  const firstOf = <Item>(what: string, items: Item[]): Item[] => {
    if (items.length > maxItems) notes.push(`${items.length - maxItems} more ${what} are not shown.`);
    return items.slice(0, maxItems);
  };
  const firstNames = <Value>(what: string, record: Record<string, Value>): Record<string, Value> =>
    Object.fromEntries(firstOf(what, Object.entries(record)));
  return {
    session_id: session,
    status: state.status,
    language: state.language,
    epoch: state.epoch,
    working_dir: state.working_dir,
    env_vars: firstNames('environment variables', state.env_vars),
    functions: firstOf('functions', state.functions),
    aliases: firstNames('aliases', state.aliases),
    imports: firstNames('imports', state.imports),
    variables: firstOf('variables', state.variables),
    jobs: state.jobs.map(({ pid, command, commandId }) => ({
      pid,
      command,
      ...(commandId ? { command_id: commandId } : {}),
    })),
    notes,
  };
};

const readOutput = async (
  { sessions, secrets, outputs, maxCharacters }: ToolContext,
  { session_id: reference, command_id, stream = 'stdout', ...range }: z.infer<typeof readOutputInput>,
): Promise<CallToolResult> => {
  const session = sessions.find(reference);
  const output = await readCommandOutput(session, command_id, stream, {
    outputs,
    redactor: secrets.redactor,
  });
  const cut = cutRange(output.text, range, output);
  const shaped = shapeOutput(cut.text, {
    maxCharacters,
    howToRead: ({ fromLine }) => `Ask for fewer lines, from_line: ${cut.fromLine + fromLine - 1} on.`,
  });
  const facts: z.infer<typeof readOutputAnswer> = {
    session_id: session.id,
    command_id,
    stream,
    status: output.status,
    text: shaped.text,
    from_line: cut.fromLine,
    to_line: cut.toLine,
    total_lines: cut.totalLines,
    total_bytes: cut.totalBytes,
    ...(shaped.omitted
      ? {
          text_omitted: {
            characters: shaped.omitted.characters,
            from_line: cut.fromLine + shaped.omitted.fromLine - 1,
            to_line: cut.fromLine + shaped.omitted.toLine - 1,
          },
        }
      : {}),
    open: output.open,
    notes: notesOn(output),
  };
  const words = [
    facts.text === '' ? '[no output]' : facts.text,
    ...facts.notes.map((note) => `[note] ${note}`),
    `[lines ${facts.from_line} to ${facts.to_line} of ${facts.total_lines} of ${stream}, ${facts.status}]`,
  ].map((part) => (part.endsWith('\n') ? part : `${part}\n`));
  return { structuredContent: facts, content: [{ type: 'text', text: words.join('') }] };
};

const notesOn = ({ status, open, droppedLines, omittedBytes, fullOutputPath }: CommandOutput): string[] => [
  ...(status === 'finished' ? [] : [`The command is ${status}: read again for more.`]),
  ...(status === 'finished' && open ? ['Background jobs may still write: read again for more.'] : []),
  ...(droppedLines > 0 ? [`Lines before ${droppedLines + 1} are not kept any more.`] : []),
  ...(omittedBytes > 0
    ? [
        `${omittedBytes} bytes of the middle are not kept; lines after them are numbered as if they had not been.`,
      ]
    : []),
  ...(fullOutputPath ? [`The whole is in the file ${fullOutputPath}.`] : []),
];
