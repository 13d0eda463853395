/** A host app with so many sessions that a launcher starts its kernels. Lives until it is killed. */
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
const few = Array.from({ length: 9 }, (_, index) => manager.getOrCreateSession(`${index}`));
await Promise.all(few.map((session) => session.exec('sleep 4302 & setsid sleep 4303 &')));
let launcher = process.pid;
let mark = '';
for (let tries = 0; launcher === process.pid; tries += 1) {
  const session = manager.getOrCreateSession(`later ${tries}`);
  const { stdout } = await session.exec('echo $PPID $HOLDFAST_SESSION');
  const [parent, session_] = stdout.trim().split(' ');
  launcher = Number(parent);
  mark = String(session_);
}
console.log(JSON.stringify({ launcher, mark }));
setInterval(() => undefined, 60_000);
