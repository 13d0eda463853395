/**
 * One request to the daemon with nothing but `node:http`.
 *
 * `@holdfast/client` does the same and more, but brings the schemas of the whole API: too much to load for
 * a program that asks once. Everything but `exec` uses it.
 */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { SerialisedError } from '@holdfast/protocol';
import { CliError, noAccessError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { isLocal, type Target } from '../target.ts';

/** Nobody listens there. */
export class DaemonDownError extends CliError {
  constructor(description: string) {
    super(`No daemon answers at ${description}.`, exitCodes.daemonDown);
  }
}

/** The daemon's own word, with its code. */
export class DaemonAnswerError extends Error {
  readonly code: string | undefined;
  readonly data: Record<string, unknown>;

  constructor({ message, code, data }: SerialisedError) {
    super(message);
    this.code = code;
    this.data = data ?? {};
  }
}

export interface RequestInput {
  method: 'GET' | 'POST';
  path: string;
  body?: string | Uint8Array;
  accept?: string;
}

/** Resolves with a successful answer's head. @throws DaemonDownError, DaemonAnswerError, CliError */
export const send = async (target: Target, input: RequestInput): Promise<IncomingMessage> => {
  const { method, path, body, accept = 'application/json' } = input;
  const token = isLocal(target) ? undefined : target.token;
  const address = addressOf(target);
  const sending = httpRequest({
    // One request: no agent that keeps connections for the next one.
    createConnection: () => connect(address),
    host: 'host' in address ? address.host : 'localhost',
    ...('port' in address ? { port: address.port } : {}),
    method,
    path,
    headers: {
      connection: 'close',
      accept,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    },
  });
  sending.end(body);
  const response = await answerOf(sending, target);
  const { statusCode = 0 } = response;
  if (statusCode >= 200 && statusCode < 300) return response;
  throw errorOf(await readText(response), statusCode);
};

export const describeTarget = (target: Target): string => (isLocal(target) ? target.socketPath : target.url);

export const readText = async (response: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of response) pieces.push(piece as Buffer);
  } catch {
    throw brokenError();
  }
  return Buffer.concat(pieces).toString('utf8');
};

/** The daemon went away in the middle of its answer. */
export const brokenError = (): CliError =>
  new CliError(
    'The daemon went away before the command was over. The next call starts another one, which says what was lost.',
    exitCodes.daemonDown,
  );

const addressOf = (target: Target): { path: string } | { host: string; port: number } => {
  if (isLocal(target)) return { path: target.socketPath };
  if (!URL.canParse(target.url) || new URL(target.url).protocol !== 'http:') {
    throw new CliError(
      `HOLDFAST_URL is http://HOST:PORT, not ${JSON.stringify(target.url)}.`,
      exitCodes.usage,
    );
  }
  const { hostname, port } = new URL(target.url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80) };
};

const answerOf = (sending: ClientRequest, target: Target): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    sending.on('response', resolve);
    sending.on('error', (error: NodeJS.ErrnoException) => {
      const isDown = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENOTFOUND'].includes(error.code ?? '');
      if (isDown) reject(new DaemonDownError(describeTarget(target)));
      else if (error.code === 'EACCES') reject(noAccessError(describeTarget(target)));
      else reject(brokenError());
    });
  });

const errorOf = (text: string, status: number): Error => {
  try {
    return new DaemonAnswerError((JSON.parse(text) as { error: SerialisedError }).error);
  } catch {
    return new CliError(`What answers is no Holdfast daemon: status ${status}.`, exitCodes.daemonDown);
  }
};
