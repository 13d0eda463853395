/**
 * Runs the machines with nothing behind them, before there is a session: what V8 does the first time that code runs
 * is then done (2 of the 5 ms that a session in a warm thread took).
 */
import type { Language, SessionId } from '@holdfast/protocol';
import { createActor } from 'xstate';
import { createCommandQueue } from './command-queue.ts';
import { createInspectionRecorder } from './inspection-recorder.ts';
import { kernelMachine } from './kernel-machine.ts';
import { createBlankCommand, type PendingCommand } from './pending-command.ts';
import { sessionMachine } from './session-machine.ts';

/** Enough for V8 to know the shapes of what passes by. */
const rounds = 5;

/** A session of commands that nobody runs. */
export const rehearse = (language: Language): void => {
  const { observe } = createInspectionRecorder('sess_rehearsal' as SessionId, () => undefined);
  const queue = createCommandQueue<PendingCommand>(1);
  const machine = observe(sessionMachine.provide({ actors: { kernel: observe(kernelMachine) } }));
  const actor = createActor(machine, { input: { language, spawnRetries: 0, queue } });
  actor.start();
  const kernel = actor.getSnapshot().context.kernels[language];
  kernel?.send({ type: 'LAUNCHED' });
  actor.send({ type: 'KERNEL.READY', language });
  for (let round = 0; round < rounds; round += 1) {
    const command = createBlankCommand(language);
    queue.add(command);
    actor.send({ type: 'EXEC', command });
    kernel?.send({ type: 'FINISHED' });
    actor.send({ type: 'COMMAND.SETTLED', id: command.id });
  }
  actor.stop();
};
