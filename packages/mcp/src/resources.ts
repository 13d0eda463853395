/** Resources: the live sessions, each one's history, and the output of each command. */
import { type OutputSource, outputSources } from '@holdfast/protocol';
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { ErrorCode, McpError, type ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { readCommandOutput } from './command-output.ts';
import { historyTemplate, historyUri, outputTemplate, sessionsUri } from './resource-uris.ts';
import { ToolError } from './tool-error.ts';
import { describeEntry, describeSession } from './tools/describe-session.ts';
import type { ToolContext } from './tools/tool-context.ts';

export const registerResources = (server: McpServer, context: ToolContext): void => {
  const { sessions, secrets, outputs } = context;

  server.registerResource(
    'sessions',
    sessionsUri,
    { title: 'Live sessions', description: 'All live sessions and their states.', mimeType: json },
    (uri) =>
      jsonContents(
        uri,
        secrets.redactor.redactAll({
          sessions: sessions.list().map((session) => describeSession(session, outputs)),
        }),
      ),
  );

  const completeSession = (value: string): string[] =>
    sessions
      .list()
      .map(({ id }) => id)
      .filter((id) => id.startsWith(value));

  server.registerResource(
    'history',
    new ResourceTemplate(historyTemplate, {
      list: () => ({
        resources: sessions.list().map(({ id, workspaceId }) => ({
          uri: historyUri(id),
          name: `history of ${workspaceId}`,
          description: `What was run in session ${workspaceId}.`,
          mimeType: json,
        })),
      }),
      complete: { session_id: completeSession },
    }),
    { title: 'History of a session', description: 'Its last commands, the oldest first.', mimeType: json },
    (uri, variables) =>
      found(async () => {
        const session = sessions.find(variable(variables, 'session_id'));
        const history = await session.getHistory();
        const entries = history.map((entry) => describeEntry(entry, secrets.redactor.redact));
        return jsonContents(uri, secrets.redactor.redactAll({ session_id: session.id, entries }));
      }),
  );

  server.registerResource(
    'output',
    new ResourceTemplate(outputTemplate, {
      // There are too many of them to list: answers of tools and histories name the commands.
      list: undefined,
      complete: {
        session_id: completeSession,
        command_id: async (value, { arguments: known } = {}) => {
          const session = sessions.list().find(({ id }) => id === known?.session_id);
          const history = (await session?.getHistory()) ?? [];
          return history.map(({ commandId }) => commandId as string).filter((id) => id.startsWith(value));
        },
        stream: (value) => outputSources.filter((source) => source.startsWith(value)),
      },
    }),
    {
      title: 'Output of a command',
      description: `The whole of one stream: ${outputSources.join(', ')}. While the command runs, what is there so far.`,
      mimeType: 'text/plain',
    },
    (uri, variables) =>
      found(async () => {
        const session = sessions.find(variable(variables, 'session_id'));
        const source = sourceOf(variable(variables, 'stream'));
        const id = variable(variables, 'command_id');
        const { text } = await readCommandOutput(session, id, source, {
          outputs,
          redactor: secrets.redactor,
        });
        return { contents: [{ uri: uri.href, mimeType: 'text/plain', text }] };
      }),
  );
};

const json = 'application/json';

const jsonContents = (uri: URL, value: unknown): ReadResourceResult => ({
  contents: [{ uri: uri.href, mimeType: json, text: JSON.stringify(value, null, 2) }],
});

const variable = (variables: Record<string, string | string[]>, name: string): string => {
  const value = variables[name];
  return decodeURIComponent((Array.isArray(value) ? value[0] : value) ?? '');
};

const sourceOf = (name: string): OutputSource => {
  const source = outputSources.find((known) => known === name);
  if (source) return source;
  throw new ToolError('INVALID_RANGE', `There is no stream ${name}: ${outputSources.join(', ')}.`);
};

// Resource not found, as the protocol has it; the SDK has no name for it.
const resourceNotFound = -32_002;

/** What is not there is told in the protocol's own way. */
const found = async <Result>(read: () => Promise<Result>): Promise<Result> => {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ToolError) throw new McpError(resourceNotFound, error.message);
    throw new McpError(ErrorCode.InternalError, error instanceof Error ? error.message : String(error));
  }
};
