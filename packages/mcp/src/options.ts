/** What a host app can set about its MCP server. */
import type { RuntimeSessionManager, SessionConfig } from '@holdfast/protocol';
import type { RedactRule } from '@holdfast/tools';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';

export interface McpOptions {
  /** Local or remote; it stays the caller's, and so do its sessions when the MCP client has gone. */
  manager: RuntimeSessionManager;
  /** Settings of the sessions that `session_start` makes, where its arguments do not say otherwise. */
  sessionDefaults?: SessionConfig;
  /**
   * What a client must not see: environment variables by name, whose values are secret (as the host has them,
   * and as sessions and commands are given them), and patterns. Default: nothing.
   */
  redact?: readonly RedactRule[];
  /** Length of an output in a tool's answer, in characters. Default 30,000. */
  maxCharacters?: number;
  /** How the server names itself to clients. Default `holdfast`. */
  name?: string;
  /** Adds tools, resources and prompts of the host app's own to every server that is made. */
  configure?: (server: McpServer) => void;
}
