/** Tests that share costly set-up: it is done once, and only what failed is run again. */
import assert from 'node:assert/strict';
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
const session = manager.getOrCreateSession('testing', { language: 'node' });

try {
  await session.exec(`
const assert = await import('node:assert/strict');
const { createServer } = await import('node:http');
let served = 0;
const server = createServer((request, response) => {
  served += 1;
  response.end(JSON.stringify({ path: request.url, number: served }));
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const base = 'http://127.0.0.1:' + server.address().port;
const get = async (path) => (await fetch(base + path)).json();
`);
  console.log('started a server inside the session, once');

  await session.exec(`
const price = (items) => items.reduce((sum, { unit, count }) => sum + unit * count, 0);
const tests = {
  'empty basket': () => assert.equal(price([]), 0),
  'two items': () => assert.equal(price([{ unit: 2, count: 3 }, { unit: 1, count: 1 }]), 7),
  'count defaults to one': () => assert.equal(price([{ unit: 5 }]), 5),
  'server answers': async () => assert.equal((await get('/health')).path, '/health'),
};
const failed = new Set();
const run = async (names) => {
  for (const name of names) {
    failed.delete(name);
    try { await tests[name](); } catch (error) { failed.add(name); }
  }
  return [...failed];
};
`);
  const first = await session.eval('await run(Object.keys(tests))', { language: 'node' });
  assert.equal(first.result?.text, "[ 'count defaults to one' ]");
  console.log('one of four tests failed');

  // Redefine what is wrong: a const may be declared anew, as in every good REPL.
  await session.exec(
    'const price = (items) => items.reduce((sum, { unit, count = 1 }) => sum + unit * count, 0);',
  );
  const second = await session.eval('await run([...failed])', { language: 'node' });
  assert.equal(second.result?.text, '[]');
  console.log('mended the code, ran the failed test alone: passed');

  const served = await session.eval('(await get("/again")).number', { language: 'node' });
  assert.equal(served.result?.text, '2');
  console.log('the server counted on: it is the same one');

  // What a test leaves behind is the next one's trouble; reset starts from nothing.
  await session.reset();
  const afterwards = await session.eval('typeof server', { language: 'node' });
  assert.equal(afterwards.result?.text, "'undefined'");
  console.log('after a reset nothing of it is left');
} finally {
  await manager[Symbol.asyncDispose]();
}
