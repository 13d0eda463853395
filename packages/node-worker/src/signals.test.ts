/**
 * What a kernel makes of SIGINT, whenever it comes. What is asked of a stuck command comes by two ways, as a call and as
 * a signal, and either may be late: here a test sends both itself.
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
      await printed('told\ntold');
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

it('leaves the other immediates and timers alive, wherever a signal ends one of them', () =>
  withBareKernel(async ({ run, signal }) => {
    await run(`let round = 0, turns = [];
      const startAll = () => {
        const mine = ++round;
        turns = [0, 0, 0, 0, 0, 0];
        for (const place of [0, 1, 2]) {
          (function next() { turns[place]++; if (mine === round) setImmediate(next) })();
          const beat = setInterval(() => { turns[place + 3]++; if (mine !== round) clearInterval(beat) }, 1);
        }
      };
      const countAlive = async () => {
        const before = [...turns];
        await new Promise((resolve) => setTimeout(resolve, 10));
        await new Promise((resolve) => setImmediate(resolve));
        return turns.filter((turn, place) => turn > before[place]).length;
      }`);
    for (let round = 0; round < 40; round += 1) {
      await run('startAll()');
      signal('SIGINT');
      // The signal ends one thing: this command, or what one before it left running.
      await run('await countAlive()');
      const alive = await run('await countAlive()', { signalsBefore: 1 });
      expect(Number(alive.result?.text)).toBeGreaterThanOrEqual(5);
    }
  }));
