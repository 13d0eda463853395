/**
 * The daemon's HTTP API as data: server, client, command line and its documentation are made from this
 * one table.
 */
import type { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import * as messages from './http-messages.ts';

export interface HttpRoute {
  method: 'GET' | 'POST' | 'DELETE';
  /** With parameters as `:name`. */
  path: string;
  /** One sentence. */
  summary: string;
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** JSON, or `'bytes'`: the body as it is. */
  body?: z.ZodObject | 'bytes';
  /** JSON, or `'text'`. Absent where there is only a stream. */
  answer?: z.ZodObject | 'text';
  /** Server-sent events by name. Where there is an `answer` too, `Accept: text/event-stream` asks for them. */
  events?: Record<string, z.ZodObject>;
  /** Beyond those of every route: `INVALID_REQUEST`, `ACCESS_REFUSED`. */
  errors: readonly ErrorCode[];
}

const session = {
  params: messages.sessionParams,
  errors: ['SESSION_NOT_FOUND', 'SESSION_TERMINATED'],
} as const;
const command = {
  params: messages.commandParams,
  errors: ['SESSION_NOT_FOUND', 'SESSION_TERMINATED', 'COMMAND_NOT_FOUND'],
} as const;
const run = {
  params: messages.sessionParams,
  body: messages.execBody,
  answer: messages.outputMessage,
  events: messages.outputEvents,
  errors: [
    'SESSION_NOT_FOUND',
    'SESSION_TERMINATED',
    'INVALID_COMMAND',
    'QUEUE_FULL',
    'COMMAND_CANCELLED',
    'SPAWN_FAILED',
    'THREAD_DIED',
    'RESOURCE_EXHAUSTED',
  ],
} as const;

export const httpRoutes = {
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'Tells that the daemon is up. Over TCP without the token: `status` alone.',
    answer: messages.healthMessage,
    errors: [],
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Figures in Prometheus’ text format.',
    answer: 'text',
    errors: [],
  },
  openapi: {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document.',
    answer: messages.emptyMessage.loose(),
    errors: [],
  },
  listSessions: {
    method: 'GET',
    path: '/v1/sessions',
    summary: 'Lists the live sessions, and those lost with an earlier daemon.',
    answer: messages.sessionListMessage,
    errors: [],
  },
  openSession: {
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Gives the live session of a workspace, or starts a new one.',
    body: messages.openSessionBody,
    answer: messages.openedMessage,
    errors: ['SESSION_LIMIT', 'INVALID_OPTIONS'],
  },
  terminateAll: {
    method: 'DELETE',
    path: '/v1/sessions',
    summary: 'Ends all sessions.',
    answer: messages.terminatedAllMessage,
    errors: [],
  },
  getSession: {
    ...session,
    method: 'GET',
    path: '/v1/sessions/:session',
    summary: 'Tells about one session.',
    answer: messages.sessionMessage,
  },
  terminateSession: {
    ...session,
    method: 'DELETE',
    path: '/v1/sessions/:session',
    summary: 'Ends a session with its kernels and jobs. `terminated` is false if there was none.',
    answer: messages.terminatedMessage,
    errors: [],
  },
  exec: {
    ...run,
    method: 'POST',
    path: '/v1/sessions/:session/exec',
    summary: 'Runs a command and answers with its result, or with events as it goes.',
  },
  eval: {
    ...run,
    method: 'POST',
    path: '/v1/sessions/:session/eval',
    summary: 'Evaluates code; `result` is the value of its last expression. Python unless told otherwise.',
  },
  state: {
    ...session,
    method: 'GET',
    path: '/v1/sessions/:session/state',
    summary: 'Tells what is alive in a kernel. Waits for queued commands.',
    query: messages.languageQuery,
    answer: messages.stateMessage,
  },
  history: {
    ...session,
    method: 'GET',
    path: '/v1/sessions/:session/history',
    summary: 'Lists the last commands.',
    query: messages.historyQuery,
    answer: messages.historyMessage,
  },
  reset: {
    ...session,
    method: 'POST',
    path: '/v1/sessions/:session/reset',
    summary: 'Ends all kernels and jobs, rejects the queue, starts afresh.',
    answer: messages.emptyMessage,
  },
  interrupt: {
    ...session,
    method: 'POST',
    path: '/v1/sessions/:session/interrupt',
    summary: 'Asks the running command to stop.',
    answer: messages.interruptMessage,
  },
  inspect: {
    ...session,
    method: 'GET',
    path: '/v1/sessions/:session/inspection',
    summary: 'Streams the transitions of a session’s machines, the last 1,000 first.',
    events: messages.inspectionEvents,
  },
  getCommand: {
    ...command,
    method: 'GET',
    path: '/v1/sessions/:session/commands/:command',
    summary: 'Tells about one command: waiting, running or finished, with its late output.',
    answer: messages.commandMessage,
  },
  output: {
    ...command,
    method: 'GET',
    path: '/v1/sessions/:session/commands/:command/output',
    summary: 'Streams a command’s output from the beginning, or from `Last-Event-ID` on, and its result.',
    query: messages.outputQuery,
    events: messages.outputEvents,
  },
  writeStdin: {
    ...command,
    method: 'POST',
    path: '/v1/sessions/:session/commands/:command/stdin',
    summary: 'Writes to the standard input of a command that was started with it open.',
    query: messages.stdinQuery,
    body: 'bytes',
    answer: messages.stdinMessage,
    errors: [...command.errors, 'STDIN_CLOSED'],
  },
  interruptCommand: {
    ...command,
    method: 'POST',
    path: '/v1/sessions/:session/commands/:command/interrupt',
    summary: 'Asks this command to stop, if it runs.',
    answer: messages.interruptMessage,
  },
  killCommand: {
    ...command,
    method: 'POST',
    path: '/v1/sessions/:session/commands/:command/kill',
    summary: 'Ends this command at once; its kernel is replaced if need be.',
    answer: messages.interruptMessage,
  },
  cancelCommand: {
    ...command,
    method: 'POST',
    path: '/v1/sessions/:session/commands/:command/cancel',
    summary: 'Drops this command from the queue, or interrupts it; it is answered with COMMAND_CANCELLED.',
    answer: messages.emptyMessage,
  },
  events: {
    method: 'GET',
    path: '/v1/events',
    summary: 'Streams the events of all sessions, or of one.',
    query: messages.eventsQuery,
    events: messages.daemonEvents,
    errors: ['SESSION_NOT_FOUND'],
  },
  lost: {
    method: 'GET',
    path: '/v1/lost',
    summary: 'Lists sessions and commands that went down with an earlier daemon.',
    answer: messages.lostMessage,
    errors: [],
  },
  shutdown: {
    method: 'POST',
    path: '/v1/shutdown',
    summary: 'Ends all sessions and the daemon.',
    answer: messages.emptyMessage,
    errors: [],
  },
} as const satisfies Record<string, HttpRoute>;

