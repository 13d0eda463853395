/** What a model may ask of the runtime tool: one flat object, made from protocol's operations. */
import { type OperationName, operations } from '@holdfast/protocol';
import { z } from 'zod';

export const runtimeActions = [
  'exec',
  'eval',
  'state',
  'history',
  'jobs',
  'read_output',
  'interrupt',
  'reset',
] as const satisfies readonly OperationName[];

export type RuntimeAction = (typeof runtimeActions)[number];

/** A call with its input checked. */
export type RuntimeCall = {
  [Action in RuntimeAction]: { action: Action } & z.output<(typeof operations)[Action]['input']>;
}[RuntimeAction];

/** Plain JSON Schema (draft 7): `type: 'object'`, its properties and which are required. */
export type JsonSchema = Record<string, unknown>;

/**
 * The tool's parameters. Models do badly with alternatives on the top level, and some providers refuse
 * them: so there is one object with all parameters, and each says which actions take it.
 */
export const runtimeInputSchema: z.ZodObject = z.object({
  action: z.enum(runtimeActions).describe(describeActions()),
  ...Object.fromEntries([...collectParameters()].map(([name, parameter]) => [name, parameter.schema])),
});

/** The same as JSON Schema. `strict`: in the form of OpenAI's strict mode, all required and some of them null. */
export const runtimeJsonSchema = ({ strict = false } = {}): JsonSchema => {
  const { $schema: _schema, ...schema } = z.toJSONSchema(runtimeInputSchema, {
    target: 'draft-7',
    io: 'input',
  });
  return strict ? toStrict(schema) : { ...schema, additionalProperties: false };
};

export type ParsedCall = { call: RuntimeCall } | { problem: string };

/** Takes what models make of it: a call as JSON text, null for absent, `code` for `command`. */
export const parseRuntimeCall = (input: unknown): ParsedCall => {
  const given = typeof input === 'string' ? parseJson(input) : input;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { problem: `The input must be an object with an action, one of ${runtimeActions.join(', ')}.` };
  }
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
  const action = z.enum(runtimeActions).safeParse(present.action);
  if (!action.success) {
    const named =
      present.action === undefined ? 'is missing' : `can not be ${JSON.stringify(present.action)}`;
    return { problem: `action ${named}: it is one of ${runtimeActions.join(', ')}.` };
  }
  const checked = operations[action.data].input.safeParse(withAliases(action.data, present));
  if (checked.success) return { call: { action: action.data, ...checked.data } as RuntimeCall };
  const problems = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return { problem: `${action.data} can not be done: ${problems.join('; ')}.` };
};

function describeActions(): string {
  return runtimeActions.map((action) => `${action}: ${operations[action].summary}`).join('\n');
}

interface Parameter {
  schema: z.ZodType;
  description: string;
  actions: RuntimeAction[];
}

/** Every parameter once, with the actions that take it. */
function collectParameters(): Map<string, Parameter> {
  const parameters = new Map<string, Parameter>();
  for (const action of runtimeActions) {
    const shape: Record<string, z.ZodType> = operations[action].input.shape;
    for (const [name, schema] of Object.entries(shape)) {
      const known = parameters.get(name) ?? { schema, description: schema.description ?? '', actions: [] };
      known.actions.push(action);
      known.schema = schema
        .optional()
        .describe(`For ${known.actions.join(', ')}. ${known.description}`.trim());
      parameters.set(name, known);
    }
  }
  return parameters;
}

/** Strict mode knows no optional properties and few limits; the limits are checked again in any case. */
function toStrict(schema: JsonSchema): JsonSchema {
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>).map(
    ([name, property]) => {
      if (name === 'action') return [name, property];
      const { minimum: _minimum, maximum: _maximum, enum: choices, type, ...rest } = property;
      const nullable = { ...rest, type: [type, 'null'] };
      return [name, Array.isArray(choices) ? { ...nullable, enum: [...choices, null] } : nullable];
    },
  );
  const names = properties.map(([name]) => name);
  return {
    ...schema,
    properties: Object.fromEntries(properties),
    required: names,
    additionalProperties: false,
  };
}

const withAliases = (action: RuntimeAction, given: Record<string, unknown>): Record<string, unknown> => {
  if (action === 'exec') return { ...given, command: given.command ?? given.code };
  if (action === 'eval') return { ...given, code: given.code ?? given.command };
  return given;
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
