/** Log messages to the client about what went wrong in a session without anybody asking. */
import type { RuntimeSessionManager, SessionEvent } from '@holdfast/protocol';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { SecretsBook } from './secrets-book.ts';

/** Returns what ends it. */
export const sendWarnings = (
  server: McpServer,
  manager: RuntimeSessionManager,
  secrets: SecretsBook,
): (() => void) =>
  manager.subscribe((event) => {
    const message = describe(event);
    if (message === undefined || !server.isConnected()) return;
    const data = { session_id: event.sessionId, message: secrets.redactor.redact(message) };
    void server.sendLoggingMessage({ level: 'warning', logger: 'holdfast', data }).catch(() => undefined);
  });

const describe = (event: SessionEvent): string | undefined => {
  const session = `session ${event.workspaceId}`;
  if (event.type === 'kernel-died' && !event.expected) {
    return `${event.language} of ${session} died: ${event.reason}. Its state is gone.`;
  }
  if (event.type === 'setup-failed') return `A setup command of ${session} failed: ${event.message}`;
  if (event.type !== 'session-terminated') return undefined;
  if (event.reason === 'requested' || event.reason === 'manager-closed') return undefined;
  return `${session} ended: ${event.reason}${event.message ? ` (${event.message})` : ''}`;
};
