/**
 * `holdfast attach`: types commands into a session.
 *
 * In a terminal it edits lines, knows the session's history and completes names. While a command runs,
 * lines go to it as its standard input, Ctrl-C interrupts it, Ctrl-D ends its input. Leaving ends nothing.
 */
import { createInterface, type Interface } from 'node:readline';
import type { Connection } from '@holdfast/client';
import type { Language, SessionMessage } from '@holdfast/protocol';
import { nameOf } from '../commands/sessions.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseLanguage } from '../fast/exec-arguments.ts';
import { oneLine, paint, printLine } from '../output.ts';
import { isLocal } from '../target.ts';
import { withDaemon } from '../with-daemon.ts';
import { createCompleter } from './completer.ts';
import { isIncomplete } from './is-incomplete.ts';
import { type RunningCommand, runCommand } from './run-command.ts';

const help = `Commands go to the session as they are. Beside them:
  :bash  :python  :node   speak this language from now on
  :help                   this
  :quit, or Ctrl-D        leave; the session goes on
Ctrl-C interrupts the command that runs; a second one kills it.`;

export const attach = async (name: string, options: { language?: string }): Promise<number> =>
  withDaemon(async (connection, target) => {
    const session = await connection.call('getSession', { params: { session: name } });
    const language = options.language === undefined ? session.language : parseLanguage(options.language);
    const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
    if (!isTerminal) return runLines(connection, session, language);
    const { entries } = await connection.call('history', { params: { session: session.sessionId } });
    const shell: Shell = {
      connection,
      session,
      language,
      isHere: isLocal(target),
      // The newest first, as readline has them.
      history: entries
        .map(({ command }) => command)
        .filter((command) => !command.includes('\n'))
        .reverse(),
    };
    printLine(
      paint(
        'dim',
        `${nameOf(session) || session.sessionId}: ${session.program}. :help says more, Ctrl-D leaves.`,
      ),
    );
    return talk(shell);
  });

interface Shell {
  connection: Connection;
  session: SessionMessage;
  language: Language;
  isHere: boolean;
  history: string[];
}

/** Commands from a file or a pipe: one a line, or more where a line is not whole. */
const runLines = async (
  connection: Connection,
  session: SessionMessage,
  language: Language,
): Promise<number> => {
  let code: number = exitCodes.ok;
  let text = '';
  const run = async (): Promise<void> => {
    if (text.trim() !== '') {
      code = await runCommand({
        connection,
        session: session.sessionId,
        language,
        code: text,
        takesInput: false,
      }).done;
    }
    text = '';
  };
  for await (const line of createInterface({ input: process.stdin, terminal: false })) {
    text = text === '' ? line : `${text}\n${line}`;
    if (!(await isIncomplete(text, language))) await run();
  }
  await run();
  return code;
};

const talk = async (shell: Shell): Promise<number> => {
  let code: number = exitCodes.ok;
  let lines: Lines = openLines(shell);
  for (;;) {
    const text = await readCommand(shell, lines);
    if (text === undefined) break;
    const word = text.trim();
    if (word === ':quit') break;
    if (word === ':help') printLine(help);
    else if (word === ':bash' || word === ':python' || word === ':node')
      shell.language = word.slice(1) as Language;
    else if (word !== '') {
      const running = runCommand({
        connection: shell.connection,
        session: shell.session.sessionId,
        language: shell.language,
        code: text,
        takesInput: true,
      });
      code = await lines.during(running);
    }
    // Ctrl-D while a command ran has closed it.
    if (lines.isClosed()) lines = openLines(shell);
  }
  lines.close();
  return code;
};

/** undefined: whoever types leaves. */
const readCommand = async (shell: Shell, lines: Lines): Promise<string | undefined> => {
  let text = await lines.ask(await promptOf(shell));
  while (text !== undefined && (await isIncomplete(text, shell.language))) {
    const more = await lines.ask('> ');
    // Ctrl-C: what was begun is dropped.
    if (more === undefined || more === interrupted) return lines.isClosed() ? undefined : '';
    text = `${text}\n${more}`;
  }
  return text === interrupted ? '' : text;
};

const promptOf = async ({ connection, session, language }: Shell): Promise<string> => {
  const now = await connection.call('getSession', { params: { session: session.sessionId } });
  const name = nameOf(session) || session.sessionId.slice(0, 9);
  const folder = oneLine(now.workingDir.replace(process.env.HOME ?? '\0', '~'), 40);
  const tag = language === session.language ? '' : ` ${language}`;
  return `${paint('cyan', name)}${tag} ${paint('blue', folder)} $ `;
};

interface Lines {
  /** undefined: closed; `interrupted`: Ctrl-C. */
  ask(prompt: string): Promise<string | undefined>;
  /** Lines are input of that command until it is over. */
  during(running: RunningCommand): Promise<number>;
  isClosed(): boolean;
  close(): void;
}

// No line of a terminal has it.
const interrupted = '\0interrupted';

const openLines = (shell: Shell): Lines => {
  const complete = createCompleter(shell);
  const readline: Interface = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: true,
    history: shell.history,
    historySize: 1_000,
    removeHistoryDuplicates: true,
    completer: (line: string, answer: (error: Error | null, result: [string[], string]) => void) => {
      complete(line).then(
        (result) => answer(null, result),
        () => answer(null, [[], line]),
      );
    },
  });
  let isClosed = false;
  /** Typed or pasted while nobody waited: the next commands. */
  const ahead: string[] = [];
  const keep = (line: string | undefined): void => {
    if (line !== undefined) ahead.push(line);
  };
  let onLine: (line: string | undefined) => void = keep;
  let onInterrupt: () => void = () => undefined;
  readline.on('history', (history: string[]) => {
    shell.history = history;
  });
  readline.on('line', (line) => onLine(line));
  readline.on('SIGINT', () => onInterrupt());
  readline.on('close', () => {
    isClosed = true;
    onLine(undefined);
  });
  return {
    ask: (prompt) =>
      new Promise((resolve) => {
        const next = ahead.shift();
        if (next !== undefined || isClosed) return resolve(next);
        onLine = (line) => {
          onLine = keep;
          if (line === undefined) printLine('');
          resolve(line);
        };
        onInterrupt = () => {
          onLine = keep;
          printLine('^C');
          // Clears what was typed.
          readline.write(null, { ctrl: true, name: 'e' });
          readline.write(null, { ctrl: true, name: 'u' });
          resolve(interrupted);
        };
        readline.setPrompt(prompt);
        // The cursor stays behind what was typed meanwhile.
        readline.prompt(true);
      }),
    async during(running) {
      onLine = (line) => (line === undefined ? running.endInput() : running.write(`${line}\n`));
      onInterrupt = () => {
        printLine('^C');
        running.stop();
      };
      readline.setPrompt('');
      try {
        return await running.done;
      } finally {
        onLine = keep;
        onInterrupt = () => undefined;
      }
    },
    isClosed: () => isClosed,
    close: () => readline.close(),
  };
};
