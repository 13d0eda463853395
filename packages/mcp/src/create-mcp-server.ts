/** Puts the server together. One server serves one client; the sessions are the manager's, and shared. */
import { defaultMaxCharacters } from '@holdfast/tools';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { createLateOutputs } from './late-outputs.ts';
import type { McpOptions } from './options.ts';
import { outputStoreOf } from './output-store.ts';
import { instructions, registerPrompt } from './prompt.ts';
import { registerResources } from './resources.ts';
import { createSecretsBook } from './secrets-book.ts';
import { createSessionDirectory } from './session-directory.ts';
import { sendWarnings } from './session-warnings.ts';
import { serveSubscriptions } from './subscriptions.ts';
import { registerLookTools } from './tools/look-tools.ts';
import { registerRunTools } from './tools/run-tools.ts';
import { registerSessionTools } from './tools/session-tools.ts';
import type { ToolContext } from './tools/tool-context.ts';
import { version } from './version.ts';

/** Connect it to a transport of the SDK. When its client goes, sessions stay. */
export const createMcpServer = (options: McpOptions): McpServer => {
  const { manager, sessionDefaults = {}, redact = [], maxCharacters = defaultMaxCharacters } = options;
  const server = new McpServer(
    { name: options.name ?? 'holdfast', title: 'Holdfast sessions', version },
    { capabilities: { logging: {}, resources: { subscribe: true } }, instructions },
  );
  const secrets = createSecretsBook(redact, process.env, sessionDefaults.env ?? {});
  const outputs = outputStoreOf(manager);
  const sessions = createSessionDirectory(manager, outputs);
  const late = createLateOutputs(manager, secrets);
  const context: ToolContext = { sessions, secrets, outputs, late, sessionDefaults, maxCharacters };
  registerSessionTools(server, context);
  registerRunTools(server, context);
  registerLookTools(server, context);
  registerResources(server, context);
  registerPrompt(server);
  const ends = [
    sessions.close,
    late.close,
    serveSubscriptions(server, manager, outputs),
    sendWarnings(server, manager, secrets),
  ];
  options.configure?.(server);
  server.server.onclose = () => {
    for (const end of ends) end();
  };
  return server;
};
