/** What a person sees and types: `attach`, `watch`, colours. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from './exit-codes.ts';
import { openPlace } from './testing/place.ts';

const place = openPlace();
const { sh, json, terminal } = place;
const plain = { NO_COLOR: '1' };
const ctrlC = '\u0003';
const ctrlD = '\u0004';
const esc = '\u001b';

beforeAll(async () => {
  await sh(
    `holdfast start --name s; holdfast exec s -- 'cd /usr; earlier=1; my_function() { echo called; }'`,
  );
});
afterAll(() => place.close());

describe('attach', () => {
  it('runs what is typed, shows where it is, and leaves the session as it is', async () => {
    const { text, exitCode, isRestored, left } = await terminal(
      'holdfast attach s',
      [
        ['/usr $', 'typed=$earlier; cd /tmp\r'],
        ['/tmp $', '(exit 6)\r'],
        ['/tmp $', ctrlD],
      ],
      plain,
    );
    expect({ exitCode, isRestored, left }).toEqual({ exitCode: 6, isRestored: true, left: 0 });
    expect(text).toMatch(/^s: bash\. :help says more, Ctrl-D leaves\.\r\n/);
    expect(await json(`holdfast exec s -- 'echo $typed $PWD'`)).toMatchObject({ stdout: '1 /tmp\n' });
    await sh(`holdfast exec s -- 'cd /usr'`);
  });

  it('knows the history, and completes names', async () => {
    const { text, exitCode } = await terminal(
      'holdfast attach s',
      [
        ['/usr $', 'my_fu\t'],
        ['my_function', '\r'],
        ['called', ''],
        ['/usr $', 'echo $earl\t'],
        ['$earlier', '\r'],
        ['\n1\r\n', ''],
        // Twice up: the command before.
        ['/usr $', `${esc}[A${esc}[A\r`],
        ['called', ''],
        ['/usr $', ':quit\r'],
      ],
      plain,
    );
    expect({ exitCode, called: text.match(/^called\r$/gm)?.length }).toEqual({ exitCode: 0, called: 2 });
    const entries = await json<{ command: string }[]>('holdfast history s -n 3');
    expect(entries.map(({ command }) => command)).toEqual(['my_function', 'echo $earlier', 'my_function']);
  });

  it('waits for the rest of what is not whole, in each language', async () => {
    const { exitCode, text } = await terminal(
      'holdfast attach s',
      [
        ['/usr $', 'for n in 1 2; do\r'],
        ['> ', 'echo "n$n"; done\r'],
        ['n2', ''],
        ['/usr $', ':python\r'],
        ['s python /usr $', 'if True:\r'],
        ['> ', '  print("block")\r'],
        ['> ', '\r'],
        ['block\r\n', ''],
        ['s python /usr $', '6 * 7\r'],
        ['42\r\n', ''],
        ['s python /usr $', ':node\r'],
        ['s node /usr $', 'const f = () => {\r'],
        ['> ', 'return "closed" };\r'],
        ['s node /usr $', 'f()\r'],
        ['closed', ''],
        ['s node /usr $', ctrlD],
      ],
      plain,
    );
    expect({ exitCode, text }).toEqual({ exitCode: 0, text: expect.stringContaining('n1\r\nn2\r\n') });
  });

  it('gives lines to the command that runs; Ctrl-D ends its input, Ctrl-C interrupts it', async () => {
    const { text, exitCode, left } = await terminal(
      'holdfast attach s',
      [
        ['/usr $', 'printf "%s? " name; read -r name; echo "so: $name"\r'],
        ['name? ', 'Ada\r'],
        ['so: Ada', ''],
        // Typed ahead: the next command, not this one's input.
        ['/usr $', 'echo first\recho second\r'],
        ['\nsecond\r\n', ''],
        ['/usr $', 'echo counting; wc -l\r'],
        ['counting\r\n', 'one\r'],
        ['one', ctrlD],
        ['1\r\n', ''],
        ['/usr $', 'echo sleeping; sleep 600\r'],
        ['sleeping\r\n', ctrlC],
        ['/usr $', 'echo going; sleep 600\r'],
        // A line that was begun too early is gone on with.
        ['going\r\n', 'echo wh'],
        ['echo wh', ctrlC],
        ['/usr $ echo wh', 'ole\r'],
        ['whole\r\n', ''],
        ['/usr $', 'half a line'],
        ['half a line', ctrlC],
        ['/usr $', 'echo "still $earlier"\r'],
        ['still 1\r\n', ''],
        ['/usr $', ctrlD],
      ],
      plain,
    );
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: 0 });
    expect(text).toContain('^C');
    expect((await json<{ command: string }[]>('holdfast history s -n 1'))[0]?.command).toBe(
      'echo "still $earlier"',
    );
  });

  it('runs lines from a pipe, whole ones', async () => {
    const { stdout, code } = await sh('holdfast attach s', {
      input: 'echo one\nif true; then\n  echo two\nfi\n(exit 9)\n',
    });
    expect({ stdout, code }).toEqual({ stdout: 'one\ntwo\n', code: 9 });
  });
});

describe('watch', () => {
  it('shows sessions and what they run, live, and leaves the terminal as it was', async () => {
    await sh('holdfast start --name watched');
    const { text, exitCode, isRestored, left } = await terminal(
      'holdfast watch',
      [
        ['watched  bash     idle', ''],
        ['q leaves', 'q'],
      ],
      plain,
    );
    expect({ exitCode, isRestored, left }).toEqual({ exitCode: 0, isRestored: true, left: 0 });
    expect(text.startsWith(`${esc}[?1049h${esc}[?25l`)).toBe(true);
    expect(text.trimEnd().endsWith(`${esc}[?25h${esc}[?1049l`)).toBe(true);
  });

  it('draws anew when something happens', async () => {
    await sh('holdfast start --name lively');
    const busy = terminal(
      'holdfast watch',
      [
        ['lively', ''],
        [{ re: String.raw`lively +bash +busy +0 +\d+ +\d+ s ago +sleep 600` }, 'q'],
      ],
      plain,
    );
    // However often: it is seen when it begins while somebody watches.
    const runs = sh(
      `until [ -e stop ]; do holdfast exec lively --timeout 1s -- 'sleep 600' > /dev/null 2>&1; done`,
    );
    const { text, left, exitCode } = await busy;
    await sh('touch stop');
    await runs;
    expect({ left, exitCode, text }).toMatchObject({ left: 0, exitCode: 0 });
  });

  it('gives events as JSON lines where no terminal is', async () => {
    await sh('holdfast start --name events');
    const script = `mkfifo events; holdfast watch > events & exec 3< events; read -r first <&3
      holdfast exec events -- true > /dev/null
      while read -r line <&3; do case $line in *command-finished*) break;; esac; done
      kill $!; echo "$first"; echo "$line"`;
    const [first, event] = (await sh(script)).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first.sessions.map(({ name }: { name: string }) => name)).toContain('events');
    expect(event).toMatchObject({ type: 'command-finished', workspaceId: 'events' });
  });
});

describe('colours', () => {
  it('are for terminals, and not where NO_COLOR is set', async () => {
    expect((await terminal('holdfast list')).text).toContain(`${esc}[1m`);
    expect((await terminal('holdfast list', [], plain)).text).not.toContain(esc);
    expect((await terminal('holdfast list', [], { TERM: 'dumb' })).text).not.toContain(esc);
    expect((await sh('holdfast list --no-json')).stdout).not.toContain(esc);
  });
});

it('attach needs a session that is there', async () => {
  const { text, exitCode } = await terminal('holdfast attach nowhere');
  expect(text).toContain('Session not found: nowhere');
  expect(exitCode).toBe(exitCodes.sessionNotFound);
});
