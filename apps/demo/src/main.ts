#!/usr/bin/env node
/** `npm start`. Reads the command line, picks a face, plays the demo, and tells by its exit code how it went. */
import { constants } from 'node:os';
import { type Arguments, parseArguments, usage } from './arguments.ts';
import type { Face } from './face/face.ts';
import { jsonFace } from './face/json.ts';
import { plainFace } from './face/plain.ts';
import { exitCodeOf } from './report.ts';
import { runDemo } from './run-demo.ts';
import { allScenarios } from './scenarios/all-scenarios.ts';

const { stdin, stdout, stderr, env } = process;

const main = async (): Promise<number> => {
  let chosen: Arguments;
  try {
    chosen = parseArguments(process.argv.slice(2), { env, isTerminal: stdout.isTTY === true });
  } catch (error) {
    stderr.write(`${(error as Error).message}\nTry --help.\n`);
    return 2;
  }
  if (chosen.help) {
    stdout.write(usage);
    return 0;
  }
  return play(chosen);
};

const play = async ({ face: wanted, paceMs }: Arguments): Promise<number> => {
  const stopping = new AbortController();
  const stopWith = stopOnSignals(stopping);
  const face = await openFace(wanted, () => stopWith('SIGINT'));
  try {
    const report = await runDemo({
      scenarios: allScenarios(paceMs),
      paceMs,
      emit: face.take,
      signal: stopping.signal,
    });
    return report.stopped ? exitCodeAfter(stopping.signal.reason as Stop) : exitCodeOf(report);
  } finally {
    face.close();
  }
};

type Stop = 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGPIPE';

/** The first asks for an orderly end. Who asks again does not want to wait: what is left is reaped. */
const stopOnSignals = (stopping: AbortController): ((stop: Stop) => void) => {
  const stopWith = (stop: Stop): void => {
    if (stopping.signal.aborted) process.exit(exitCodeAfter(stop));
    stopping.abort(stop);
  };
  for (const stop of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(stop, () => stopWith(stop));
  // `npm start -- --json | head`: nobody reads any more.
  stdout.on('error', () => {
    if (!stopping.signal.aborted) stopWith('SIGPIPE');
  });
  return stopWith;
};

/** As a shell tells that a program died of a signal. */
const exitCodeAfter = (stop: Stop): number => 128 + constants.signals[stop];

const openFace = async (wanted: Arguments['face'], onStop: () => void): Promise<Face> => {
  const write = (text: string): void => void stdout.write(text);
  if (wanted === 'json') return jsonFace(write);
  if (wanted === 'plain') return plainFace(write);
  // Ink and React are loaded only where they draw; React's checks for developers double the cost of a frame.
  env.NODE_ENV ??= 'production';
  const { terminalFace } = await import('./face/terminal.tsx');
  return terminalFace({ stdin, stdout, env, onStop });
};

process.exitCode = await main();
