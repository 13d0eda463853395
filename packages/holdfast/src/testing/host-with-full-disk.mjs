/** A host app whose folder for spilled output, and then whose temporary folder, has no room. */
import { readdirSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createSessionManager } from 'holdfast';

const spillOutput = process.env.SPILL_FOLDER;
const manager = createSessionManager();
const session = manager.getOrCreateSession('full', { maxOutputBytes: 1_000, spillOutput });
await session.exec('kept=value');
const small = await session.exec('seq 1 2000');
const large = await session.exec('seq 1 1000000; echo end >&2');
const filesLeft = readdirSync(spillOutput).sort();
const after = await session.exec('echo $kept');
// The second folder: the kernels' own files have no room any more.
const { bavail, bsize } = statfsSync(tmpdir());
try {
  writeFileSync(`${tmpdir()}/filler`, Buffer.alloc(bavail * bsize + 1));
} catch {
  // What fitted is written: full.
}
const plain = await session.exec('echo $kept');
const exit = await session.exec('exit 3');
const next = await session.exec('echo "${kept-unset}"');
let input;
try {
  input = (await session.exec('wc -c', { stdin: 'x'.repeat(100_000) })).stdout;
} catch (error) {
  input = error.code;
}
const last = await session.exec('echo on');
await manager[Symbol.asyncDispose]();
console.log(
  JSON.stringify({
    small: [small.fullOutputPath === `${spillOutput}/${small.commandId}`, small.truncated ?? null],
    large: [large.success, large.stdout.length, large.stderr, large.truncated, large.fullOutputPath ?? null],
    onlySmallIsLeft: filesLeft.every((name) => name.startsWith(small.commandId)),
    after: after.stdout,
    plain: plain.stdout,
    exit: [exit.exitCode, exit.exited],
    // Either the state is there, or its loss is told: never neither.
    isTrue: next.stdout === 'value\n' || exit.stateLost !== undefined || next.stateLost !== undefined,
    lossTold: exit.stateLost?.reason ?? next.stateLost?.reason ?? null,
    input,
    last: last.stdout,
  }),
);
