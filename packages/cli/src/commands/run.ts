/** `holdfast run`: one command in a session of its own, in this process; nothing is left of it. */
import { createSessionManager } from 'holdfast';
import { noCommandError } from '../cli-error.ts';
import { joinWords } from '../command-text.ts';
import { parseDuration } from '../durations.ts';
import { exitCodes } from '../exit-codes.ts';
import { readCommand } from '../fast/read-command.ts';
import { writeOut } from '../fast/write-out.ts';
import { printJson, tell } from '../output.ts';
import { exitCodeOfResult, noteOn, toJsonResult } from '../result.ts';
import { configOf, type StartOptions } from './start.ts';

export interface RunOptions extends StartOptions {
  program: string;
  stream?: boolean;
}

export const run = async (words: string[], options: RunOptions): Promise<number> => {
  const isFromStdin = words.length === 0;
  const command = isFromStdin ? await readCommand() : joinWords(words);
  if (command.trim() === '') throw noCommandError();
  const json = options.json ?? !(options.stream || process.stdout.isTTY);
  const timeoutMs = options.timeout === undefined ? 0 : parseDuration('--timeout', options.timeout);
  const manager = createSessionManager();
  const session = manager.getOrCreateSession('run', configOf(options.program, options, true));
  try {
    const run = session.exec<'bytes'>(command, {
      timeoutMs,
      encoding: 'bytes',
      ...(isFromStdin ? {} : { stdin: 'open' }),
    });
    let stops = 0;
    const stop = (): void => {
      stops += 1;
      void (stops === 1 ? run.interrupt() : run.kill());
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    if (!isFromStdin) pumpStdin(run);
    if (!json) {
      // To the last piece: the result may be here before it.
      for await (const { stream, data } of run) writeOut(stream === 'stdout' ? 1 : 2, data);
    }
    const output = await run;
    const { stdout, stderr, ...rest } = output;
    if (json) {
      printJson(
        toJsonResult({
          ...rest,
          stdout: Buffer.from(stdout).toString(),
          stderr: Buffer.from(stderr).toString(),
        }),
      );
    } else if (rest.result) writeOut(1, `${rest.result.text}\n`);
    const note = noteOn(rest);
    if (note) tell(note);
    return exitCodeOfResult(rest, json);
  } catch (error) {
    if ((error as { code?: string }).code === 'COMMAND_CANCELLED') return exitCodes.interrupted;
    throw error;
  } finally {
    process.stdin.destroy();
    await manager[Symbol.asyncDispose]();
  }
};

const pumpStdin = (run: { write(data: Uint8Array): void; endInput(): void }): void => {
  const { stdin } = process;
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch {
      // The command is over: it takes no more.
    }
  };
  stdin.on('data', (piece: Buffer) => attempt(() => run.write(piece)));
  stdin.on('end', () => attempt(() => run.endInput()));
  stdin.on('error', () => attempt(() => run.endInput()));
};
