/** The messages on the port between host and session thread that are not calls. */
import type { HostFrame, ThreadEvent } from '@holdfast/protocol';
import type { CommandAnswer } from './command-answer.ts';

export interface HostMessage {
  frames: HostFrame[];
}

/** An answer is a list, an event is not. */
export type ThreadNotice = ThreadEvent | CommandAnswer;

export interface ThreadMessage {
  notices: ThreadNotice[];
}
