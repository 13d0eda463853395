/**
 * The API on Hono, made from the table of routes: checks access and input, calls the handler, writes its
 * reply, counts and logs.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  acceptanceHeader,
  HoldfastError,
  type HttpAnswer,
  type HttpRoute,
  type HttpRouteName,
  httpRoutes,
  InvalidCommandError,
  InvalidOptionsError,
  InvalidRequestError,
  type OutputEncoding,
  sessionStateHeader,
} from '@holdfast/protocol';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { SessionHouse } from '../sessions/session-house.ts';
import type { AccessRules } from './access.ts';
import { encodeError } from './encode.ts';
import { sendEvents } from './event-stream.ts';
import { createHandlers, type HandlerContext, type Reply, type RouteRequest } from './handlers.ts';
import { readBody } from './read-body.ts';

export interface AppOptions extends HandlerContext {
  access: AccessRules;
  maxBodyBytes: number;
  logger: Logger;
  /** All is answered that can be: streams that are still open are to end. */
  closing: AbortSignal;
  /** A request begins; what is returned is called when it has been answered. */
  onRequest(name: HttpRouteName): () => void;
}

type Bindings = { Bindings: { incoming: IncomingMessage; outgoing: ServerResponse } };
type AppContext = Context<Bindings>;

export const createApp = (options: AppOptions): Hono<Bindings> => {
  const { access, maxBodyBytes, logger, onRequest } = options;
  const app = new Hono<Bindings>();
  const handlers = createHandlers(options);

  const serve = async (name: HttpRouteName, route: HttpRoute, c: AppContext): Promise<Response> => {
    const { incoming, outgoing } = c.env;
    const begun = performance.now();
    const answered = onRequest(name);
    let encoding: OutputEncoding | undefined;
    let status = 200;
    try {
      access.check(incoming, { isOpenToAll: name === 'health' });
      const request = await readRequest(c, route, name, maxBodyBytes, access.isTrusted(incoming));
      encoding = (request.body as { encoding?: OutputEncoding } | undefined)?.encoding;
      const reply: Reply<unknown> = await handlers[name](request);
      if ('events' in reply) {
        await sendEvents(outgoing, reply.events, options.closing);
        return RESPONSE_ALREADY_SENT;
      }
      if ('text' in reply) return write(outgoing, 200, reply.contentType, reply.text);
      addSessionState(outgoing, options.house, request.params.session ?? openedBy(name, reply.json));
      return json(outgoing, 200, reply.json);
    } catch (error) {
      if (!(error instanceof HoldfastError)) logger.error({ err: error, route: name }, 'request failed');
      if (outgoing.headersSent) {
        outgoing.destroy();
        return RESPONSE_ALREADY_SENT;
      }
      const answer = encodeError(error, encoding);
      status = answer.status;
      return json(outgoing, status, answer.body);
    } finally {
      answered();
      const ms = Math.round((performance.now() - begun) * 10) / 10;
      // Nothing that a caller wrote: code, names and tokens stay out of the log.
      if (status >= 500) logger.warn({ route: name, status, ms }, 'request');
      else logger.debug({ route: name, status, ms }, 'request');
    }
  };

  for (const [name, route] of Object.entries(httpRoutes)) {
    app.on(route.method, route.path, (c) => serve(name as HttpRouteName, route, c));
  }
  app.notFound((c) => {
    try {
      access.check(c.env.incoming, { isOpenToAll: false });
    } catch (error) {
      const { status, body } = encodeError(error);
      return json(c.env.outgoing, status, body);
    }
    const message = `No such route: ${c.req.method} ${c.req.path.slice(0, 200)}. GET /openapi.json lists them.`;
    const { status, body } = encodeError(new InvalidRequestError(message, { data: { noSuchRoute: true } }));
    return json(c.env.outgoing, status, body);
  });
  app.onError((error, c) => {
    logger.error({ err: error }, 'request failed');
    const { status, body } = encodeError(error);
    return json(c.env.outgoing, status, body);
  });
  return app;
};

/** The route that names its session only in the answer. */
const openedBy = (name: HttpRouteName, answer: unknown): string | undefined =>
  name === 'openSession' ? (answer as HttpAnswer<'openSession'>).session.sessionId : undefined;

const addSessionState = (outgoing: ServerResponse, house: SessionHouse, name: string | undefined): void => {
  const state = name === undefined ? undefined : house.stateOf(name);
  if (state) outgoing.setHeader(sessionStateHeader, `${state.event} ${state.status} ${state.queueLength}`);
};

const json = (outgoing: ServerResponse, status: number, value: unknown): Response => {
  // What is left of a body that was refused is not waited for.
  if (status === 413) outgoing.setHeader('connection', 'close');
  if (status === 401) outgoing.setHeader('www-authenticate', 'Bearer');
  return write(outgoing, status, 'application/json', JSON.stringify(value));
};

/** Past Hono: its answers are web streams, which cost half a millisecond each. */
const write = (outgoing: ServerResponse, status: number, contentType: string, text: string): Response => {
  outgoing.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(text) });
  outgoing.end(text);
  return RESPONSE_ALREADY_SENT;
};

/** @throws INVALID_REQUEST, or INVALID_COMMAND and INVALID_OPTIONS where the body is one */
const readRequest = async (
  c: AppContext,
  route: HttpRoute,
  name: HttpRouteName,
  maxBodyBytes: number,
  isTrusted: boolean,
): Promise<RouteRequest> => {
  const { incoming, outgoing } = c.env;
  const { headers } = incoming;
  const params = route.params ? check(route.params, c.req.param(), 'path', invalidRequest) : {};
  const query = route.query ? check(route.query, c.req.query(), 'query', invalidRequest) : {};
  const accepts = headers.accept ?? '';
  return {
    params: params as Record<string, string>,
    query,
    body: await readInput(incoming, route, name, maxBodyBytes),
    headers,
    isTrusted,
    wantsEvents: route.events !== undefined && accepts.includes('text/event-stream'),
    accepted() {
      if (headers[acceptanceHeader.name] === acceptanceHeader.value) outgoing.writeProcessing();
    },
  };
};

const readInput = async (
  incoming: IncomingMessage,
  { body }: HttpRoute,
  name: HttpRouteName,
  maxBodyBytes: number,
): Promise<unknown> => {
  if (!body) return undefined;
  const bytes = await readBody(incoming, maxBodyBytes);
  if (body === 'bytes') return bytes;
  let value: unknown;
  try {
    value = bytes.length === 0 ? {} : JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new InvalidRequestError('The request’s body is not JSON.');
  }
  return check(body, value, 'body', name === 'openSession' ? invalidOptions : invalidCommand);
};

type Refuse = (problems: string[]) => HoldfastError;

const check = (
  schema: z.ZodObject,
  value: unknown,
  what: string,
  refuse: Refuse,
): Record<string, unknown> => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map(({ path, message }) => `${path.join('.') || what}: ${message}`));
};

const invalidRequest: Refuse = (problems) =>
  new InvalidRequestError(`The request can not be taken: ${problems.join('; ')}`, { data: { problems } });

const invalidCommand: Refuse = (problems) =>
  new InvalidCommandError(`The command can not be taken: ${problems.join('; ')}`, { data: { problems } });

const invalidOptions: Refuse = (problems) =>
  new InvalidOptionsError(`The session can not be opened: ${problems.join('; ')}`, { data: { problems } });
