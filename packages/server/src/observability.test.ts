/** What the daemon tells about itself: figures, spans, its log, the files of a session. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createLogger } from './log.ts';
import { type DaemonBench, startBench, testToken } from './testing/daemon-bench.ts';

// What is waited for happens; when, is up to the machine.
const patience = { timeout: 60_000 };

const benches: DaemonBench[] = [];
const start = async (...options: Parameters<typeof startBench>): Promise<DaemonBench> => {
  const bench = await startBench(...options);
  benches.push(bench);
  return bench;
};
afterEach(async () => {
  for (const bench of benches.splice(0)) await bench.end();
});

describe('figures', () => {
  it('count what was run, by language and outcome', async () => {
    const { ask, openSession } = await start();
    const { path } = await openSession();
    const exec = (body: Record<string, unknown>) => ask('POST', `${path}/exec`, { body });
    await exec({ command: 'printf 12345; printf 123 >&2' });
    await exec({ command: 'exit 3' });
    await exec({ command: 'sleep 100', timeoutMs: 500 });
    await exec({ command: 'kill -KILL $$' });
    await exec({ command: '1', language: 'python' });
    const figures = await metricsOf(await ask('GET', '/metrics'));
    expect(figures).toMatchObject({
      'holdfast_sessions{state="idle"}': 1,
      'holdfast_sessions{state="busy"}': 0,
      holdfast_queue_length: 0,
      holdfast_session_threads: 1,
      'holdfast_commands_total{language="bash",outcome="success"}': 1,
      'holdfast_commands_total{language="bash",outcome="failure"}': 3,
      'holdfast_commands_total{language="python",outcome="success"}': 1,
      'holdfast_command_duration_seconds_count{language="bash"}': 4,
      'holdfast_command_timeouts_total{language="bash"}': 1,
      'holdfast_kernel_restarts_total{language="bash"}': 1,
      'holdfast_output_bytes_total{stream="stdout"}': 5,
      'holdfast_output_bytes_total{stream="stderr"}': 3,
    });
    expect(figures).toHaveProperty('process_cpu_seconds_total');
  });
});

describe('spans', () => {
  const exporter = new InMemorySpanExporter();
  afterAll(() => {
    trace.disable();
    context.disable();
  });

  it('are one per command, under the caller’s, where an SDK is registered', async () => {
    trace.setGlobalTracerProvider(
      new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
    );
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator({
      inject: () => undefined,
      fields: () => ['traceparent'],
      extract(parent, carrier) {
        const [, traceId = '', spanId = ''] = String((carrier as Record<string, string>).traceparent).split(
          '-',
        );
        return trace.setSpanContext(parent, { traceId, spanId, traceFlags: 1, isRemote: true });
      },
    });
    const { ask, openSession } = await start();
    const { path, id } = await openSession();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const { json } = await ask('POST', `${path}/exec`, {
      body: { command: 'exit 4' },
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
    });
    await ask('POST', `${path}/eval`, { body: { command: '1', language: 'bash' } });
    const [span, refused] = exporter.getFinishedSpans();
    expect(span?.name).toBe('holdfast.command');
    expect([span?.spanContext().traceId, span?.parentSpanContext?.spanId]).toEqual([
      traceId,
      'b7ad6b7169203331',
    ]);
    expect(span?.attributes).toMatchObject({
      'holdfast.session.id': id,
      'holdfast.command.id': json.commandId,
      'holdfast.language': 'bash',
      'holdfast.exit_code': 4,
      'holdfast.success': false,
      'holdfast.timed_out': false,
    });
    expect(refused?.status).toEqual({ code: 2, message: 'INVALID_COMMAND' });
  });
});

describe('the log', () => {
  it('is JSON lines, and knows neither tokens nor code nor environments', async () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
    const bench = await start({ logger, tcp: {}, token: testToken });
    const url = bench.daemon.address.url ?? '';
    const { path } = await bench.openSession({ env: { KEY: 'hush-env' } });
    const headers = { authorization: `Bearer ${testToken}` };
    await bench.ask('POST', `${path}/exec`, { url, headers, body: { command: 'echo hush-code' } });
    await bench.ask('GET', '/v1/sessions?token=hush-query', {
      url,
      headers: { authorization: 'Bearer hush-wrong' },
    });
    logger.info({ token: 'hush-own', headers: { authorization: 'hush-own' } }, 'of the host app');
    await bench.daemon.close();
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        'listening',
        'session opened',
        'command started',
        'command finished',
        'request',
        'closing',
        'session ended',
        'closed',
      ]),
    );
    expect(lines.join('')).not.toMatch(/hush/);
    expect(lines.join('')).not.toContain(testToken);
  });
});

describe('a session’s folder', () => {
  it('tells what a person wants to know', async () => {
    const { openSession, ask, daemon } = await start({ redact: { values: ['hunter2-hunter2'] } });
    const { path, id, cwd, folder } = await openSession();
    expect(folder).toBe(join(cwd, '.sessions', id));
    await ask('POST', `${path}/exec`, { body: { command: 'cd /usr; export KEY=hunter2-hunter2' } });
    await ask('POST', `${path}/exec`, { body: { command: 'exit 3' } });
    await ask('POST', `${path}/exec`, { body: { command: 7 } });
    const blocked = ask('POST', `${path}/exec`, { body: { command: 'sleep 1000' } });
    await expect
      .poll(() => readJson(folder, 'state.json'), patience)
      .toMatchObject({ commands: [{ language: 'bash' }] });
    await ask('DELETE', path);
    await blocked;
    // All is written by then.
    await daemon.close();
    expect(readJson(folder, 'metadata.json')).toEqual({
      session_id: id,
      workspace_id: 'workspace 1',
      command: 'bash',
      created_at: expect.stringMatching(/Z$/),
      last_executed_at: expect.stringMatching(/Z$/),
      status: 'terminated',
      work_dir: cwd,
      execution_count: 3,
    });
    expect(readJson(folder, 'state.json')).toMatchObject({
      working_dir: '/usr',
      status: 'terminated',
      commands: [],
    });
    const lines = readFileSync(join(folder, 'history.log'), 'utf8').trimEnd().split('\n');
    expect(
      lines.map((line) => JSON.parse(line)).map(({ command, exit_code }) => [command, exit_code]),
    ).toEqual([
      ['cd /usr; export KEY=[redacted]', 0],
      ['exit 3', 3],
      ['sleep 1000', expect.anything()],
    ]);
    for (const name of ['.', 'metadata.json', 'state.json', 'history.log', 'accepted.log']) {
      expect(statSync(join(folder, name)).mode & 0o777).toBe(name === '.' ? 0o700 : 0o600);
    }
    expect(readFileSync(join(cwd, '.sessions', '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('is where it was asked for, or with the daemon’s own files where it can not be', async () => {
    const elsewhere = await start();
    const root = join(elsewhere.folder, 'all-sessions');
    const { openSession } = await start({ sessionsDir: root });
    const { id, folder } = await openSession();
    expect(folder).toBe(join(root, id));
    writeFileSync(join(elsewhere.folder, 'taken'), '');
    const bench = await start({ sessionsDir: join(elsewhere.folder, 'taken') });
    const fallback = await bench.openSession();
    expect(fallback.folder).toBe(join(`${bench.socketPath}.state`, 'sessions', fallback.id));
  });
});

const metricsOf = ({ text }: { text: string }): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );

const readJson = (folder: string, name: string): unknown =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));
