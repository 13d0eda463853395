/** The official conformance suite, as a program, against servers of this package. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serveHttp } from './serve-http.ts';
import { addConformanceFixtures } from './testing/conformance-fixtures.ts';

const require = createRequire(import.meta.url);
const suiteDir = dirname(require.resolve('@modelcontextprotocol/conformance/package.json'));
const program = join(suiteDir, 'dist/index.js');
const timeout = 120_000;

/** Each scenario's counts as its summary tells them: `3 passed, 0 failed`. */
const run = async (args: string[]): Promise<Record<string, string>> => {
  // It writes reports where it is started.
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-conformance-'));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'server', ...args], {
      cwd: dir,
    }).catch((failed: { stdout: string }) => failed);
    const lines = stdout.matchAll(/^. ([a-z0-9-]+): (\d+ passed, \d+ failed)/gm);
    return Object.fromEntries([...lines].map(([, name = '', counts = '']) => [name, counts]));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
};

/** Scenarios that ask for nothing but what every server has. */
const withoutFixtures = {
  'server-initialize': 1,
  'logging-set-level': 1,
  ping: 1,
  'tools-list': 1,
  'resources-list': 1,
  'resources-subscribe': 1,
  'resources-unsubscribe': 1,
  'prompts-list': 1,
  'server-sse-multiple-streams': 2,
  'dns-rebinding-protection': 2,
};

const withFixtures = {
  ...withoutFixtures,
  'completion-complete': 1,
  'tools-call-simple-text': 1,
  'tools-call-image': 1,
  'tools-call-audio': 1,
  'tools-call-embedded-resource': 1,
  'tools-call-mixed-content': 1,
  'tools-call-with-logging': 1,
  'tools-call-error': 1,
  'tools-call-with-progress': 1,
  'tools-call-sampling': 1,
  'tools-call-elicitation': 1,
  'json-schema-2020-12': 4,
  'elicitation-sep1034-defaults': 5,
  'elicitation-sep1330-enums': 5,
  'server-sse-polling': 3,
  'resources-read-text': 1,
  'resources-read-binary': 1,
  'resources-templates-read': 1,
  'prompts-get-simple': 1,
  'prompts-get-with-args': 1,
  'prompts-get-embedded-resource': 1,
  'prompts-get-with-image': 1,
};

const passed = (checks: Record<string, number>): Record<string, string> =>
  Object.fromEntries(Object.entries(checks).map(([name, count]) => [name, `${count} passed, 0 failed`]));

describe('the MCP conformance suite', () => {
  it(
    'passes every scenario, with its fixtures on a server of this package',
    async () => {
      const service = await serveHttp({ configure: addConformanceFixtures });
      try {
        expect(await run(['--url', service.url, '--suite', 'all'])).toEqual(passed(withFixtures));
      } finally {
        await service.close();
      }
    },
    timeout,
  );

  it(
    'passes every scenario that needs no fixture, on the server as it is',
    async () => {
      const service = await serveHttp();
      try {
        expect(await run(['--url', service.url, '--suite', 'all'])).toMatchObject(passed(withoutFixtures));
      } finally {
        await service.close();
      }
    },
    timeout,
  );
});
