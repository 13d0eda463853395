/**
 * Writes the routes of the daemon's HTTP API into docs/http-api.md, between `<!-- routes -->` and
 * `<!-- /routes -->`, from its OpenAPI document. Run it after a change to the API:
 * `npm run build && node scripts/docs/update-http-api.mjs`. A test fails while they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openApiDocument } from '../../packages/server/dist/index.js';
import { root } from '../lib/paths.mjs';

/** The page that has the routes, relative to the root. */
export const httpApiPage = 'docs/http-api.md';

/**
 * @typedef {{ type?: string | string[], const?: unknown, enum?: unknown[], anyOf?: Schema[], oneOf?: Schema[],
 *   items?: Schema, properties?: Record<string, Schema>, required?: string[], additionalProperties?: Schema | boolean,
 *   description?: string, format?: string, contentEncoding?: string, pattern?: string }} Schema
 * @typedef {{ summary: string, parameters?: { name: string, in: string, description?: string, schema: Schema }[],
 *   requestBody?: { content: Record<string, { schema: Schema }> },
 *   responses: Record<string, { description: string, content: Record<string, { schema: Schema }> }> }} Operation
 */

/**
 * The page with its routes written anew.
 *
 * @param {string} page
 * @returns {string}
 */
export function writeRoutes(page) {
  const { paths } = /** @type {{ paths: Record<string, Record<string, Operation>> }} */ (
    openApiDocument('0')
  );
  const routes = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => describeRoute(method, path, operation)),
  );
  const pattern = /<!-- routes -->[\s\S]*<!-- \/routes -->/;
  if (!pattern.test(page)) throw new Error(`${httpApiPage} has no place for the routes`);
  return page.replace(pattern, () => `<!-- routes -->\n\n${routes.join('\n\n')}\n\n<!-- /routes -->`);
}

/**
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function describeRoute(method, path, { summary, parameters = [], requestBody, responses }) {
  const { 200: answer, ...failures } = responses;
  const content = answer?.content ?? {};
  const events = content['text/event-stream']?.schema.oneOf ?? [];
  const json = content['application/json']?.schema;
  const lines = [`### ${method.toUpperCase()} ${path}`, '', summary];
  const rows = parameters
    .filter((parameter) => parameter.in !== 'path')
    .map(({ name, description, schema }) => row(`\`${name}\``, typeOf(schema), description));
  if (rows.length > 0) lines.push('', ...table('parameter', rows));
  for (const [type, { schema }] of Object.entries(requestBody?.content ?? {})) {
    if (type === 'application/json') lines.push('', ...table('body', fieldRows(schema)));
    else lines.push('', 'Body: bytes, as they are.');
  }
  if (json) lines.push('', ...table('answer', fieldRows(json)));
  if (content['text/plain']) lines.push('', 'Answer: text.');
  if (events.length > 0) {
    const eventRows = events.map(({ properties = {} }) => {
      const data = properties.data ?? {};
      return row(`\`${properties.event?.const}\``, fieldNames(data), data.description);
    });
    lines.push('', ...table('event', eventRows));
  }
  const codes = Object.entries(failures).map(([status, { description }]) => `${status} ${description}`);
  if (codes.length > 0) lines.push('', `Errors: ${codes.join('; ')}.`);
  return lines.join('\n');
}

/**
 * @param {string} title
 * @param {string[]} rows
 */
function table(title, rows) {
  return rows.length === 0 ? [`${title}: \`{}\``] : [`| ${title} | type | |`, '|---|---|---|', ...rows];
}

/** @param {Schema} schema */
function fieldRows({ properties = {}, required = [] }) {
  return Object.entries(properties).map(([name, schema]) =>
    row(`\`${name}\`${required.includes(name) ? '' : '?'}`, typeOf(schema), schema.description),
  );
}

/**
 * @param {string} name
 * @param {string} type
 * @param {string | undefined} description
 */
function row(name, type, description = '') {
  return `| ${name} | ${type} | ${description.replaceAll('|', '\\|')} |`.replace(/ +\|$/, ' |');
}

/**
 * In a few words.
 *
 * @param {Schema} schema
 * @returns {string}
 */
function typeOf(schema) {
  const { type, anyOf, oneOf, items, properties, additionalProperties } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return `${schema.enum.map((value) => `\`${value}\``).join(', ')}`;
  const choices = anyOf ?? oneOf;
  if (choices) return [...new Set(choices.map(typeOf))].join(' or ');
  if (items) return `${typeOf(items)} each, a list`;
  if (properties && Object.keys(properties).length > 0) return fieldNames(schema);
  if (additionalProperties && additionalProperties !== true)
    return `object of ${typeOf(additionalProperties)}`;
  return schema.contentEncoding ?? (Array.isArray(type) ? type.join(' or ') : (type ?? 'anything'));
}

/** @param {Schema} schema */
function fieldNames({ properties = {}, required = [] }) {
  const names = Object.keys(properties).map((name) => `${name}${required.includes(name) ? '' : '?'}`);
  return `\`{ ${names.join(', ')} }\``.replace('{  }', '{}');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(root, httpApiPage);
  const page = readFileSync(path, 'utf8');
  const updated = writeRoutes(page);
  if (updated !== page) writeFileSync(path, updated);
  console.log(`${httpApiPage} ${updated === page ? 'was up to date' : 'has new routes'}`);
}
