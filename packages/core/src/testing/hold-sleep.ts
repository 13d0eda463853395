/** Holds a command of a conformance case in its `sleep` until the host has seen what it printed before. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

interface HeldSleep {
  /** For the command: its `sleep` is this one. */
  env: { PATH: string };
  end(): void;
}

// `command -p` finds the machine's own.
const program = `#!/bin/sh
until [ -e "$0.over" ]; do command -p sleep 0.05; done
`;

/**
 * With a `sleep` of so many seconds, a machine that stalls as long has the output from before and after it at once, as
 * if nothing had been streamed. This one lasts: what comes with the result only keeps its command from ever ending.
 */
export const holdSleep = (folder: string): HeldSleep => {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'sleep');
  writeFileSync(file, program, { mode: 0o755 });
  return {
    env: { PATH: `${folder}${delimiter}${process.env.PATH}` },
    end: () => writeFileSync(`${file}.over`, ''),
  };
};
