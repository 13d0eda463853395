/** A host app that opens sessions with jobs of every kind, says what it started, and waits to be killed. */
import { createSessionManager } from 'holdfast';

const manager = createSessionManager();
const session = manager.getOrCreateSession('doomed');
await session.exec('sleep 4100 & setsid sleep 4101 & (setsid sleep 4102 >/dev/null 2>&1 &)');
await session.exec('import subprocess\nchild = subprocess.Popen(["sleep", "4103"])', { language: 'python' });
await session.exec('require("node:child_process").spawn("sleep", ["4104"], { detached: true }); 0', {
  language: 'node',
});
const busy = manager.getOrCreateSession('busy');
const running = busy.exec('echo begun; sleep 4105', { timeoutMs: 0 });
for await (const { data } of running) if (data === 'begun\n') break;
const { env_vars } = await session.state();
console.log(env_vars.HOLDFAST_SESSION.split('.')[0]);
setInterval(() => undefined, 1_000);
