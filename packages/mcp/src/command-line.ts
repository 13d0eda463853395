/** `holdfast-mcp`: the server as a program. */
import { parseArgs } from 'node:util';
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { type RedactRule, wellKnownSecrets } from '@holdfast/tools';
import { type ConfigOptions, configFiles, mcpClients, printConfig } from './print-config.ts';
import { serveHttp } from './serve-http.ts';
import { serveStdio } from './serve-stdio.ts';
import { version } from './version.ts';

const helpFor = (name: string): string => `${name}: live bash, Python and Node sessions for MCP clients

  ${name}                        serve over standard input and output
  ${name} --http                 serve over streamable HTTP, on 127.0.0.1
  ${name} --print-config CLIENT  print what to paste: ${mcpClients.join(', ')}

  --cwd DIR            working directory of new sessions (default: the current one)
  --timeout MS         limit of a command (default 30000; 0: none)
  --redact NAME        keep the value of this environment variable from the client (may be repeated)
  --redact-known       keep keys of well-known services from the client
  --max-characters N   length of an output in an answer (default 30000)

  --host HOST          with --http: address to listen on (default 127.0.0.1)
  --port PORT          with --http: (default 4280; 0: any free one)
  --allow-origin URL   with --http: web page that may call the server (may be repeated)
  HOLDFAST_MCP_TOKEN   with --http: token that clients must send; needed where HOST is not a loopback address

  --version, --help
`;

const parse = (args: string[]) =>
  parseArgs({
    args,
    options: {
      http: { type: 'boolean' },
      'print-config': { type: 'string' },
      cwd: { type: 'string' },
      timeout: { type: 'string' },
      redact: { type: 'string', multiple: true },
      'redact-known': { type: 'boolean' },
      'max-characters': { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'allow-origin': { type: 'string', multiple: true },
      version: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  }).values;

const defaultPort = 4280;

/** For a program that has the server as one of its commands. */
export interface CommandLineOptions {
  /** How it is called, in its help and its messages. Default `holdfast-mcp`. */
  name?: string;
  /** What `--print-config` tells clients to start. Default: see `printConfig`. */
  program?: Pick<ConfigOptions, 'command' | 'args'>;
  /** Default: a manager of its own, which ends with the server. */
  manager?: RuntimeSessionManager;
}

/** Resolves with the exit code: 0, or 2 for a command line that can not be taken, 1 for a server that could not start. */
export const runCommandLine = async (args: string[], options: CommandLineOptions = {}): Promise<number> => {
  const { name = 'holdfast-mcp' } = options;
  try {
    return await run(parse(args), { ...options, name });
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    return isUsageError(error) ? 2 : 1;
  }
};

class UsageError extends Error {}

const isUsageError = (error: unknown): boolean =>
  error instanceof UsageError ||
  (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));

const run = async (
  values: ReturnType<typeof parse>,
  { name, program, manager }: CommandLineOptions & { name: string },
): Promise<number> => {
  if (values.help || values.version) {
    process.stdout.write(values.help ? helpFor(name) : `${version}\n`);
    return 0;
  }
  if (values['print-config'] !== undefined) return printFor(values['print-config'], program);
  const rules: RedactRule[] = [...(values.redact ?? []), ...(values['redact-known'] ? wellKnownSecrets : [])];
  const maxCharacters = numberOf('--max-characters', values['max-characters']);
  const timeoutMs = numberOf('--timeout', values.timeout);
  const shared = {
    redact: rules,
    ...(manager ? { manager } : {}),
    sessionDefaults: {
      ...(values.cwd ? { cwd: values.cwd } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
    ...(maxCharacters === undefined ? {} : { maxCharacters }),
  };
  if (!values.http) {
    const stopped = stopSignal();
    const service = await serveStdio(shared);
    await Promise.race([service.closed, stopped]);
    await service.close();
    return 0;
  }
  // Before anybody can know that there is something to stop.
  const stopped = stopSignal();
  const token = process.env.HOLDFAST_MCP_TOKEN;
  const service = await serveHttp({
    ...shared,
    ...(values.host ? { host: values.host } : {}),
    port: numberOf('--port', values.port) ?? defaultPort,
    ...(token ? { token } : {}),
    allowedOrigins: values['allow-origin'] ?? [],
    onError: ({ stack }) => process.stderr.write(`${name}: ${stack}\n`),
  });
  process.stderr.write(`${name}: listening on ${service.url}\n`);
  await stopped;
  await service.close();
  return 0;
};

const printFor = (name: string, program?: CommandLineOptions['program']): number => {
  const client = mcpClients.find((known) => known === name);
  if (!client) throw new UsageError(`there is no client ${name}: ${mcpClients.join(', ')}`);
  process.stdout.write(`${printConfig(client, program)}\n`);
  // Beside the text, so that it can go into a file as it is.
  process.stderr.write(`Put this into ${configFiles[client]}.\n`);
  return 0;
};

const numberOf = (option: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text)) throw new UsageError(`${option} takes a number, not ${text}`);
  return Number(text);
};

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
