/**
 * Calls of the daemon's API over connections that stay open: typed by the table of routes, errors with
 * their codes, asked again where a connection broke and asking twice does no harm.
 */
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import {
  acceptanceHeader,
  DaemonUnreachableError,
  type HttpAnswer,
  type HttpRoute,
  type HttpRouteName,
  httpRoutes,
  InvalidOptionsError,
  reviveError,
  type SerialisedError,
} from '@holdfast/protocol';
import { readEvents, type ServerEvent } from './read-events.ts';

export interface ConnectionOptions {
  /** The daemon's Unix socket. Either this or `url`. */
  socketPath?: string;
  /** `http://host:port` of a daemon that listens on TCP; it needs a `token`. */
  url?: string;
  token?: string;
  /** How long to go on trying where nobody listens or from when a connection breaks, in milliseconds. Default 2,000; 0: not at all. */
  reconnectMs?: number;
}

export interface CallInput {
  params?: Record<string, string>;
  query?: Record<string, string | number | undefined>;
  /** JSON, or bytes where the route takes those. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The command was accepted: what is asked next comes after it. */
  onAccepted?: () => void;
  /** Headers of the answer. */
  onAnswer?: (headers: IncomingMessage['headers']) => void;
}

export interface Connection {
  /** Where it leads, for messages. */
  readonly description: string;
  call<Name extends HttpRouteName>(name: Name, input?: CallInput): Promise<HttpAnswer<Name>>;
  /** Opens a stream; it ends where the daemon ends it, and throws DAEMON_UNREACHABLE where it broke. */
  stream(name: HttpRouteName, input?: StreamInput): Promise<AsyncGenerator<ServerEvent>>;
  close(): void;
}

export interface StreamInput extends CallInput {
  lastEventId?: string | undefined;
  /** A program whose work is done may end while this stream is open. */
  isBackground?: boolean;
}

const defaultReconnectMs = 2_000;
const firstPauseMs = 10;
const longestPauseMs = 500;

// What would be done again, to something else, if it were asked twice.
const onceOnly = new Set<HttpRouteName>(['interrupt', 'reset', 'shutdown', 'terminateAll']);

/** Nothing is connected before the first call. @throws INVALID_OPTIONS */
export const createConnection = (options: ConnectionOptions): Connection => {
  const { token, reconnectMs = defaultReconnectMs } = options;
  const target = targetOf(options);
  // Streams stay open: they must not take the places of calls.
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  let isClosed = false;

  const send = (name: HttpRouteName, input: CallInput, accept: string): Sending => {
    const { method, path }: HttpRoute = httpRoutes[name];
    const bytes = bodyOf(input.body);
    const sending = httpRequest({
      ...target.address,
      method,
      path: fillPath(path, input),
      agent,
      ...(input.signal ? { signal: input.signal } : {}),
      headers: {
        accept,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(bytes ? { 'content-length': bytes.length, 'content-type': contentTypeOf(input.body) } : {}),
        ...(input.onAccepted ? { [acceptanceHeader.name]: acceptanceHeader.value } : {}),
        ...input.headers,
      },
    });
    const { onAccepted } = input;
    if (onAccepted) sending.on('information', onAccepted);
    sending.end(bytes);
    const answer = new Promise<IncomingMessage>((resolve, reject) => {
      sending.on('response', resolve);
      sending.on('error', reject);
    });
    return { request: sending, answer };
  };
  /** Until it works, fails for good, or time is up. */
  const persist = async <Value>(name: HttpRouteName, input: CallInput, attempt: () => Promise<Value>) => {
    let trouble = beginTrouble();
    for (;;) {
      const begunAt = performance.now();
      try {
        return await attempt();
      } catch (error) {
        input.signal?.throwIfAborted();
        if (!isBroken(error)) throw error;
        const now = performance.now();
        // It had been connected, for as long as a command takes: time counts from this break.
        if (!wasNeverSent(error) && now - begunAt > longestPauseMs) trouble = beginTrouble();
        trouble.giveUpAt ??= now + reconnectMs;
        const mayRepeat = wasNeverSent(error) || !onceOnly.has(name);
        if (isClosed || !mayRepeat || reconnectMs === 0 || trouble.isLast) {
          throw unreachable(target.description, error as Error);
        }
        const { pause } = trouble;
        // Once more when time is up: this program itself may have stood still until then.
        trouble.isLast = now + pause > trouble.giveUpAt;
        trouble.pause = Math.min(pause * 2, longestPauseMs);
        await delay(pause, undefined, input.signal ? { signal: input.signal } : {});
      }
    }
  };
  const ask = async (name: HttpRouteName, input: CallInput): Promise<unknown> => {
    const response = await send(name, input, 'application/json').answer;
    const text = await readText(response);
    if (isFailure(response)) throw errorOf(response, text);
    input.onAnswer?.(response.headers);
    return (httpRoutes[name] as HttpRoute).answer === 'text' ? text : JSON.parse(text);
  };
  const open = async (name: HttpRouteName, input: StreamInput): Promise<AsyncGenerator<ServerEvent>> => {
    const { lastEventId, isBackground } = input;
    const headers = { ...input.headers, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) };
    const { request, answer } = send(name, { ...input, headers }, 'text/event-stream');
    if (isBackground) request.on('socket', (socket) => socket.unref());
    const response = await answer;
    if (isFailure(response)) throw errorOf(response, await readText(response));
    return translate(readEvents(response), target.description);
  };

  return {
    description: target.description,
    // The one place where an answer gets the type that its route names.
    call: <Name extends HttpRouteName>(name: Name, input: CallInput = {}) =>
      persist(name, input, () => ask(name, input)) as Promise<HttpAnswer<Name>>,
    stream: (name, input = {}) => persist(name, input, () => open(name, input)),
    close() {
      isClosed = true;
      agent.destroy();
    },
  };
};

