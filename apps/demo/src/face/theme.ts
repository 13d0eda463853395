/** Colours and signs. Every colour has a sign or a word beside it that says the same. */
import type { SessionStatus } from 'holdfast';
import type { StepMark } from '../board.ts';
import type { Tone } from '../summary.ts';

export interface Theme {
  status: Record<SessionStatus, string | undefined>;
  tone: Record<Tone, string | undefined>;
}

// Okabe and Ito's palette: told apart with every kind of colour blindness, on dark and on light.
const orange = '#E69F00';
const skyBlue = '#56B4E9';
const green = '#009E73';
const vermilion = '#D55E00';
const purple = '#CC79A7';
const grey = '#888888';

/** @param env - `NO_COLOR` with any text in it turns colours off */
export const createTheme = (env: NodeJS.ProcessEnv): Theme => {
  const ink = (colour: string): string | undefined => (env.NO_COLOR ? undefined : colour);
  return {
    status: {
      spawning: ink(grey),
      idle: ink(skyBlue),
      busy: ink(orange),
      resetting: ink(purple),
      terminated: ink(grey),
    },
    tone: { plain: undefined, good: ink(green), bad: ink(vermilion), strong: undefined, quiet: ink(grey) },
  };
};

export const statusSigns: Record<SessionStatus, string> = {
  spawning: '◌',
  idle: '○',
  busy: '●',
  resetting: '↻',
  terminated: '×',
};

export const stepSigns: Record<StepMark, string> = { waiting: '·', running: '▸', held: '✓', failed: '✗' };

export const stepTones: Record<StepMark, Tone> = {
  waiting: 'quiet',
  running: 'strong',
  held: 'good',
  failed: 'bad',
};

/** Waiting commands as marks, as many as there is room for. */
export const queueBar = (length: number, room: number): string =>
  '▮'.repeat(Math.min(length, Math.max(0, room)));
