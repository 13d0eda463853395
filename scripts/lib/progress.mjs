/** Step lines: `▸ lint` while it runs, `✓ lint 0.4 s` when it is done. */

const colourful = process.stdout.isTTY === true && !process.env.NO_COLOR;

/**
 * @param {number} code an ANSI colour
 * @param {string} text
 */
const paint = (code, text) => (colourful ? `\u001b[${code}m${text}\u001b[0m` : text);

/** @param {string} text */
export const green = (text) => paint(32, text);
/** @param {string} text */
export const red = (text) => paint(31, text);
/** @param {string} text */
export const yellow = (text) => paint(33, text);
/** @param {string} text */
export const dim = (text) => paint(2, text);

/** @param {number} since from `performance.now()` */
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/**
 * Runs one step, tells how it went, and shows the output of one that failed.
 *
 * @param {string} name
 * @param {() => Promise<{ ok: boolean, output?: string, note?: string }>} work
 * @returns {Promise<{ name: string, ok: boolean, took: string }>}
 */
export async function step(name, work) {
  const startedAt = performance.now();
  process.stdout.write(colourful ? dim(`▸ ${name} …`) : `▸ ${name} …\n`);
  const { ok, output = '', note = '' } = await work().catch(thrown);
  const took = seconds(startedAt);
  if (colourful) process.stdout.write('\r\u001b[2K');
  console.log(`${ok ? green('✓') : red('✗')} ${name} ${dim(took)}${note ? ` ${note}` : ''}`);
  if (!ok && output.trim() !== '') console.log(`\n${output.trimEnd()}\n`);
  return { name, ok, took };
}

/**
 * A check that throws has failed, like one that finds something.
 *
 * @param {unknown} error
 * @returns {{ ok: boolean, output: string, note?: string }}
 */
function thrown(error) {
  return { ok: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
