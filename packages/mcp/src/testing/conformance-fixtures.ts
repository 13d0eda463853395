/**
 * The tools, resources and prompts that the official conformance suite looks for, on a server of this package:
 * what they go through (transports, sessions, resuming, logging) is the product's.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { completable } from '@modelcontextprotocol/sdk/server/completable.js';
import { type McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import type {
  CallToolResult,
  ContentBlock,
  ElicitRequestFormParams,
} from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { ToolExtra } from '../progress.ts';

/** For `configure` of the server's options. */
export const addConformanceFixtures = (server: McpServer): void => {
  addContentTools(server);
  addTalkingTools(server);
  addElicitationTools(server);
  addResources(server);
  addPrompts(server);
};

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
// A header, and no sound behind it.
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

const text = (words: string): ContentBlock => ({ type: 'text', text: words });
const answer = (...content: ContentBlock[]): CallToolResult => ({ content });

/**
 * On the stream of the call itself. The stream for all else, which the client opens when it has connected, may not be
 * there yet: what is asked on it then is lost, and the call waits for ever.
 */
const onStreamOf = ({ requestId }: ToolExtra) => ({ relatedRequestId: requestId });

const addContentTools = (server: McpServer): void => {
  const image: ContentBlock = { type: 'image', data: png, mimeType: 'image/png' };
  const contents: Record<string, ContentBlock[]> = {
    test_simple_text: [text('This is a simple text response for testing.')],
    test_image_content: [image],
    test_audio_content: [{ type: 'audio', data: wav, mimeType: 'audio/wav' }],
    test_embedded_resource: [
      {
        type: 'resource',
        resource: {
          uri: 'test://embedded-resource',
          mimeType: 'text/plain',
          text: 'This is an embedded resource content.',
        },
      },
    ],
    test_multiple_content_types: [
      text('Multiple content types test:'),
      image,
      {
        type: 'resource',
        resource: {
          uri: 'test://mixed-content-resource',
          mimeType: 'application/json',
          text: JSON.stringify({ test: 'data', value: 123 }),
        },
      },
    ],
  };
  for (const [name, content] of Object.entries(contents)) {
    server.registerTool(name, { description: `Answers with the content of ${name}.` }, () =>
      answer(...content),
    );
  }
  server.registerTool('test_error_handling', { description: 'Always fails.' }, () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  // The SDK lists what zod knows of a schema, and lets `meta` have the last word.
  const schema = z
    .strictObject({
      name: z.string().optional(),
      address: z.unknown().meta({ $ref: '#/$defs/address' }).optional(),
    })
    .meta({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $defs: {
        address: {
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
    });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Tool with JSON Schema 2020-12 features', inputSchema: schema },
    (args) => answer(text(JSON.stringify(args))),
  );
};

/** Tools that talk to the client while they run. */
const addTalkingTools = (server: McpServer): void => {
  server.registerTool('test_tool_with_logging', { description: 'Logs.' }, async (extra: ToolExtra) => {
    for (const data of ['Tool execution started', 'Tool processing data', 'Tool execution completed']) {
      await extra.sendNotification({ method: 'notifications/message', params: { level: 'info', data } });
      // The suite wants them apart.
      await pause(50);
    }
    return answer(text('Tool with logging executed successfully'));
  });

  server.registerTool(
    'test_tool_with_progress',
    { description: 'Makes progress.' },
    async (extra: ToolExtra) => {
      const progressToken = extra._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        if (progressToken !== undefined) {
          const params = { progressToken, progress, total: 100 };
          await extra.sendNotification({ method: 'notifications/progress', params });
        }
        await pause(50);
      }
      return answer(text('Tool with progress executed successfully'));
    },
  );

  server.registerTool(
    'test_sampling',
    { description: 'Asks the client’s model.', inputSchema: { prompt: z.string() } },
    async ({ prompt }, extra: ToolExtra) => {
      const { content } = await server.server.createMessage(
        { messages: [{ role: 'user', content: { type: 'text', text: prompt } }], maxTokens: 100 },
        onStreamOf(extra),
      );
      const block = Array.isArray(content) ? content[0] : content;
      return answer(text(`LLM response: ${block?.type === 'text' ? block.text : ''}`));
    },
  );

  server.registerTool(
    'test_reconnection',
    { description: 'Drops the stream of its call, and answers: the client has to come back for it.' },
    (extra: ToolExtra) => {
      extra.closeSSEStream?.();
      return answer(text('Reconnection test completed successfully'));
    },
  );
};

const addElicitationTools = (server: McpServer): void => {
  const ask = async (
    extra: ToolExtra,
    words: string,
    message: string,
    requestedSchema: ElicitRequestFormParams['requestedSchema'],
  ) => {
    const { action, content = {} } = await server.server.elicitInput(
      { message, requestedSchema },
      onStreamOf(extra),
    );
    return answer(text(`${words}: action=${action}, content=${JSON.stringify(content)}`));
  };
  server.registerTool(
    'test_elicitation',
    { description: 'Asks the user.', inputSchema: { message: z.string() } },
    ({ message }, extra: ToolExtra) =>
      ask(extra, 'User response', message, {
        type: 'object',
        properties: {
          username: { type: 'string', description: "User's response" },
          email: { type: 'string', description: "User's email address" },
        },
        required: ['username', 'email'],
      }),
  );
  server.registerTool(
    'test_elicitation_sep1034_defaults',
    { description: 'Asks, with defaults.' },
    (extra: ToolExtra) =>
      ask(extra, 'Elicitation completed', 'Please review the defaults.', {
        type: 'object',
        properties: {
          name: { type: 'string', default: 'John Doe' },
          age: { type: 'integer', default: 30 },
          score: { type: 'number', default: 95.5 },
          status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
          verified: { type: 'boolean', default: true },
        },
      }),
  );
  server.registerTool(
    'test_elicitation_sep1330_enums',
    { description: 'Asks, with choices.' },
    (extra: ToolExtra) =>
      ask(extra, 'Elicitation completed', 'Please choose.', {
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          titledSingle: {
            type: 'string',
            oneOf: [
              { const: 'value1', title: 'First Option' },
              { const: 'value2', title: 'Second Option' },
              { const: 'value3', title: 'Third Option' },
            ],
          },
          legacyEnum: {
            type: 'string',
            enum: ['opt1', 'opt2', 'opt3'],
            enumNames: ['Option One', 'Option Two', 'Option Three'],
          },
          untitledMulti: {
            type: 'array',
            items: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          },
          titledMulti: {
            type: 'array',
            items: {
              anyOf: [
                { const: 'value1', title: 'First Choice' },
                { const: 'value2', title: 'Second Choice' },
                { const: 'value3', title: 'Third Choice' },
              ],
            },
          },
        },
      }),
  );
};

