/** What is too long for an answer: where it is, and how it is read. */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { RuntimeSession } from '@holdfast/protocol';
import { createSessionManager } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExecResult, ReadOutputResult } from './results.ts';
import { createRuntimeTool, type RuntimeTool, type RuntimeToolOptions } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

let count = 0;
const open = (options: RuntimeToolOptions = {}): RuntimeTool => {
  count += 1;
  return createRuntimeTool(`long-${count}`, undefined, { manager, session: { cwd: '/' }, ...options });
};
const sessionOf = (tool: RuntimeTool): RuntimeSession => manager.getOrCreateSession(tool.workspaceId);
const exec = async (tool: RuntimeTool, command: string, more: object = {}): Promise<ExecResult> =>
  (await tool.run({ action: 'exec', command, ...more })) as ExecResult;
const idOf = ({ commandId }: ExecResult): string => commandId;

describe('long output', () => {
  it('head and tail are shown, and read_output reads the rest', async () => {
    const tool = open({ maxCharacters: 2_000 });
    const result = await exec(tool, 'seq -f "line %g" 1 100000; echo done >&2');
    const { fromLine = 0, toLine = 0 } = result.omitted?.stdout ?? {};
    expect(result.stdout.length + result.stderr.length).toBeLessThanOrEqual(2_000);
    expect(result.stderr).toBe('done\n');
    expect(result.stdout.startsWith('line 1\nline 2\n')).toBe(true);
    expect(result.stdout.endsWith('line 99999\nline 100000\n')).toBe(true);
    expect(result.stdout).toContain(
      `lines ${fromLine} to ${toLine} of 100000. To read: read_output with command_id ${idOf(result)}, stream stdout, from_line ${fromLine}, to_line ${toLine}.]`,
    );
    const read = (await tool.run({
      action: 'read_output',
      command_id: idOf(result),
      from_line: 50_000,
      to_line: 50_002,
    })) as ReadOutputResult;
    expect(read).toMatchObject({
      text: 'line 50000\nline 50001\nline 50002\n',
      lines: 100_000,
      bytes: 1_088_895,
    });
    expect(tool.toText(read)).toBe(
      `[stdout of ${idOf(result)}: 100000 lines, 1088895 bytes in all]\nline 50000\nline 50001\nline 50002`,
    );
  });

  it('reading on and on gives the whole', async () => {
    const tool = open({ maxCharacters: 30_000 });
    const id = idOf(await exec(tool, 'seq 1 20000'));
    let text = '';
    let next: object | undefined = {};
    while (next) {
      const read = (await tool.run({ action: 'read_output', command_id: id, ...next })) as ReadOutputResult;
      expect(read.text.length).toBeLessThanOrEqual(30_000);
      text += read.text;
      next = read.next;
    }
    expect(text).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(''));
  });

  it('a line too long for one answer is read by bytes', async () => {
    const tool = open({ maxCharacters: 1_000 });
    const result = await exec(tool, "printf 'é%.0s' {1..5000}");
    const { fromByte, toByte } = result.omitted?.stdout ?? {};
    expect(result.stdout).toContain(`from_byte ${fromByte}, to_byte ${toByte}.]`);
    const bytes = { action: 'read_output', command_id: idOf(result) };
    expect(await tool.run({ ...bytes, from_byte: 1, to_byte: 5 })).toMatchObject({ text: 'éé' });
    const first = (await tool.run({ ...bytes, from_line: 1 })) as ReadOutputResult;
    expect(first).toMatchObject({ text: 'é'.repeat(1_000), next: { from_byte: 2_000 } });
    expect(tool.toText(first)).toContain('[More: read_output with from_byte 2000]');
    expect(await tool.run({ ...bytes, from_byte: 9_998 })).toMatchObject({ text: 'é', bytes: 10_000 });
  });

  it('both streams share the room; what one does not need goes to the other', async () => {
    const tool = open({ maxCharacters: 2_000 });
    const both = await exec(tool, 'seq 1 2000; seq 1 2000 >&2');
    expect(both.stdout.length).toBeLessThanOrEqual(1_000);
    expect(both.stderr.length).toBeLessThanOrEqual(1_000);
    expect(both.stderr).toContain('stream stderr');
    const one = await exec(tool, 'seq 1 200; seq 1 2000 >&2');
    expect(one.omitted?.stdout).toBeUndefined();
    expect(one.stderr.length).toBeGreaterThan(700);
    expect(one.stdout.length + one.stderr.length).toBeLessThanOrEqual(2_000);
  });

  it('a long value is shaped, too', async () => {
    const tool = open({ maxCharacters: 1_000 });
    const result = (await tool.run({ action: 'eval', code: '"x" * 5000' })) as ExecResult;
    expect(result.result?.length).toBeLessThanOrEqual(1_000);
    expect(result.result).toContain('stream result');
    const read = await tool.run({
      action: 'read_output',
      command_id: idOf(result),
      stream: 'result',
      from_byte: 4_998,
    });
    expect(read).toMatchObject({ text: "xxx'", bytes: 5_002 });
  });

  it('what an unprepared session did not keep is not promised', async () => {
    const tool = open({ maxCharacters: 1_000 });
    manager.getOrCreateSession(tool.workspaceId, { cwd: '/' });
    const result = await exec(tool, 'seq 1 50000');
    expect(result.stdout).toContain('Not all of it was kept.');
    const read = (await tool.run({ action: 'read_output', command_id: idOf(result) })) as ReadOutputResult;
    const lines = (
      (await tool.run({
        action: 'read_output',
        command_id: idOf(result),
        from_byte: read.bytes - 10,
      })) as ReadOutputResult
    ).text;
    expect(read.text.startsWith('1\n2\n')).toBe(true);
    expect(lines.endsWith('50000\n')).toBe(true);
  });

  it('files of long outputs are private, and gone with the session', async () => {
    const tool = open();
    const result = await exec(tool, 'seq 1 100000');
    const path = (await sessionOf(tool).getCommand(result.commandId))?.output?.fullOutputPath ?? '';
    const folder = dirname(path);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(`${path}.stdout`).mode & 0o777).toBe(0o600);
    await manager.terminateSession(tool.workspaceId);
    expect(() => statSync(folder)).toThrow('ENOENT');
  });

  it('files of commands that the session has forgotten are gone', async () => {
    const tool = open({ session: { cwd: '/', maxHistorySize: 2 } });
    const paths: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const { commandId } = await exec(tool, 'seq 1 100000');
      paths.push((await sessionOf(tool).getCommand(commandId))?.output?.fullOutputPath ?? '');
    }
    const [first = '', , , last = ''] = paths;
    expect(existsSync(`${first}.stdout`)).toBe(false);
    expect(existsSync(`${last}.stdout`)).toBe(true);
  });

  it('a folder that the host named is the host’s', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const tool = open({ session: { spillOutput: folder, maxOutputBytes: 1_000 } });
    const result = await exec(tool, 'seq 1 1000');
    await manager.terminateSession(tool.workspaceId);
    expect(statSync(join(folder, `${idOf(result)}.stdout`)).size).toBe(3_893);
    rmSync(folder, { recursive: true });
  });

  it('an unknown command is a failure that says what to do', async () => {
    const tool = open();
    expect(await tool.run({ action: 'read_output', command_id: 'cmd_none' })).toMatchObject({
      success: false,
      failure: { code: 'OUTPUT_UNKNOWN', message: expect.stringContaining('No command cmd_none') },
    });
  });
});
