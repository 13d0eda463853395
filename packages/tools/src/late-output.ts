/** What background jobs write between two calls of the tool: kept, within bounds, until the next call tells. */
import type { CommandId, OutputStream, RuntimeSession } from '@holdfast/protocol';
import type { Redactor, RedactorStream } from './redactor.ts';
import type { LateOutput } from './results.ts';
import { createOutputShaper, type OutputShaper } from './shape-output.ts';

export interface LateOutputBox {
  put(commandId: CommandId, stream: OutputStream, data: string): void;
  /** All that came since it was asked last. */
  take(session: RuntimeSession): Promise<LateOutput[]>;
}

/** @param maxCharacters - told at a time, of each stream; less if many commands have something to tell */
export const createLateOutputBox = (redactor: Redactor, maxCharacters: number): LateOutputBox => {
  const letters = new Map<CommandId, Record<OutputStream, Letter>>();
  const takeOne = async (
    session: RuntimeSession,
    commandId: CommandId,
    { stdout, stderr }: Record<OutputStream, Letter>,
    room: number,
  ): Promise<LateOutput | undefined> => {
    const open = await isOpen(session, commandId);
    if (!open) letters.delete(commandId);
    const how = (stream: string) => () =>
      `All that is kept: read_output with command_id ${commandId}, stream ${stream}.`;
    const news = {
      commandId,
      stdout: stdout.take(open, room, how('late_stdout')),
      stderr: stderr.take(open, room, how('late_stderr')),
      open,
    };
    return news.stdout === '' && news.stderr === '' ? undefined : news;
  };
  return {
    put(commandId, stream, data) {
      const letter = letters.get(commandId) ?? {
        stdout: createLetter(redactor, maxCharacters),
        stderr: createLetter(redactor, maxCharacters),
      };
      letters.set(commandId, letter);
      letter[stream].put(data);
    },
    async take(session) {
      // Many jobs share the room, down to what an omission takes to tell.
      const room = Math.max(400, Math.floor(maxCharacters / Math.max(1, letters.size)));
      const news = [...letters].map(([commandId, letter]) => takeOne(session, commandId, letter, room));
      return (await Promise.all(news)).filter((item) => item !== undefined);
    },
  };
};

/** One stream of one command. */
interface Letter {
  put(data: string): void;
  take(open: boolean, maxCharacters: number, howToRead: () => string): string;
}

const createLetter = (redactor: Redactor, maxCharacters: number): Letter => {
  // It outlives the calls: a secret may come in two pieces with a call between them.
  const stream: RedactorStream = redactor.stream();
  let shaper: OutputShaper = createOutputShaper(maxCharacters);
  return {
    put: (data) => shaper.push(stream.push(data)),
    take(open, room, howToRead) {
      if (!open) shaper.push(stream.end());
      const { text } = shaper.shape({ maxCharacters: room, howToRead });
      shaper = createOutputShaper(maxCharacters);
      return text;
    },
  };
};

/** A session that is gone has no jobs; neither has a command that nobody remembers. */
const isOpen = async (session: RuntimeSession, commandId: CommandId): Promise<boolean> => {
  try {
    return (await session.getCommand(commandId))?.lateOutput.open ?? false;
  } catch {
    return false;
  }
};