interface Trouble {
  pause: number;
  /** Unknown until the first break. */
  giveUpAt: number | undefined;
  isLast: boolean;
}

const beginTrouble = (): Trouble => ({ pause: firstPauseMs, giveUpAt: undefined, isLast: false });

interface Sending {
  request: ClientRequest;
  answer: Promise<IncomingMessage>;
}

interface Target {
  address: { socketPath: string } | { host: string; port: number };
  description: string;
}

const targetOf = ({ socketPath, url }: ConnectionOptions): Target => {
  if (socketPath !== undefined) return { address: { socketPath }, description: socketPath };
  const parsed = url === undefined || !URL.canParse(url) ? undefined : new URL(url);
  if (parsed?.protocol !== 'http:') {
    throw new InvalidOptionsError('A daemon is reached by `socketPath` or by `url`, http://HOST:PORT.', {
      data: { option: 'url' },
    });
  }
  const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1');
  return { address: { host, port: Number(parsed.port || 80) }, description: parsed.origin };
};

const fillPath = (path: string, { params = {}, query = {} }: CallInput): string => {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  if (given.length === 0) return filled;
  return `${filled}?${new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)])))}`;
};

const bodyOf = (body: unknown): Uint8Array | undefined => {
  if (body === undefined || body instanceof Uint8Array) return body;
  return Buffer.from(JSON.stringify(body));
};

const contentTypeOf = (body: unknown): string =>
  body instanceof Uint8Array ? 'application/octet-stream' : 'application/json';

const readText = async (response: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
};

const isFailure = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode < 200 || statusCode > 299;

const errorOf = ({ statusCode }: IncomingMessage, text: string): Error => {
  try {
    return reviveError((JSON.parse(text) as { error: SerialisedError }).error);
  } catch {
    return new DaemonUnreachableError(`What answers is no daemon: status ${statusCode}.`, {
      data: { status: statusCode },
    });
  }
};

async function* translate(
  events: AsyncIterable<ServerEvent>,
  description: string,
): AsyncGenerator<ServerEvent> {
  try {
    yield* events;
  } catch (error) {
    throw isBroken(error) ? unreachable(description, error as Error) : error;
  }
}

const brokenCodes = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT']);

const isBroken = (error: unknown): boolean => brokenCodes.has((error as NodeJS.ErrnoException).code ?? '');

const wasNeverSent = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');

const unreachable = (description: string, cause: Error): DaemonUnreachableError =>
  new DaemonUnreachableError(
    wasNeverSent(cause)
      ? `No daemon answers at ${description}. Start one with \`holdfast daemon start\`.`
      : `The connection to the daemon at ${description} broke: ${cause.message}.`,
    { data: { address: description, isDown: wasNeverSent(cause) }, cause },
  );
