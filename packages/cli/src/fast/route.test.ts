/** What `exec` sends without the client is what the daemon's table of routes says. */
import { httpRoutes } from '@holdfast/protocol';
import { expect, it } from 'vitest';
import { parseExec } from './exec-arguments.ts';
import { bodyOf } from './exec-body.ts';

it('its body is one of the route’s', () => {
  const request = parseExec(['s', '-l', 'node', '-t', '1s', '--cwd', '/', '-e', 'A=1', '--', 'f()']);
  if (!request) throw new Error('that was no call for help');
  const id = 'cmd_00000000000000000000';
  const body: unknown = JSON.parse(bodyOf(request, 'f()', id, { encoding: 'bytes', stdin: { open: true } }));
  expect(httpRoutes.exec.body.parse(body)).toEqual({
    command: 'f()',
    commandId: id,
    language: 'node',
    timeoutMs: 1_000,
    cwd: '/',
    env: { A: '1' },
    encoding: 'bytes',
    stdin: { open: true },
  });
});

it('its paths are those of the routes', () => {
  const { exec, interruptCommand, killCommand, cancelCommand, writeStdin } = httpRoutes;
  expect(
    [exec, interruptCommand, killCommand, cancelCommand, writeStdin].map(
      ({ method, path }) => `${method} ${path}`,
    ),
  ).toEqual([
    'POST /v1/sessions/:session/exec',
    'POST /v1/sessions/:session/commands/:command/interrupt',
    'POST /v1/sessions/:session/commands/:command/kill',
    'POST /v1/sessions/:session/commands/:command/cancel',
    'POST /v1/sessions/:session/commands/:command/stdin',
  ]);
});
