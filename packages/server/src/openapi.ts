/** The API as an OpenAPI 3.1 document, made from the table of routes and its schemas. */
import { errorMessage, type HttpRoute, httpRoutes, httpStatusOf } from '@holdfast/protocol';
import { z } from 'zod';

type Json = Record<string, unknown>;

export const openApiDocument = (version: string): Json => {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(httpRoutes) as [string, HttpRoute][]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Holdfast daemon', version, license: { name: 'MIT', identifier: 'MIT' } },
    // Over a Unix socket no token is asked for: the file's mode decides.
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  };
};

const operation = (name: string, route: HttpRoute): Json => {
  const parameters = [
    ...parametersOf(route.params, 'path'),
    ...parametersOf(route.query, 'query'),
    ...(route.events && !route.answer ? [lastEventId] : []),
  ];
  return {
    operationId: name,
    summary: route.summary,
    ...(name === 'health' ? { security: [] } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body ? { requestBody: requestBody(route.body) } : {}),
    responses: { 200: answer(route), ...failures(route) },
  };
};

const lastEventId: Json = {
  name: 'Last-Event-ID',
  in: 'header',
  required: false,
  description: 'Id of the last event that was read: the stream goes on behind it.',
  schema: { type: 'string' },
};

const parametersOf = (schema: z.ZodObject | undefined, place: 'path' | 'query'): Json[] =>
  Object.entries(schema?.shape ?? {}).map(([name, part]) => {
    const { description, ...rest } = inputSchema(part as z.ZodType);
    return {
      name,
      in: place,
      required: place === 'path',
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });

const requestBody = (body: z.ZodObject | 'bytes'): Json =>
  body === 'bytes'
    ? { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } }
    : { required: true, content: { 'application/json': { schema: inputSchema(body) } } };

const answer = ({ answer: message, events }: HttpRoute): Json => {
  const content: Json = {};
  if (message === 'text') content['text/plain'] = { schema: { type: 'string' } };
  else if (message) content['application/json'] = { schema: outputSchema(message) };
  if (events) content['text/event-stream'] = { schema: eventSchema(events) };
  return { description: 'OK', content };
};

/** One event: OpenAPI 3.1 has no word for streams, so each is described as an object of its fields. */
const eventSchema = (events: Record<string, z.ZodObject>): Json => ({
  oneOf: Object.entries(events).map(([event, data]) => ({
    type: 'object',
    required: ['event', 'data'],
    properties: { event: { const: event }, id: { type: 'string' }, data: outputSchema(data) },
  })),
});

const failures = ({ errors, path }: HttpRoute): Json => {
  const byStatus = new Map<number, string[]>();
  const add = (status: number, code: string): void => {
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  };
  if (path !== '/healthz') add(401, 'ACCESS_REFUSED');
  for (const code of ['INVALID_REQUEST', 'ACCESS_REFUSED', ...errors] as const) add(httpStatusOf[code], code);
  const schema = outputSchema(errorMessage);
  return Object.fromEntries(
    [...byStatus]
      .sort(([a], [b]) => a - b)
      .map(([status, codes]) => [
        status,
        { description: codes.join(', '), content: { 'application/json': { schema } } },
      ]),
  );
};

const inputSchema = (schema: z.ZodType): Json => toJsonSchema(schema, 'input');
const outputSchema = (schema: z.ZodType): Json => toJsonSchema(schema, 'output');

const toJsonSchema = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};
