/**
 * Holdfast sessions as an MCP server, for clients that agents live in. On the official SDK.
 *
 * A client calls a tool (`tools/`), which finds its session (`session-directory`), runs code and reads its
 * output as it comes (`run-command`): through the redactor (`secrets-book`), into the answer, into progress
 * notifications (`progress`), and to where it can be read again (`output-store`). The answer is facts for
 * the client and words for the model (`tools/run-answer`).
 *
 * ```
 * create-mcp-server   puts one server together; one per client, over a manager that all of them share
 * tools/              the ten tools, their inputs and answers as schemas
 * resources, resource-uris, subscriptions, command-output, text-range  sessions, histories, outputs to read
 * late-outputs        what background jobs wrote since the last call
 * prompt              teaches the workflow
 * serve-stdio         one client over standard input and output
 * serve-http          many over streamable HTTP: http-guard (who may), http-clients (which one; busy-transport),
 *                     event-store (resuming)
 * command-line        `holdfast-mcp`; print-config: what to paste into a client's settings
 * ```
 */
export { type CommandLineOptions, runCommandLine } from './command-line.ts';
export { createMcpServer } from './create-mcp-server.ts';
export type { GuardOptions } from './http-guard.ts';
export type { McpOptions } from './options.ts';
export { type ConfigOptions, configFiles, type McpClient, mcpClients, printConfig } from './print-config.ts';
export { type HttpOptions, type HttpService, serveHttp } from './serve-http.ts';
export { type StdioOptions, type StdioService, serveStdio } from './serve-stdio.ts';
