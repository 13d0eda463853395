/** A host app that opens sessions until there are no descriptors for one more, and ends some for others. */
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
/** @type {import('holdfast').RuntimeSession[]} */
const sessions = [];
let refusal;
while (refusal === undefined && sessions.length < 100) {
  const session = manager.getOrCreateSession(`session ${sessions.length}`);
  try {
    await session.exec(`kept=${sessions.length}`);
    sessions.push(session);
  } catch (error) {
    refusal = error.code;
  }
}
const kept = await Promise.all(sessions.map((session) => session.exec('echo $kept')));
await sessions.at(-1)?.terminate();
await sessions.at(-2)?.terminate();
const later = await manager.getOrCreateSession('later').exec('echo later');
await manager[Symbol.asyncDispose]();
console.log(
  JSON.stringify({
    isRefused: refusal === 'SPAWN_FAILED' || refusal === 'THREAD_DIED',
    some: sessions.length > 2,
    areKept: kept.every(({ stdout }, index) => stdout === `${index}\n`),
    later: later.stdout,
  }),
);
