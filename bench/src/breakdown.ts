/** The journey of one command in steps: differences of what the subjects of `hops` took. */
import type { GroupResult } from './results.ts';

export interface Step {
  name: string;
  /** Milliseconds; below zero where the difference drowned in noise. */
  ms: number;
}

/** Names of the subjects that the steps are made of. */
export const threadHopName = 'message to an empty thread and back';
export const insideThreadName = 'Holdfast, inside the session thread (durationMs)';
export const drivenKernelName = 'kernel, driven without a thread';

/** Empty when a part was not measured. */
export const breakDown = ({ subjects }: GroupResult): Step[] => {
  const p50 = (isIt: (name: string) => boolean): number =>
    subjects.find(({ name }) => isIt(name))?.p50 ?? Number.NaN;
  const bare = p50((name) => name.startsWith('bare ') && name.endsWith(' loop'));
  const capturing = p50((name) => name.endsWith('that captures output'));
  const kernel = p50((name) => name.endsWith(drivenKernelName));
  const hop = p50((name) => name === threadHopName);
  const inside = p50((name) => name === insideThreadName);
  const whole = p50((name) => name === 'Holdfast');
  const steps = [
    { name: 'the language and two pipes, bare', ms: bare },
    { name: 'stdout and stderr of its own for the command', ms: capturing - bare },
    { name: 'what the kernel and its driver take care of', ms: kernel - capturing },
    { name: 'session thread: pipes leased, drained, outcome made', ms: inside - kernel },
    { name: 'a message to the thread and one back', ms: hop },
    { name: 'host: checks, envelope, queue, states, result', ms: whole - inside - hop },
  ];
  return steps.every(({ ms }) => Number.isFinite(ms)) ? steps : [];
};
