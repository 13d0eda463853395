/** A way to show the demo. */
import type { DemoEvent } from '../demo-event.ts';

export interface Face {
  take(event: DemoEvent): void;
  /** Gives back whatever it took hold of: the terminal, the keyboard. */
  close(): void;
}