const addResources = (server: McpServer): void => {
  server.registerResource('static-text', 'test://static-text', { mimeType: 'text/plain' }, (uri) => ({
    contents: [
      {
        uri: uri.href,
        mimeType: 'text/plain',
        text: 'This is the content of the static text resource.',
      },
    ],
  }));
  server.registerResource('static-binary', 'test://static-binary', { mimeType: 'image/png' }, (uri) => ({
    contents: [{ uri: uri.href, mimeType: 'image/png', blob: png }],
  }));
  server.registerResource(
    'template',
    new ResourceTemplate('test://template/{id}/data', { list: undefined }),
    { mimeType: 'application/json' },
    (uri, { id }) => ({
      contents: [
        {
          uri: uri.href,
          mimeType: 'application/json',
          text: JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` }),
        },
      ],
    }),
  );
};

const addPrompts = (server: McpServer): void => {
  const user = (...contents: ContentBlock[]) => ({
    messages: contents.map((content) => ({ role: 'user' as const, content })),
  });
  server.registerPrompt('test_simple_prompt', { description: 'Simple.' }, () =>
    user(text('This is a simple prompt for testing.')),
  );
  server.registerPrompt(
    'test_prompt_with_arguments',
    {
      description: 'With arguments.',
      argsSchema: {
        arg1: completable(z.string(), (value) =>
          ['paris', 'park', 'test'].filter((word) => word.startsWith(value)),
        ),
        arg2: z.string(),
      },
    },
    ({ arg1, arg2 }) => user(text(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)),
  );
  server.registerPrompt(
    'test_prompt_with_embedded_resource',
    { description: 'With a resource.', argsSchema: { resourceUri: z.string() } },
    ({ resourceUri: uri }) =>
      user(
        {
          type: 'resource',
          resource: { uri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' },
        },
        text('Please process the embedded resource above.'),
      ),
  );
  server.registerPrompt('test_prompt_with_image', { description: 'With an image.' }, () =>
    user({ type: 'image', data: png, mimeType: 'image/png' }, text('Please analyze the image above.')),
  );
};
