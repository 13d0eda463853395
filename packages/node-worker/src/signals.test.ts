/**
 * What is asked of a stuck command comes by two ways, as a call and as a signal, and either may be late. Here a test
 * sends both itself.
 */
import { describe, expect, it } from 'vitest';
import { withBareKernel } from './testing/bare-kernel.ts';

const tellsOfInterrupt = 'process.on("SIGINT", () => console.log("told"));';
const ends =
  'await new Promise((resolve) => process.once("SIGUSR2", () => { console.log("ends"); resolve() }))';
const busy = 'setTimeout(() => { console.log("busy"); for (;;); }, 1);';
const interrupted = { exitCode: 130, error: { name: 'Interrupted' } };

describe('a step', () => {
  it('is each call, also when two arrive together', () =>
    withBareKernel(async ({ api, run, printed }) => {
      const reply = run(`${tellsOfInterrupt} console.log("begun"); ${ends}`);
      await printed('begun');
      await Promise.all([api.interrupt(), api.interrupt()]);
      expect(await reply).toMatchObject(interrupted);
      await printed('told');
    }));

  it('is a signal and the call that is read after it', () =>
    withBareKernel(async ({ api, run, signal, printed }) => {
      const reply = run(`${tellsOfInterrupt} ${busy} ${ends}`);
      await printed('busy');
      signal('SIGINT');
      await printed('told');
      await api.interrupt();
      signal('SIGUSR2');
      expect(await reply).toEqual({ exitCode: 0 });
    }));

  it('is a call and the signal that comes after it', () =>
    withBareKernel(async ({ api, run, signal, printed }) => {
      const reply = run(`process.on("SIGINT", () => { ${busy} }); console.log("begun"); ${ends}`);
      await printed('begun');
      await api.interrupt();
      await printed('busy');
      signal('SIGINT');
      signal('SIGUSR2');
      await printed('ends');
      expect(await reply).toEqual({ exitCode: 0 });
    }));

  it('is the call that comes after both of the one before', () =>
    withBareKernel(async ({ api, run, signal, printed }) => {
      const reply = run(`${tellsOfInterrupt} ${busy} ${ends}`);
      await printed('busy');
      signal('SIGINT');
      await printed('told');
      await Promise.all([api.interrupt(), api.interrupt()]);
      expect(await reply).toMatchObject(interrupted);
    }));

  it('is a signal that the command sent itself, which no call follows', () =>
    withBareKernel(async ({ api, run, printed }) => {
      const reply = run(
        `${tellsOfInterrupt} setTimeout(() => process.kill(process.pid, "SIGINT"), 1); ${ends}`,
      );
      await printed('told');
      await api.interrupt();
      expect(await reply).toMatchObject(interrupted);
    }));
});

it('does not end a command with a signal that was sent for the one before', () =>
  withBareKernel(async ({ run, signal }) => {
    const working = 'const until = performance.now() + 5; while (performance.now() < until); "done"';
    for (let round = 0; round < 50; round += 1) {
      signal('SIGINT');
      expect(await run(working, { signalsBefore: 1 })).toMatchObject({ exitCode: 0 });
    }
  }));
