/** Limits that the user's code sets, and what it leaves of memory and descriptors for the kernel. */
import { createSessionManager } from '@holdfast/core';
import { afterAll, expect, it } from 'vitest';
import { python } from './index.ts';

const manager = createSessionManager({ languages: [python()] });
afterAll(() => manager[Symbol.asyncDispose]());

const limitMemory = [
  'import resource',
  'kept = 41',
  'pages = int(open("/proc/self/statm").read().split()[0])',
  'most = pages * resource.getpagesize() + (100 << 20)',
  'resource.setrlimit(resource.RLIMIT_AS, (most, most))',
].join('\n');

const hoarders: Record<string, string> = {
  'in small objects': 'hoard = []\nwhile True: hoard.append([])',
  'in a growing table': 'hoard = {}\nwhile True: hoard[len(hoard)] = str(len(hoard))',
  'and the error is caught': 'hoard = []\ntry:\n    while True: hoard.append([])\nexcept MemoryError: pass',
};

for (const [name, code] of Object.entries(hoarders)) {
  it(`goes on where all memory is used up ${name}`, async () => {
    const session = manager.getOrCreateSession(name, { language: 'python' });
    await session.exec(limitMemory);
    expect(await session.exec(code, { timeoutMs: 60_000 })).toMatchObject({ timedOut: false, epoch: 1 });
    expect((await session.exec('len(hoard) > 1000')).result?.text).toBe('True');
    expect((await session.exec('del hoard; kept + 1')).result?.text).toBe('42');
  }, 90_000);
}

it('ends a kernel that is left no descriptor at all, and says so', async () => {
  const session = manager.getOrCreateSession('descriptors', { language: 'python' });
  const result = await session.exec('import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))');
  expect(result).toMatchObject({ success: false, stateLost: { language: 'python' } });
  expect(await session.exec('print("alive")')).toMatchObject({ stdout: 'alive\n', epoch: 2 });
});
