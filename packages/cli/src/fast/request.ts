/**
 * One request to the daemon with nothing but `node:net`.
 *
 * `@holdfast/client` does the same and more, but brings the schemas of the whole API, and `node:http` takes 2 ms
 * to load: too much for a program that asks once. Everything but `exec` uses the client. The request is one of
 * HTTP/1.0: its answer is a head and then, as it is, all that comes until the connection ends.
 */
import { connect, type Socket } from 'node:net';
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

/** The body of a successful answer. Breaks off with `brokenError` when the daemon goes away. */
export interface Answer extends AsyncIterable<Buffer> {
  /** All of it. */
  text(): Promise<string>;
}

/** Begins to connect, for `send`, which tells how that went. The program does not wait for it. @throws CliError for an address that is none */
export const openConnection = (target: Target): Socket => {
  const socket = connect(addressOf(target)).unref();
  socket.on('error', () => undefined);
  return socket;
};

/**
 * Resolves when the answer's head is there.
 *
 * @param socket - from `openConnection`, not used yet
 * @throws DaemonDownError, DaemonAnswerError, CliError
 */
export const send = async (
  target: Target,
  input: RequestInput,
  socket: Socket = openConnection(target),
): Promise<Answer> => {
  socket.ref();
  const next = readerOf(socket, target);
  write(socket, target, input);
  const head = await readHead(next);
  const answer = bodyOf(head, next, () => void socket.destroy());
  if (head.status >= 200 && head.status < 300) return answer;
  throw errorOf(await answer.text(), head.status);
};

const write = (
  socket: Socket,
  target: Target,
  { method, path, body = '', accept = 'application/json' }: RequestInput,
): void => {
  const token = isLocal(target) ? undefined : target.token;
  // Of a token and an address, nothing can be smuggled into the lines after it.
  const clean = (text: string): string => text.replace(/[\r\n]/g, '');
  const lines = [
    `${method} ${path} HTTP/1.0`,
    `Host: ${isLocal(target) ? 'localhost' : clean(new URL(target.url).host)}`,
    `Accept: ${accept}`,
    ...(token ? [`Authorization: Bearer ${clean(token)}`] : []),
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const head = `${lines.join('\r\n')}\r\n\r\n`;
  if (typeof body === 'string') socket.write(head + body);
  else {
    socket.write(head);
    socket.write(body);
  }
};

/** The next piece; undefined at the end. */
type Next = () => Promise<Buffer | undefined>;

/** Not the stream's own iterator, which takes a millisecond to set up. */
const readerOf = (socket: Socket, target: Target): Next => {
  const pieces: Buffer[] = [];
  // Nothing was sent yet: a daemon that has hung up is one that is down.
  let end: { error?: Error } | undefined = socket.destroyed
    ? {
        error: socket.errored
          ? connectionError(socket.errored, target)
          : new DaemonDownError(describeTarget(target)),
      }
    : undefined;
  let wake: () => void = () => undefined;
  socket.on('data', (piece: Buffer) => {
    // Whoever reads slowly slows the daemon down.
    if (pieces.push(piece) > 4) socket.pause();
    wake();
  });
  socket.on('error', (error) => {
    end = { error: connectionError(error, target) };
  });
  socket.on('close', () => {
    end ??= {};
    wake();
  });
  return async () => {
    while (pieces.length === 0) {
      if (end?.error) throw end.error;
      if (end) return undefined;
      socket.resume();
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return pieces.shift();
  };
};

interface Head {
  status: number;
  /** As the daemon told it; absent for what it does not know the end of. */
  length: number | undefined;
  /** What came behind the head in one piece with it. */
  rest: Buffer;
}

const endOfHead = '\r\n\r\n';

const readHead = async (next: Next): Promise<Head> => {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const piece = await next();
    if (piece === undefined) throw brokenError();
    bytes = Buffer.concat([bytes, piece]);
    const end = bytes.indexOf(endOfHead);
    if (end === -1) continue;
    const head = bytes.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    return {
      status: Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1] ?? 0),
      length: length === undefined ? undefined : Number(length),
      rest: bytes.subarray(end + endOfHead.length),
    };
  }
};

const bodyOf = ({ length, rest }: Head, next: Next, close: () => void): Answer => {
  async function* read(): AsyncGenerator<Buffer, void> {
    let missing = length ?? Number.POSITIVE_INFINITY;
    for (let piece: Buffer | undefined = rest; piece !== undefined; piece = await next()) {
      missing -= piece.length;
      if (piece.length > 0) yield piece;
      // The daemon's end of the connection comes a little later: that is not waited for.
      if (missing <= 0) return;
    }
    if (length !== undefined) throw brokenError();
  }
  return {
    [Symbol.asyncIterator]: read,
    text: async () => {
      const pieces: Buffer[] = [];
      for await (const piece of read()) pieces.push(piece);
      close();
      return Buffer.concat(pieces).toString('utf8');
    },
  };
};

const connectionError = ({ code = '' }: NodeJS.ErrnoException, target: Target): Error => {
  const isDown = ['ECONNREFUSED', 'ENOENT', 'EHOSTUNREACH', 'ENOTFOUND'].includes(code);
  if (isDown) return new DaemonDownError(describeTarget(target));
  return code === 'EACCES' ? noAccessError(describeTarget(target)) : brokenError();
};

export const describeTarget = (target: Target): string => (isLocal(target) ? target.socketPath : target.url);

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

const errorOf = (text: string, status: number): Error => {
  try {
    return new DaemonAnswerError((JSON.parse(text) as { error: SerialisedError }).error);
  } catch {
    return new CliError(`What answers is no Holdfast daemon: status ${status}.`, exitCodes.daemonDown);
  }
};
