/** What a scenario is: a session's work as data, with what every command of it must give back. */
import type { Language, SessionConfig } from 'holdfast';

export interface Scenario {
  /** The workspace id, the name on the board, and the folder that the session starts in. */
  name: string;
  /** Of steps that name none. */
  language: Language;
  /** What is proven when every check held: a line of the summary. */
  proves: string;
  config?: Omit<SessionConfig, 'cwd' | 'language'>;
  steps: Step[];
  /** Processes that the language's kernel must have had in the end. Default 1: none was lost. */
  epoch?: number;
}

export type Step = CommandStep | QueueStep | ResetStep;

export interface CommandStep {
  code: string;
  language?: Language;
  timeoutMs?: number;
  /** Interrupt the command once this has appeared in its output. */
  interruptAfter?: string;
  /** Its stdin is open: each text is written once what it answers has appeared in the output. */
  answers?: Answer[];
  expect?: Expectation;
}

export interface Answer {
  to: string;
  text: string;
}

/** Commands that are sent all at once, without waiting for one another. */
export interface QueueStep {
  queue: CommandStep[];
}

/** `session.reset()`. */
export interface ResetStep {
  reset: true;
}

/** What must hold of a command's output. Whatever is absent must be as for plain success. */
export interface Expectation {
  stdout?: string | RegExp;
  stderr?: string | RegExp;
  /** Text of the last expression's value. */
  result?: string;
  /** `failed` is any but 0. Default 0, unless the command is stopped or dies. */
  exitCode?: number | 'failed';
  /** The code asked to end, and the session went on. */
  exited?: true;
  interrupted?: true;
  timedOut?: true;
  /** The signal that ends the kernel. */
  signal?: string;
  /** The result tells that live state is gone. */
  stateLost?: true;
}
