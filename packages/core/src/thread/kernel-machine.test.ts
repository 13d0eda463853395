import { describe, expect, it, vi } from 'vitest';
import { createActor } from 'xstate';
import { stateName } from './inspection-recorder.ts';
import { type KernelEvent, kernelMachine } from './kernel-machine.ts';
import { createBlankCommand } from './pending-command.ts';

const command = createBlankCommand('bash');

const start = (retries = 0) => {
  const asked: string[] = [];
  const names = [
    'launch',
    'begin',
    'climbLadder',
    'kill',
    'stop',
    'abandonCommand',
    'reportReady',
    'reportLaunchFailed',
    'reportDied',
  ] as const;
  const actions = Object.fromEntries(names.map((name) => [name, () => void asked.push(name)]));
  const actor = createActor(kernelMachine.provide({ actions }), { input: { language: 'bash', retries } });
  actor.start();
  const send = (...events: KernelEvent[]): void => events.forEach((event) => actor.send(event));
  return { asked, send, state: () => stateName(actor.getSnapshot().value) };
};

const run: KernelEvent = { type: 'RUN', command };
const launched: KernelEvent = { type: 'LAUNCHED' };
const launchFailed: KernelEvent = { type: 'LAUNCH_FAILED', error: new Error('no') };
const died: KernelEvent = { type: 'DIED', reason: 'killed' };

describe('kernel machine', () => {
  it('starts on first use and runs what it was started for', () => {
    const { send, asked, state } = start();
    send(run);
    expect(state()).toBe('starting.launching');
    send(launched);
    expect({ state: state(), asked }).toEqual({
      state: 'running',
      asked: ['launch', 'reportReady', 'begin'],
    });
    send({ type: 'FINISHED' });
    expect(state()).toBe('ready');
  });

  it('tries again with growing pauses, then gives up', () => {
    vi.useFakeTimers();
    try {
      const { send, asked, state } = start(2);
      send({ type: 'START' }, launchFailed);
      expect(state()).toBe('starting.backoff');
      vi.advanceTimersByTime(99);
      expect(state()).toBe('starting.backoff');
      vi.advanceTimersByTime(1);
      expect(state()).toBe('starting.launching');
      send(launchFailed);
      vi.advanceTimersByTime(199);
      expect(state()).toBe('starting.backoff');
      vi.advanceTimersByTime(1);
      send(launchFailed);
      expect({ state: state(), asked }).toEqual({
        state: 'dead',
        asked: ['launch', 'launch', 'launch', 'reportLaunchFailed'],
      });
      send(run, launched);
      expect(state()).toBe('running');
    } finally {
      vi.useRealTimers();
    }
  });

  it('lets go of a command that is stopped before the kernel is up', () => {
    const { send, asked, state } = start();
    send(run, { type: 'INTERRUPT' }, launched);
    expect({ state: state(), asked }).toEqual({
      state: 'ready',
      asked: ['launch', 'abandonCommand', 'reportReady'],
    });
  });

  it('climbs the ladder once and is dead or ready afterwards', () => {
    const first = start();
    first.send(run, launched, { type: 'INTERRUPT' }, { type: 'INTERRUPT' }, { type: 'FINISHED' });
    expect(first.asked.filter((name) => name === 'climbLadder')).toHaveLength(1);
    expect(first.state()).toBe('ready');
    const second = start();
    second.send(run, launched, { type: 'INTERRUPT' }, { type: 'KILL' }, died);
    expect(second.state()).toBe('dead');
    expect(second.asked.slice(-2)).toEqual(['kill', 'reportDied']);
  });

  it('stops from every state', () => {
    const ways: KernelEvent[][] = [
      [{ type: 'START' }],
      [run],
      [run, launched],
      [{ type: 'START' }, launched],
    ];
    for (const way of ways) {
      const { send, asked, state } = start();
      send(...way, { type: 'STOP' }, died);
      expect({ state: state(), stopped: asked.includes('stop') }).toEqual({ state: 'dead', stopped: true });
    }
  });
});
