/** A host app whose user sets a limit of processes and sets off a fork bomb. Says what became of the session. */
import { createSessionManager } from 'holdfast';
import { carriers, inProcessSession } from './carriers.mjs';

const limit = Number(process.env.BOMB_LIMIT);
/** The most processes that were seen until the limit was near, or nothing of the bomb was left. */
const peak = async () => {
  let most = 0;
  for (let looks = 0; looks < 200; looks += 1) {
    const now = carriers(mark).length;
    most = Math.max(most, now);
    // The shell alone: it has burnt out, unless it has not begun yet.
    if (most > limit / 2 || (now <= 1 && most > 1)) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return most;
};
const manager = createSessionManager();
const session = manager.getOrCreateSession('bomb', { timeoutMs: 60_000 });
const shell = await session.exec(`kept=value; ulimit -u ${limit}; echo $$`);
const { env_vars } = await session.state();
const mark = `HOLDFAST_SESSION=${env_vars.HOLDFAST_SESSION}`;
// A subshell, so that the bomb's own failures do not end the session's shell.
const set = await session.exec('(bomb() { bomb | bomb & }; bomb) 2>/dev/null; echo lit');
// It burns while the session is asked: builtins need no process.
const during = await session.exec('echo "$kept"');
const grown = await peak();
await session.reset();
// The old shell's, and what it started: soon after, a new one and a spare are there.
const left = inProcessSession(carriers(mark), Number(shell.stdout)).length;
const next = await session.exec('echo "${kept-unset}"; true | cat; echo on');
await manager[Symbol.asyncDispose]();
console.log(
  JSON.stringify({
    lit: set.stdout,
    during: [during.stdout, during.stateLost ?? null],
    // Threads of this process count too, and what can not fork ends: 37 to 45 were seen of 80.
    grown: grown > limit / 4 && grown <= limit,
    left,
    next: next.stdout,
    after: carriers(mark).length,
  }),
);
