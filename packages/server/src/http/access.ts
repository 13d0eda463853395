/**
 * Who may ask at all. Over TCP: who has the token, and is no web page that somebody lured here.
 *
 * A page in a browser gives itself away by `Origin`; one that made its own name resolve to this machine,
 * by `Host`. On a Unix socket the file's mode decides, and no browser gets there.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { AccessRefusedError, InvalidOptionsError } from '@holdfast/protocol';

export interface AccessRules {
  /** @throws ACCESS_REFUSED */
  check(request: IncomingMessage, options: { isOpenToAll: boolean }): void;
  /** Whether the caller has proved who he is, or need not. */
  isTrusted(request: IncomingMessage): boolean;
}

const leastTokenLength = 16;
const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

export const unixSocketAccess: AccessRules = {
  check(request) {
    if (request.headers.origin !== undefined) throw refusedOrigin(request);
  },
  isTrusted: () => true,
};

/** @throws INVALID_OPTIONS if the token is short */
export const tcpAccess = (token: string | undefined, hosts: readonly string[]): AccessRules => {
  if (!token || token.length < leastTokenLength) {
    throw new InvalidOptionsError(
      `Over TCP a token of at least ${leastTokenLength} characters is needed: whoever gets in can run any command.`,
      { data: { option: 'token' } },
    );
  }
  if (!/^[\w.~+/=-]+$/.test(token)) {
    throw new InvalidOptionsError(
      'A token has letters, digits and . _ ~ + / = - only: it is sent in a header.',
      {
        data: { option: 'token' },
      },
    );
  }
  const expected = digest(token);
  const allowed = new Set([...loopbackNames, ...hosts.map((host) => host.toLowerCase())]);
  // Digests have one length: the comparison tells nothing, not even how long the token is.
  const isTrusted = ({ headers }: IncomingMessage): boolean => {
    const [scheme, given] = (headers.authorization ?? '').split(' ', 2);
    return timingSafeEqual(digest(scheme?.toLowerCase() === 'bearer' ? (given ?? '') : ''), expected);
  };
  return {
    check(request, { isOpenToAll }) {
      const host = request.headers.host ?? '';
      if (!allowed.has(withoutPort(host))) {
        throw new AccessRefusedError(
          `The daemon is not known as ${JSON.stringify(host.slice(0, 100))}. Use 127.0.0.1, or name the host when you start it.`,
        );
      }
      const { origin } = request.headers;
      if (origin !== undefined && origin !== `http://${host}`) throw refusedOrigin(request);
      if (!isOpenToAll && !isTrusted(request)) {
        throw new AccessRefusedError(
          request.headers.authorization === undefined
            ? 'A token is needed: send it as `Authorization: Bearer …`.'
            : 'The token is wrong.',
          { data: { authenticate: true } },
        );
      }
    },
    isTrusted,
  };
};

const refusedOrigin = ({ headers }: IncomingMessage): AccessRefusedError =>
  new AccessRefusedError(`Pages of ${JSON.stringify(headers.origin?.slice(0, 100))} may not use the daemon.`);

const withoutPort = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
