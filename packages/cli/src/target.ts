/** Which daemon is meant: `HOLDFAST_URL` with `HOLDFAST_TOKEN`, or else the one on this user's socket. */
import { defaultSocketPath } from '@holdfast/server/socket-path';

export type Target = SocketTarget | UrlTarget;

/** A daemon of this machine: it is started where there is none. */
export interface SocketTarget {
  socketPath: string;
}

export interface UrlTarget {
  url: string;
  token?: string;
}

export const readTarget = (env: NodeJS.ProcessEnv = process.env): Target => {
  const { HOLDFAST_URL: url, HOLDFAST_TOKEN: token } = env;
  if (!url) return { socketPath: defaultSocketPath(env) };
  return { url, ...(token ? { token } : {}) };
};

export const isLocal = (target: Target): target is SocketTarget => 'socketPath' in target;
