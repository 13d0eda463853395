/** A daemon in a process of its own, for tests that kill it: `node daemon-process.mjs OPTIONS`, options as JSON. */
import { startDaemon } from '../../dist/index.js';

try {
  const daemon = await startDaemon(JSON.parse(process.argv[2] ?? '{}'));
  console.log(JSON.stringify({ ready: daemon.address }));
  process.on('SIGTERM', () => void daemon.close());
  await daemon.closed;
} catch (error) {
  console.log(JSON.stringify({ error: { code: error.code, message: error.message, data: error.data } }));
  process.exitCode = 3;
}
