/** `resources/subscribe`: tells a client that a resource it watches has changed, and that there are others now. */
import type { OutputStream, RuntimeSession, RuntimeSessionManager, SessionEvent } from '@holdfast/protocol';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SubscribeRequestSchema, UnsubscribeRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { OutputStore } from './output-store.ts';
import { historyUri, outputUri, sessionsUri } from './resource-uris.ts';

// Output comes in a thousand pieces a second; a client reads the resource as a whole.
const pauseMs = 100;
// One client watches a handful; more of them is a fault of its own.
const maxWatched = 1_000;

/** Returns what ends it. */
export const serveSubscriptions = (
  server: McpServer,
  manager: RuntimeSessionManager,
  outputs: OutputStore,
): (() => void) => {
  const watched = new Set<string>();
  const changed = new Set<string>();
  let pause: NodeJS.Timeout | undefined;

  const tell = (): void => {
    pause = undefined;
    const uris = [...changed];
    changed.clear();
    // A client that has gone is told nothing, and nothing is lost: it reads anew when it comes back.
    for (const uri of uris) void server.server.sendResourceUpdated({ uri }).catch(() => undefined);
  };
  const mark = (uris: readonly string[]): void => {
    for (const uri of uris) if (watched.has(uri)) changed.add(uri);
    if (changed.size > 0) pause ??= setTimeout(tell, pauseMs);
  };

  server.server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    if (watched.size < maxWatched) watched.add(uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    watched.delete(uri);
    changed.delete(uri);
    return {};
  });

  const ends = [
    manager.subscribe((event) => {
      mark(urisOf(event));
      const isOther = event.type === 'session-opened' || event.type === 'session-terminated';
      if (isOther && server.isConnected()) server.sendResourceListChanged();
    }),
    outputs.subscribe((id, commandId, stream) => {
      if (watched.size === 0) return;
      const session = manager.getActiveSessions().find((live) => live.id === id);
      if (session) mark(outputUris(session, commandId, stream));
    }),
  ];
  return () => {
    clearTimeout(pause);
    for (const end of ends) end();
  };
};

/** By id and by name: a client may have asked for either. */
const urisOf = (event: SessionEvent): string[] => {
  const session = { id: event.sessionId, workspaceId: event.workspaceId };
  const histories = [historyUri(session.id), historyUri(session.workspaceId)];
  switch (event.type) {
    case 'session-opened':
    case 'transition':
      return [sessionsUri];
    case 'session-terminated':
      return [sessionsUri, ...histories];
    case 'command-finished':
      return [
        ...histories,
        ...outputUris(session, event.commandId, 'stdout'),
        ...outputUris(session, event.commandId, 'stderr'),
        ...outputUris(session, event.commandId, 'result'),
      ];
    case 'late-output':
      return outputUris(session, event.commandId, `late_${event.stream}`);
    default:
      return [];
  }
};

const outputUris = (
  { id, workspaceId }: Pick<RuntimeSession, 'id' | 'workspaceId'>,
  commandId: string,
  stream: OutputStream | `late_${OutputStream}` | 'result',
): string[] => [outputUri(id, commandId, stream), outputUri(workspaceId, commandId, stream)];
