/** Passes this program's standard input on to a command, piece by piece, in order. */
import type { Target } from '../target.ts';
import { send } from './request.ts';

/** @returns what stops reading: the command is over */
export const sendStdin = (target: Target, session: string, commandId: string): { stop(): void } => {
  const { stdin } = process;
  const path = `/v1/sessions/${encodeURIComponent(session)}/commands/${commandId}/stdin`;
  const write = async (body: Uint8Array, query: string): Promise<void> => {
    await (await send(target, { method: 'POST', path: `${path}${query}`, body })).text();
  };
  const pump = async (): Promise<void> => {
    for await (const piece of stdin) await write(piece as Buffer, '');
    await write(Buffer.alloc(0), '?end=true');
  };
  // The command is over and takes no more: its result is what counts.
  pump().catch(() => undefined);
  return {
    stop() {
      stdin.destroy();
    },
  };
};
