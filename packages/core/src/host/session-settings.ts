/** Checks a session's configuration and fills in its defaults. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type HostId,
  InvalidOptionsError,
  type LanguageDescriptor,
  type SessionConfig,
  type SessionId,
  type SessionSettings,
  sessionConfigSchema,
} from '@holdfast/protocol';
import { selectEnvironment } from './environment.ts';

/** Milliseconds. */
export const defaultTimeoutMs = 30_000;
const defaultIdleTimeoutMs = 30 * 60_000;
const defaultMaxHistorySize = 100;
const defaultMaxQueue = 10_000;
const defaultMaxOutputBytes = 10 * 1024 * 1024;
const defaultSpawnRetries = 3;

export interface SettingsContext {
  hostId: HostId;
  languages: LanguageDescriptor[];
  /** Private to this host process. */
  tmpDir: string;
  /** Somebody listens to the manager's events. */
  listened: boolean;
  createSessionId(workspaceId: string): SessionId;
}

/** @throws INVALID_OPTIONS with every problem named */
export const resolveSettings = (
  workspaceId: string,
  config: SessionConfig,
  { hostId, languages, tmpDir, listened, createSessionId }: SettingsContext,
): SessionSettings => {
  const parsed = sessionConfigSchema.safeParse(config);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join('.') || 'config'}: ${message}`,
    );
    throw new InvalidOptionsError(`Session ${workspaceId} can not be opened: ${problems.join('; ')}`, {
      data: { workspaceId, problems },
    });
  }
  const language = config.language ?? languages[0]?.language;
  if (!language || !languages.some((known) => known.language === language)) {
    const known = languages.map((descriptor) => descriptor.language).join(', ') || 'none';
    throw new InvalidOptionsError(
      `Session ${workspaceId} can not be opened: language ${language ?? '(none)'} is not among the manager's (${known})`,
      { data: { workspaceId, language } },
    );
  }
  const sessionId = createSessionId(workspaceId);
  const spillDir = spillFolder(config.spillOutput, sessionId);
  return {
    sessionId,
    workspaceId,
    hostId,
    languages,
    language,
    ...(config.shell ? { shell: config.shell } : {}),
    cwd: resolve(config.cwd ?? process.cwd()),
    env: selectEnvironment(process.env, config.inheritEnv ?? false, config.env ?? {}),
    share: { cwd: config.share?.cwd ?? true, env: config.share?.env ?? true },
    setup: (config.setup ?? []).map((entry) =>
      typeof entry === 'string'
        ? { code: entry, language }
        : { code: entry.command, language: entry.language ?? language },
    ),
    idleTimeoutMs: config.idleTimeoutMs ?? defaultIdleTimeoutMs,
    maxHistorySize: config.maxHistorySize ?? defaultMaxHistorySize,
    maxQueue: config.maxQueue ?? defaultMaxQueue,
    maxOutputBytes: config.maxOutputBytes ?? defaultMaxOutputBytes,
    ...(spillDir ? { spillDir } : {}),
    spawnRetries: defaultSpawnRetries,
    listened,
    scratchDir: join(tmpDir, sessionId),
  };
};

/** Outputs outlive the session: whoever asked for them reads them when it suits. */
const spillFolder = (spill: boolean | string | undefined, sessionId: string): string | undefined => {
  if (!spill) return undefined;
  return typeof spill === 'string' ? resolve(spill) : join(tmpdir(), `holdfast-output-${sessionId}`);
};
