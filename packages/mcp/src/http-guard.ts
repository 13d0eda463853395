/** Who may talk to the server over HTTP: the right Host, no foreign Origin, the token. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { InvalidOptionsError } from '@holdfast/protocol';
import type { MiddlewareHandler } from 'hono';

export interface GuardOptions {
  /** The address the server listens on. */
  host: string;
  /** What clients must send as `Authorization: Bearer …`. Needed where `host` is not a loopback address. */
  token?: string;
  /** Names, without port, that a request's Host may have beside `host` and the loopback's. */
  allowedHosts?: readonly string[];
  /** Web pages that may call the server, as `https://example.com`. Default: none but its own address. */
  allowedOrigins?: readonly string[];
}

/**
 * A web page must not reach a server on the reader's own machine: its Origin is foreign, and where it has its
 * name point to this machine (DNS rebinding), the Host is.
 *
 * @throws INVALID_OPTIONS where a token is needed and there is none
 */
export const createGuard = (options: GuardOptions): MiddlewareHandler => {
  const { host, token, allowedHosts = [], allowedOrigins = [] } = options;
  if (token === '' || (token === undefined && !isLoopback(host))) {
    throw new InvalidOptionsError(
      `A server on ${host} can be reached by others, who could run commands on it: give a token, or listen on 127.0.0.1.`,
      { data: { host } },
    );
  }
  const names = new Set(
    [...loopbackNames, host, bracketed(host), ...allowedHosts].map((name) => name.toLowerCase()),
  );
  // All of the machine's names are right then, and nobody here knows them: the token protects.
  const anyHost = isWildcard(host) && allowedHosts.length === 0;
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()));
  const expected = token === undefined ? undefined : digest(token);

  return async (context, next) => {
    const hostHeader = context.req.header('host');
    const origin = context.req.header('origin')?.toLowerCase();
    const name = hostnameOf(hostHeader);
    if (name === undefined || (!anyHost && !names.has(name))) {
      return refuse(403, `Forbidden: Host ${hostHeader ?? '(none)'} is not this server.`);
    }
    const isOwn = origin === `http://${hostHeader?.toLowerCase()}`;
    if (origin !== undefined && !isOwn && !origins.has(origin)) {
      return refuse(403, `Forbidden: Origin ${origin} may not call this server.`);
    }
    if (expected && !timingSafeEqual(expected, digest(bearerOf(context.req.header('authorization'))))) {
      return refuse(401, 'Unauthorized: send the token as Authorization: Bearer …', {
        'WWW-Authenticate': 'Bearer realm="holdfast"',
      });
    }
    return next();
  };
};

/** An answer in the form that MCP clients read. */
export const refuse = (status: number, message: string, headers: Record<string, string> = {}): Response =>
  Response.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, { status, headers });

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);

const isWildcard = (host: string): boolean => host === '0.0.0.0' || host === '::' || host === '[::]';

const bracketed = (host: string): string =>
  host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;

/** Without port; undefined for what is no host at all. */
const hostnameOf = (header: string | undefined): string | undefined => {
  const match = /^(\[[0-9a-f:.]+\]|[^:/?#@\\\s[\]]+)(:\d{1,5})?$/i.exec(header ?? '');
  return match?.[1]?.toLowerCase();
};

const bearerOf = (header: string | undefined): string => /^Bearer +(\S+)$/i.exec(header ?? '')?.[1] ?? '';

/** Of equal length, so that the comparison tells nothing of the token's. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
