/** What background jobs write between two calls. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RuntimeSession } from '@holdfast/protocol';
import { createSessionManager } from 'holdfast';
import { afterAll, describe, expect, it } from 'vitest';
import type { ExecResult } from './results.ts';
import { createRuntimeTool, type RuntimeTool, type RuntimeToolOptions } from './runtime-tool.ts';

const manager = createSessionManager();
afterAll(() => manager[Symbol.asyncDispose]());

let count = 0;
const open = (options: RuntimeToolOptions = {}): RuntimeTool => {
  count += 1;
  return createRuntimeTool(`late-${count}`, undefined, { manager, session: { cwd: '/' }, ...options });
};
const sessionOf = (tool: RuntimeTool): RuntimeSession => manager.getOrCreateSession(tool.workspaceId);
const exec = async (tool: RuntimeTool, command: string, more: object = {}): Promise<ExecResult> =>
  (await tool.run({ action: 'exec', command, ...more })) as ExecResult;
const idOf = ({ commandId }: ExecResult): string => commandId;
/** The text without what differs from run to run. */
const plain = (text: string): string =>
  text.replace(/cmd_\w{20}/g, 'cmd_ID').replace(/\d+(\.\d+)? m?s\b/g, 'TIME');

describe('late output', () => {
  /** Resolves with the next late output of the tool's session. */
  const nextLate = (tool: RuntimeTool, text: string): Promise<void> =>
    new Promise((resolve) => {
      let seen = '';
      const unsubscribe = sessionOf(tool).subscribe((event) => {
        if (event.type !== 'late-output') return;
        seen += event.data;
        if (!seen.includes(text)) return;
        unsubscribe();
        resolve();
      });
    });

  it('comes with the next call, once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const tool = open();
    const job = await exec(
      tool,
      `mkfifo ${folder}/go; (exec 9<>${folder}/go; read -u 9 x; echo "got $x"; echo err >&2; sleep 602) &`,
    );
    expect(job.lateOutput).toEqual([]);
    const late = nextLate(tool, 'err\n');
    await sessionOf(tool).exec(`echo signal > ${folder}/go`);
    await late;
    const next = await exec(tool, 'true');
    expect(next.lateOutput).toEqual([
      { commandId: idOf(job), stdout: 'got signal\n', stderr: 'err\n', open: true },
    ]);
    expect(plain(tool.toText(next))).toBe(
      '[exit code 0, TIME, bash, cmd_ID]\n(no output)\n' +
        '[Background jobs of cmd_ID wrote since the last call; they still run]\nlate stdout:\ngot signal\nlate stderr:\nerr',
    );
    expect((await exec(tool, 'true')).lateOutput).toEqual([]);
    const read = await tool.run({ action: 'read_output', command_id: idOf(job), stream: 'late_stdout' });
    expect(read).toMatchObject({
      text: 'got signal\n',
      notes: ['Jobs of this command still run: there may be more later.'],
    });
    rmSync(folder, { recursive: true });
  });

  it('many jobs share the room', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const tool = open({ maxCharacters: 3_000 });
    const ids: string[] = [];
    for (const fifo of ['a', 'b', 'c']) {
      const path = `${folder}/${fifo}`;
      ids.push(
        idOf(
          await exec(
            tool,
            `mkfifo ${path}; (exec 9<>${path}; read -u 9 x; seq 1 2000; echo end of ${fifo}) &`,
          ),
        ),
      );
    }
    const all = Promise.all(['a', 'b', 'c'].map((fifo) => nextLate(tool, `end of ${fifo}`)));
    await sessionOf(tool).exec(`for fifo in ${folder}/*; do echo > $fifo; done`);
    await all;
    const { lateOutput } = await exec(tool, 'true');
    expect(lateOutput.map(({ commandId }) => commandId).sort()).toEqual([...ids].sort());
    for (const { stdout, commandId } of lateOutput) {
      expect(stdout.length).toBeLessThanOrEqual(400);
      expect(stdout).toContain(`read_output with command_id ${commandId}, stream late_stdout.`);
      expect(stdout).toMatch(/\nend of [abc]\n$/);
    }
    rmSync(folder, { recursive: true });
  });

  it('is shared by the tools of a workspace, and a secret in two pieces is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'));
    const options = { session: { cwd: '/', env: { KEY: 'abc-secret-xyz' } }, redact: ['KEY'] };
    const tool = open(options);
    const again = (): RuntimeTool => createRuntimeTool(tool.workspaceId, undefined, { manager, ...options });
    await exec(
      tool,
      `mkfifo ${folder}/go; (exec 9<>${folder}/go; read -u 9 x; printf 'key: abc-sec'; read -u 9 x; printf 'ret-xyz.'; sleep 603) &`,
    );
    const first = nextLate(tool, 'abc-sec');
    await sessionOf(tool).exec(`echo > ${folder}/go`);
    await first;
    expect((await exec(again(), 'true')).lateOutput).toMatchObject([{ stdout: 'key: ' }]);
    const second = nextLate(tool, 'ret-xyz.');
    await sessionOf(tool).exec(`echo > ${folder}/go`);
    await second;
    expect((await exec(again(), 'true')).lateOutput).toMatchObject([{ stdout: '[redacted].' }]);
    rmSync(folder, { recursive: true });
  });
});
