/** What each route of the API does. Input has been checked against the table of routes by then. */
import {
  type CommandId,
  CommandNotFoundError,
  DaemonUnreachableError,
  type ExecBody,
  type HttpAnswer,
  type HttpRouteName,
  type Language,
  type OutputEncoding,
  type SessionConfig,
} from '@holdfast/protocol';
import type { Metrics } from '../metrics.ts';
import type { ServedCommand } from '../sessions/served-command.ts';
import type { RequestHeaders } from '../sessions/served-session.ts';
import type { SessionHouse } from '../sessions/session-house.ts';
import { encodeOutput } from './encode.ts';
import type { StreamEvent, StreamSignals } from './event-stream.ts';
import { commandEvents, daemonEvents, inspectionEvents, positionOf } from './streams.ts';

export interface RouteRequest {
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  headers: RequestHeaders;
  /** The caller is known, or need not be. */
  isTrusted: boolean;
  wantsEvents: boolean;
  /** The command has been accepted: who asked to be told is told. */
  accepted(): void;
}

export type RouteReply<Name extends HttpRouteName> = Reply<HttpAnswer<Name>>;

export type Reply<Answer> =
  | { json: Answer }
  | { text: string; contentType: string }
  | { events: (signals: StreamSignals) => AsyncIterable<StreamEvent> };

type Handlers = { [Name in HttpRouteName]: (request: RouteRequest) => Promise<RouteReply<Name>> };

export interface HandlerContext {
  house: SessionHouse;
  metrics: Metrics;
  daemonId: string;
  version: string;
  startedAt: Date;
  isClosing(): boolean;
  openApi(): Record<string, unknown>;
  shutDown(): void;
}

export const createHandlers = (context: HandlerContext): Handlers => {
  const { house, metrics, daemonId } = context;
  const sessionOf = ({ params }: RouteRequest) => house.find(params.session ?? '');
  const commandOf = (request: RouteRequest): ServedCommand =>
    sessionOf(request).command(request.params.command as CommandId);
  const assertOpen = (): void => {
    if (context.isClosing())
      throw new DaemonUnreachableError('The daemon is about to end: it takes nothing new.');
  };
  const run = async (kind: 'exec' | 'eval', request: RouteRequest): Promise<RouteReply<'exec'>> => {
    assertOpen();
    const served = sessionOf(request);
    const body = request.body as ExecBody;
    const { encoding = 'utf8' } = body;
    const { command } = served.start(kind, body, request.headers);
    // At once: a command that leaves without a reader writes as fast as it can, and its middle would be lost.
    if (request.wantsEvents) command.openJournal();
    request.accepted();
    if (request.wantsEvents) {
      return {
        events: (signals) =>
          commandEvents({ house, served, command, encoding, from: 0, signals, follow: false }),
      };
    }
    return { json: encodeOutput(await command.execution, encoding) };
  };

  return {
    async health({ isTrusted }) {
      const status = context.isClosing() ? 'closing' : 'ok';
      if (!isTrusted) return { json: { status } };
      const startedAt = context.startedAt.toISOString();
      const { version } = context;
      return { json: { status, version, daemonId, pid: process.pid, startedAt, sessions: house.size } };
    },
    metrics: async () => ({ text: await metrics.render(), contentType: metrics.contentType }),
    openapi: async () => ({ json: context.openApi() }),
    listSessions: async () => ({ json: { sessions: house.list(), lost: [...house.lost] } }),
    async openSession({ body }) {
      assertOpen();
      const request = body as { workspaceId?: string; sessionId?: string; config?: SessionConfig };
      const { served, created } = house.open(request);
      return { json: { session: served.describe(), created } };
    },
    terminateAll: async () => ({ json: { terminated: await house.terminateAll() } }),
    getSession: async (request) => ({ json: sessionOf(request).describe() }),
    terminateSession: async ({ params }) => ({
      json: { terminated: await house.terminate(params.session ?? '') },
    }),
    exec: (request) => run('exec', request),
    eval: (request) => run('eval', request),
    state: async (request) => ({
      json: await sessionOf(request).session.state(request.query.language as Language | undefined),
    }),
    history: async (request) => ({
      json: {
        entries: await sessionOf(request).session.getHistory(request.query.limit as number | undefined),
      },
    }),
    async reset(request) {
      await sessionOf(request).session.reset();
      return { json: {} };
    },
    interrupt: async (request) => ({ json: { answer: await sessionOf(request).session.interrupt() } }),
    async inspect(request) {
      const { session } = sessionOf(request);
      const after = positionOf(request.headers);
      return { events: ({ over }) => inspectionEvents(session, after, over) };
    },
    async getCommand(request) {
      const { session } = sessionOf(request);
      const id = request.params.command as CommandId;
      const record = await session.getCommand(id);
      if (record) return { json: record };
      throw new CommandNotFoundError(`Session ${session.id} knows no command ${id}, or no longer.`, {
        data: { commandId: id, sessionId: session.id },
      });
    },
    async output(request) {
      const served = sessionOf(request);
      const id = request.params.command as CommandId;
      const { encoding = 'utf8', follow } = request.query as { encoding?: OutputEncoding; follow?: string };
      const command = served.findCommand(id);
      // Before anything is sent, so that an unknown command is a status of its own.
      const record = command?.isOver === false ? undefined : await served.session.getCommand(id);
      const source = command ?? record;
      if (!source) {
        throw new CommandNotFoundError(`Session ${served.session.id} knows no command ${id}, or no longer.`, {
          data: { commandId: id, sessionId: served.session.id },
        });
      }
      const from = positionOf(request.headers);
      return {
        events: (signals) =>
          commandEvents({
            house,
            served,
            command,
            record: record ?? undefined,
            encoding,
            from,
            signals,
            follow: follow === 'true',
          }),
      };
    },
    async writeStdin(request) {
      const { offset, end } = request.query as { offset?: number; end?: string };
      return {
        json: { written: commandOf(request).write(request.body as Uint8Array, offset, end === 'true') },
      };
    },
    interruptCommand: async (request) => ({
      json: { answer: await commandOf(request).execution.interrupt() },
    }),
    killCommand: async (request) => ({ json: { answer: await commandOf(request).execution.kill() } }),
    async cancelCommand(request) {
      commandOf(request).cancel();
      return { json: {} };
    },
    async events(request) {
      const { session } = request.query as { session?: string };
      const only = session === undefined ? undefined : house.find(session).session.id;
      const lastEventId = request.headers['last-event-id'];
      return { events: ({ over }) => daemonEvents({ house, daemonId, only, lastEventId, signal: over }) };
    },
    lost: async () => ({ json: { lost: [...house.lost] } }),
    async shutdown() {
      context.shutDown();
      return { json: {} };
    },
  };
};
