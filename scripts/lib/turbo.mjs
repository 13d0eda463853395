/** Runs turbo without telemetry, update checks or anything else that would touch the network. */
import { run } from './run.mjs';

const offline = { TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };

/**
 * Builds what has changed. Silent unless something fails.
 *
 * @param {string[]} [args] for turbo: `--filter=holdfast`, `--force`
 */
export function buildPackages(args = []) {
  return run('turbo', ['run', 'build', '--ui=stream', '--output-logs=errors-only', ...args], {
    env: offline,
  });
}
