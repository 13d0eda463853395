/** Times as they are written on a command line. */
import { usageError } from './cli-error.ts';

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const longestMs = 2 ** 31 - 1;

/** `500`, `500ms`, `30s`, `5m`, `1h` in milliseconds; 0 means none. */
export const parseDuration = (option: string, text: string): number => {
  const [, amount, unit = 'ms'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const ms = Math.round(Number(amount) * (units[unit] ?? 1));
  if (amount !== undefined && ms <= longestMs) return ms;
  throw usageError(`${option} takes a time such as 500ms, 30s, 5m or 0 (none), not ${JSON.stringify(text)}.`);
};
