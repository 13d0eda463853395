/** What an answer tells about its session. */
import type { IncomingHttpHeaders } from 'node:http';
import { type SessionStatus, sessionStateHeader } from '@holdfast/protocol';

export interface SessionState {
  /** Number of the daemon's last event before. */
  event: number;
  status: SessionStatus;
  queueLength: number;
}

export const stateOfHeaders = (headers: IncomingHttpHeaders): SessionState | undefined => {
  const value = headers[sessionStateHeader];
  if (typeof value !== 'string') return undefined;
  const [event, status, queueLength] = value.split(' ');
  return { event: Number(event), status: status as SessionStatus, queueLength: Number(queueLength) };
};
