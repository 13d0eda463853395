/** `holdfast diagram`: the machines as they are in the code that runs. */
import { describeKernelMachine, describeSessionMachine, toMermaid } from 'holdfast';
import { usageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { printJson } from '../output.ts';

/** A document: what it is does not depend on whether a terminal reads it. */
export const diagram = async (
  machine: string,
  { mermaid, json }: { mermaid?: boolean; json?: boolean },
): Promise<number> => {
  if (mermaid && json) throw usageError('Either --mermaid or --json.');
  if (machine !== 'session' && machine !== 'kernel')
    throw usageError('There are two machines: session and kernel.');
  const description = machine === 'session' ? describeSessionMachine() : describeKernelMachine();
  if (json) printJson(description);
  else process.stdout.write(toMermaid(description));
  return exitCodes.ok;
};
