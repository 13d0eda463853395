/** Ctrl-C while a command runs: the command is interrupted, not only this program. */
import { exitCodes } from '../exit-codes.ts';
import type { Target } from '../target.ts';
import { send } from './request.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** First asks, then kills, then leaves. @returns what ends that */
export const onStopSignals = (target: Target, session: string, commandId: string): (() => void) => {
  let count = 0;
  const stop = async (): Promise<void> => {
    count += 1;
    if (count > 2) process.exit(exitCodes.interrupted);
    if (count === 2) await ask(target, session, commandId, 'kill');
    else await stopCommand(target, session, commandId);
  };
  const onSignal = (): void => {
    // It has just ended, or was never accepted: its answer tells.
    stop().catch(() => undefined);
  };
  for (const signal of signals) process.on(signal, onSignal);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
};

/** Interrupts it if it runs, takes it out of the queue if it waits. */
export const stopCommand = async (target: Target, session: string, commandId: string): Promise<void> => {
  const answer = await ask(target, session, commandId, 'interrupt');
  if (!answer.includes('"interrupted"')) await ask(target, session, commandId, 'cancel');
};

const ask = async (target: Target, session: string, commandId: string, action: string): Promise<string> => {
  const path = `/v1/sessions/${encodeURIComponent(session)}/commands/${commandId}/${action}`;
  return (await send(target, { method: 'POST', path })).text();
};
