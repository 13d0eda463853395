/** Every command that answers at once, as a person at a terminal sees it: words instead of JSON, and its exit code. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace } from './testing/place.ts';

const place = openPlace();
const { sh, terminal } = place;

let command = '';
beforeAll(async () => {
  await sh(`holdfast start --name s --cwd /usr`);
  await sh(`holdfast exec s -- 'kept=1; sleep 600 & echo "started"'`);
  command = JSON.parse((await sh('holdfast history s')).stdout)[0].command_id;
});
afterAll(() => place.close());

/** @param line - what is typed; `%` stands for the id of the command that was run before */
const typed: [line: string, shows: RegExp, exitCode?: number][] = [
  ['holdfast state s', /^ *(?:working_dir|Directory|cwd).*\/usr/im],
  ['holdfast history s', /kept=1; sleep 600/],
  ['holdfast jobs s', /sleep 600/],
  ['holdfast logs s %', /^started\r?$/m],
  ['holdfast logs s', /^started\r?$/m],
  ['holdfast interrupt s', /nothing|idle|no command/i, 1],
  ['holdfast list', /\bs\b.*idle/],
  ['holdfast daemon status', /running/i],
  ['holdfast diagram', /spawning/],
  ['holdfast diagram --mermaid', /^stateDiagram-v2/m],
  ['holdfast completion bash', /complete .*holdfast/],
  ['holdfast completion zsh', /#compdef holdfast/],
  ['holdfast mcp --print-config claude', /"mcpServers"/],
  ['holdfast reset s', /^$/],
  ['holdfast jobs s', /No jobs\./],
  ['holdfast end s', /^$/],
  ['holdfast state s', /Session not found|has ended/, exitCodes.sessionNotFound],
  ['holdfast daemon stop', /stopped/i],
];

it.each(typed)('%s', async (line, shows, exitCode = 0) => {
  const {
    text,
    exitCode: code,
    isRestored,
  } = await terminal(line.replace('%', command), [], { NO_COLOR: '1' });
  expect(text).toMatch(shows);
  // JSON is for programs.
  expect(text).not.toMatch(/^\s*\{"/);
  expect({ code, isRestored }).toEqual({ code: exitCode, isRestored: true });
});
