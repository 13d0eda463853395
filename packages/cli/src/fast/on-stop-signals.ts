/** Ctrl-C while a command runs: the command is interrupted, not only this program. */
import type { Target } from '../target.ts';
import { send } from './request.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** First asks, then kills, then leaves. @returns what ends that */
export const onStopSignals = (target: Target, session: string, commandId: string): (() => void) => {
  let count = 0;
  const path = (action: string): string =>
    `/v1/sessions/${encodeURIComponent(session)}/commands/${commandId}/${action}`;
  const ask = async (action: string): Promise<string> => {
    const response = await send(target, { method: 'POST', path: path(action) });
    const pieces: Buffer[] = [];
    for await (const piece of response) pieces.push(piece as Buffer);
    return Buffer.concat(pieces).toString('utf8');
  };
  const stop = async (): Promise<void> => {
    count += 1;
    if (count > 2) process.exit(130);
    if (count === 2) await ask('kill');
    // It waits in the queue: take it out.
    else if (!(await ask('interrupt')).includes('"interrupted"')) await ask('cancel');
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
