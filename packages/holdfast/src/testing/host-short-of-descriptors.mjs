/** A host app that uses up its descriptors, uses its sessions all the same, and gives the descriptors back. */
import { closeSync, openSync } from 'node:fs';
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
const languages = /** @type {const} */ (['bash', 'python', 'node']);
const codes = {
  bash: { set: 'kept=1', get: 'echo $kept', slow: 'sleep 0.1; echo $kept', loop: 'while :; do :; done' },
  python: {
    set: 'kept = 1',
    get: 'print(kept)',
    slow: 'import time; time.sleep(0.1); print(kept)',
    loop: 'while True: pass',
  },
  node: {
    set: 'var kept = 1',
    get: 'console.log(kept)',
    slow: 'await new Promise((r) => setTimeout(r, 100)); console.log(kept)',
    loop: 'for (;;);',
  },
};
const sessions = languages.map((language) => manager.getOrCreateSession(language, { language }));
for (const session of sessions) await session.exec(codes[session.workspaceId].set);
const lost = manager.getOrCreateSession('lost');
await lost.exec('sleep 4700 &');

/** @type {number[]} */
const hoard = [];
const takeAll = () => {
  try {
    for (;;) hoard.push(openSync('/dev/null'));
  } catch {
    // None is left, which is what was wanted.
  }
};
/** @param {string} name @param {PromiseLike<{ stdout: string, timedOut: boolean }>} answer */
const tell = async (name, answer) => {
  try {
    const { stdout, timedOut } = await answer;
    report[name] = timedOut ? 'timed out' : stdout;
  } catch (error) {
    report[name] = error.code;
  }
  takeAll();
};

/** @type {Record<string, string>} */
const report = {};
takeAll();
for (const session of sessions) {
  const { workspaceId: name } = session;
  const { get, slow, loop } = codes[name];
  await tell(`${name} quick`, session.exec(get));
  await tell(`${name} slow`, session.exec(slow));
  await tell(`${name} streamed`, session.exec(slow, { onStdout: () => undefined }));
  await tell(`${name} with stdin`, session.exec(get, { stdin: 'x' }));
  await tell(`${name} after that`, session.exec(get));
  await tell(`${name} endless`, session.exec(loop, { timeoutMs: 200 }));
  await tell(`${name} at last`, session.exec(get));
}
await tell('new session', manager.getOrCreateSession('new').exec('echo new'));
await tell('new language', sessions[0].exec('1', { language: 'python' }));
await lost.terminate();
hoard.splice(0).forEach(closeSync);
for (const session of sessions) {
  const { workspaceId: name } = session;
  await tell(`${name} again`, manager.getOrCreateSession(name).exec(codes[name].get));
  hoard.splice(0).forEach(closeSync);
}
await tell('new session again', manager.getOrCreateSession('new').exec('echo new'));
hoard.splice(0).forEach(closeSync);
await manager[Symbol.asyncDispose]();
console.log(JSON.stringify(report));
