/** What the model must not see, along all ways on which it could. */
import { createSessionManager } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExecResult, ReadOutputResult } from './results.ts';
import { createRuntimeTool, type RuntimeTool, type RuntimeToolOptions } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

let count = 0;
const open = (options: RuntimeToolOptions = {}): RuntimeTool => {
  count += 1;
  return createRuntimeTool(`secret-${count}`, undefined, { manager, session: { cwd: '/' }, ...options });
};
const exec = async (tool: RuntimeTool, command: string, more: object = {}): Promise<ExecResult> =>
  (await tool.run({ action: 'exec', command, ...more })) as ExecResult;
const idOf = ({ commandId }: ExecResult): string => commandId;

describe('redaction', () => {
  const secret = 'k3y-"$with`odd\\signs';
  const options = (): RuntimeToolOptions => ({
    session: { cwd: '/', env: { API_KEY: secret } },
    redact: ['API_KEY', /tok_\w+/],
    maxCharacters: 1_000,
  });

  it('output, values, errors, state and history do not tell', async () => {
    const tool = open(options());
    const results = [
      await tool.run({ action: 'exec', command: 'echo "$API_KEY tok_1"; echo "$API_KEY" >&2' }),
      await tool.run({ action: 'eval', code: 'import os; os.environ["API_KEY"]' }),
      await tool.run({ action: 'eval', code: 'raise ValueError(os.environ["API_KEY"])' }),
      await tool.run({ action: 'exec', command: `copy='${secret}' tok_2` }),
      await tool.run({ action: 'exec', command: 'export -p' }),
      await tool.run({ action: 'state' }),
      await tool.run({ action: 'state', language: 'python' }),
      await tool.run({ action: 'history' }),
      await tool.run({ action: 'exec', command: 'x', language: secret }),
    ];
    const seen = JSON.stringify(results) + results.map((result) => tool.toText(result)).join('\n');
    expect(seen).not.toContain('k3y');
    expect(seen).not.toContain('tok_');
    expect(seen).toContain('[redacted]');
  });

  it('long output does not tell either: not where it is cut, and not when it is read', async () => {
    const tool = open(options());
    const result = await exec(tool, 'for i in {1..6000}; do printf %s "$API_KEY"; done');
    expect(result.stdout.replaceAll('[redacted]', '')).not.toMatch(/k3y|odd/);
    for (const from_byte of [0, 3, 65_530]) {
      const read = (await tool.run({
        action: 'read_output',
        command_id: idOf(result),
        from_byte,
      })) as ReadOutputResult;
      expect(read.text.replaceAll('[redacted]', '')).not.toMatch(/k3y|odd/);
      expect(read.bytes).toBe(6_000 * '[redacted]'.length);
    }
  });

  it('where head and tail meet, no piece of a secret is left', async () => {
    const tool = open({ ...options(), redact: ['API_KEY'] });
    // Without files of long outputs, because it was not the tool that opened it.
    const env = { API_KEY: secret };
    manager.getOrCreateSession(tool.workspaceId, { cwd: '/', env, maxOutputBytes: 600 });
    for (let shift = 0; shift < secret.length; shift += 1) {
      const command = `printf '%${shift}s' ''; for i in {1..100}; do printf '%s ' "$API_KEY"; done`;
      const { stdout } = await exec(tool, command);
      expect(stdout).toContain('bytes were not kept');
      expect(stdout.replaceAll('[redacted]', '')).not.toMatch(/k3y|-"\$|odd|sign/);
    }
  });

  it('a preview that ends within a secret does not tell its beginning', async () => {
    const long = 'L0ng'.repeat(40);
    const tool = open({ session: { cwd: '/', env: { LONG: long } }, redact: ['LONG'] });
    await exec(tool, 'import os; held = [os.environ["LONG"]]; kept = "x: " + os.environ["LONG"]', {
      language: 'python',
    });
    await exec(tool, 'const held = [process.env.LONG]; const kept = `x: ${process.env.LONG}`', {
      language: 'node',
    });
    await exec(tool, 'held=("$LONG"); kept="x: $LONG"');
    for (const language of ['bash', 'python', 'node']) {
      expect(await tool.call({ action: 'state', language })).not.toContain('L0ng');
    }
  });
});
