/**
 * A kernel for core's own tests: it answers the five calls and understands a handful of words, so
 * that supervision can be tested without a language. One command a line:
 *
 * `set NAME VALUE` · `get NAME` · `print TEXT` · `exit N` · `die SIGNAL` · `wait` (until interrupted)
 * · `stuck` (ignores every signal but SIGKILL) · `later TEXT` (written after the command is over, on SIGUSR2)
 *
 * Interrupts come as calls, which are in order with commands: signals are not, and do nothing here.
 */
import { closeSync, constants, createReadStream, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [controlIn, controlOut] = process.argv.slice(2);
const answers = openSync(controlOut, constants.O_WRONLY);
const state = new Map();
let interrupted = false;
let endWait;

process.on('SIGINT', () => undefined);

const words = {
  set: (name, value) => {
    state.set(name, value);
  },
  get: (name, _value, write) => write(`${state.get(name) ?? ''}\n`),
  print: (text, _value, write) => write(`${text}\n`),
  exit: (code) => ({ exitCode: Number(code), exited: true }),
  die: (signal) => {
    process.kill(process.pid, signal);
    return new Promise(() => undefined);
  },
  wait: () =>
    new Promise((resolve) => {
      endWait = () => resolve({ exitCode: 130 });
      if (interrupted) endWait();
    }),
  stuck: () => new Promise(() => undefined),
  later: (text, _rest, _write, output) => {
    const kept = openSync(output, constants.O_WRONLY);
    process.once('SIGUSR2', () => {
      writeSync(kept, `${text}\n`);
      closeSync(kept);
    });
  },
};

const run = async ({ code, stdout }) => {
  const output = openSync(stdout, constants.O_WRONLY);
  const write = (text) => void writeSync(output, text);
  interrupted = false;
  let reply = { exitCode: 0 };
  for (const line of code.split('\n').filter(Boolean)) {
    const [word, name, ...rest] = line.split(' ');
    reply = (await words[word]?.(name, rest.join(' '), write, stdout)) ?? { exitCode: words[word] ? 0 : 127 };
  }
  closeSync(output);
  return reply;
};

const api = {
  hello: () => ({ pid: process.pid, version: 'fake' }),
  run,
  describe: () => ({
    env_vars: { ...process.env },
    functions: [],
    aliases: {},
    imports: {},
    variables: [...state].map(([name, value]) => ({ name, type: 'text', preview: value })),
    working_dir: process.cwd(),
    jobs: [],
  }),
  getContext: () => ({ cwd: process.cwd(), env: { ...process.env } }),
  setContext: ({ cwd }) => process.chdir(cwd),
  interrupt: () => {
    interrupted = true;
    endWait?.();
  },
  shutdown: () => process.exit(0),
};

const lines = createInterface({ input: createReadStream(controlIn) });
lines.on('line', async (line) => {
  const { id, path, argumentList = [] } = JSON.parse(line);
  if (!path) return;
  const value = await api[path[0]](...argumentList.map((argument) => argument.value));
  writeSync(answers, `${JSON.stringify({ id, type: 'RAW', value: value ?? null })}\n`);
});
lines.on('close', () => process.kill(-process.pid, 'SIGKILL'));
