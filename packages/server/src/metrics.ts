/** Figures for Prometheus. */
import type { SessionEvent, SessionMessage, SessionStatus } from '@holdfast/protocol';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BytesResult, ServedCommand } from './sessions/served-command.ts';
import { errorCodeOf } from './sessions/served-command.ts';

export interface Metrics {
  readonly contentType: string;
  render(): Promise<string>;
  settled(command: ServedCommand, answer: { output: BytesResult } | { error: unknown }): void;
  takeEvent(event: SessionEvent): void;
}

const statuses: readonly SessionStatus[] = ['spawning', 'idle', 'busy', 'resetting', 'terminated'];
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

export const createMetrics = (listSessions: () => SessionMessage[]): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: 'holdfast_sessions',
    help: 'Live sessions by state.',
    labelNames: ['state'],
    registers,
    collect() {
      const sessions = listSessions();
      for (const state of statuses) {
        this.set({ state }, sessions.filter(({ status }) => status === state).length);
      }
    },
  });
  new Gauge({
    name: 'holdfast_queue_length',
    help: 'Commands that wait, in all sessions.',
    registers,
    collect() {
      this.set(listSessions().reduce((sum, { queueLength }) => sum + queueLength, 0));
    },
  });
  new Gauge({
    name: 'holdfast_session_threads',
    help: 'Worker threads that hold a session.',
    registers,
    collect() {
      this.set(listSessions().filter(({ threadId }) => threadId !== undefined).length);
    },
  });
  const durations = new Histogram({
    name: 'holdfast_command_duration_seconds',
    help: 'Time from a command’s start to its result.',
    labelNames: ['language'],
    buckets: seconds,
    registers,
  });
  const commands = new Counter({
    name: 'holdfast_commands_total',
    help: 'Commands that are over. outcome: success, failure, or the code of the error.',
    labelNames: ['language', 'outcome'],
    registers,
  });
  const timeouts = new Counter({
    name: 'holdfast_command_timeouts_total',
    help: 'Commands that ran into their limit.',
    labelNames: ['language'],
    registers,
  });
  const restarts = new Counter({
    name: 'holdfast_kernel_restarts_total',
    help: 'Kernels started in place of one before.',
    labelNames: ['language'],
    registers,
  });
  const bytes = new Counter({
    name: 'holdfast_output_bytes_total',
    help: 'Output of commands, what was omitted included.',
    labelNames: ['stream'],
    registers,
  });

  return {
    contentType: registry.contentType,
    render: () => registry.metrics(),
    settled({ language }, answer) {
      if ('error' in answer) {
        commands.inc({ language, outcome: errorCodeOf(answer.error) });
        return;
      }
      const { output } = answer;
      commands.inc({ language, outcome: output.success ? 'success' : 'failure' });
      durations.observe({ language }, output.durationMs / 1_000);
      if (output.timedOut) timeouts.inc({ language });
      bytes.inc({ stream: 'stdout' }, output.stdout.length + (output.truncated?.stdoutOmittedBytes ?? 0));
      bytes.inc({ stream: 'stderr' }, output.stderr.length + (output.truncated?.stderrOmittedBytes ?? 0));
    },
    takeEvent(event) {
      if (event.type === 'kernel-started' && event.epoch > 1) restarts.inc({ language: event.language });
    },
  };
};