export type HttpRouteName = keyof typeof httpRoutes;

/** JSON answer of a route. */
export type HttpAnswer<Name extends HttpRouteName> = (typeof httpRoutes)[Name] extends {
  answer: infer Answer extends z.ZodType;
}
  ? z.output<Answer>
  : string;

/** JSON body of a route. */
export type HttpBody<Name extends HttpRouteName> = (typeof httpRoutes)[Name] extends {
  body: infer Body extends z.ZodType;
}
  ? z.input<Body>
  : Uint8Array | undefined;

/** HTTP status of each error. */
export const httpStatusOf: Readonly<Record<ErrorCode, number>> = {
  INVALID_REQUEST: 400,
  INVALID_COMMAND: 400,
  INVALID_OPTIONS: 400,
  ACCESS_REFUSED: 403,
  SESSION_NOT_FOUND: 404,
  COMMAND_NOT_FOUND: 404,
  STDIN_CLOSED: 409,
  COMMAND_CANCELLED: 409,
  DAEMON_RUNNING: 409,
  SESSION_TERMINATED: 410,
  SESSION_LIMIT: 429,
  QUEUE_FULL: 429,
  SPAWN_FAILED: 500,
  THREAD_DIED: 500,
  RESOURCE_EXHAUSTED: 503,
  DAEMON_UNREACHABLE: 503,
};

export type SessionMessage = z.output<typeof messages.sessionMessage>;
export type OutputMessage = z.output<typeof messages.outputMessage>;
export type LostSession = z.output<typeof messages.lostSessionMessage>;
export type ExecBody = z.input<typeof messages.execBody>;

/** A client that wants to know when its command was accepted sends this header and gets a `102 Processing`. */
export const acceptanceHeader = { name: 'prefer', value: 'respond-processing' } as const;

/**
 * Every answer about a session has this header: `NUMBER STATUS QUEUE`, the number being that of the last
 * event before it. So a client knows the session's status without waiting for its events to arrive.
 */
export const sessionStateHeader = 'holdfast-session';
