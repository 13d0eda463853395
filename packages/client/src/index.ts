/**
 * Sessions of a Holdfast daemon with the interface of local ones.
 *
 * ```
 * remote-manager     sessions by workspace id, as of the daemon's last event (daemon-feed)
 * remote-session     one session; its commands leave in order, each when the one before was accepted
 * remote-execution   one command: result, output (remote-output), stdin (remote-stdin), end
 * connection         calls and streams of the daemon's API (read-events), asked again where that does no harm
 * ```
 *
 * Ids are made here, so that they are known at once and a request may be repeated: a command with an id
 * that the daemon knows is not run again.
 */
export {
  type CallInput,
  type Connection,
  type ConnectionOptions,
  createConnection,
  type StreamInput,
} from './connection.ts';
export type { ServerEvent } from './read-events.ts';
export { createRemoteSessionManager, type RemoteSessionManager } from './remote-manager.ts';
export type { RemoteSession } from './remote-session.ts';
