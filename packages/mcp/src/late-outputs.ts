/** What background jobs wrote since the client last heard of their session. */
import type { CommandId, OutputStream, RuntimeSessionManager, SessionId } from '@holdfast/protocol';
import { createOutputShaper, type OutputShaper, type RedactorStream } from '@holdfast/tools';
import type { SecretsBook } from './secrets-book.ts';

export interface LateOutput {
  command_id: string;
  stdout: string;
  stderr: string;
}

export interface LateOutputs {
  /** Each piece once. */
  take(session: SessionId): LateOutput[];
  close(): void;
}

// A reminder, not the whole: that is in `session_read_output`.
const maxCharacters = 2_000;
const maxCommands = 20;

export const createLateOutputs = (manager: RuntimeSessionManager, secrets: SecretsBook): LateOutputs => {
  const sessions = new Map<SessionId, Map<CommandId, Record<OutputStream, Collected>>>();
  const collect = (session: SessionId, command: CommandId): Record<OutputStream, Collected> => {
    const commands = sessions.get(session) ?? new Map<CommandId, Record<OutputStream, Collected>>();
    sessions.set(session, commands);
    const collected = commands.get(command) ?? { stdout: collector(secrets), stderr: collector(secrets) };
    commands.delete(command);
    commands.set(command, collected);
    const oldest = commands.keys().next().value;
    if (commands.size > maxCommands && oldest !== undefined) commands.delete(oldest);
    return collected;
  };
  const unsubscribe = [
    manager.on('late-output', ({ sessionId, commandId, stream, data }) => {
      const { redactor, shown } = collect(sessionId, commandId)[stream];
      shown().push(redactor.push(data));
    }),
    manager.on('session-terminated', ({ sessionId }) => void sessions.delete(sessionId)),
  ];
  return {
    take: (session) =>
      [...(sessions.get(session) ?? [])].flatMap(([command_id, { stdout, stderr }]) => {
        const late = { command_id, stdout: stdout.take(), stderr: stderr.take() };
        return late.stdout === '' && late.stderr === '' ? [] : [late];
      }),
    close: () => {
      for (const end of unsubscribe) end();
    },
  };
};

interface Collected {
  /** Lives as long as the job: a secret may come in two pieces, with a `take` between them. */
  redactor: RedactorStream;
  shown(): OutputShaper;
  take(): string;
}

const collector = (secrets: SecretsBook): Collected => {
  let shaper = createOutputShaper(maxCharacters);
  return {
    redactor: secrets.redactor.stream(),
    shown: () => shaper,
    take() {
      const { text } = shaper.shape({ howToRead: () => 'The whole is in session_read_output.' });
      shaper = createOutputShaper(maxCharacters);
      return text;
    },
  };
};
