/** A host app whose temporary folder can not be written to. Says what its session is like, or why there is none. */
import { createSessionManager, HoldfastError } from 'holdfast';

const manager = createSessionManager();
const outcome = async () => {
  try {
    const session = manager.getOrCreateSession('homeless', { cwd: '/' });
    await session.exec('kept=value; exit 3');
    const { stdout } = await session.exec('echo $kept; cat', { stdin: 'input\n' });
    return stdout;
  } catch (error) {
    return error instanceof HoldfastError ? error.code : String(error);
  }
};
const report = await outcome();
await manager[Symbol.asyncDispose]();
console.log(JSON.stringify(report));
