/** The daemon's log: JSON lines, without anything secret. */
import { type DestinationStream, type Logger, pino } from 'pino';

export interface LogOptions {
  /** Default `info`. `debug` has a line for every request. */
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Default: standard error. */
  destination?: DestinationStream;
}

// The daemon itself logs none of these. What a host app logs with the same logger is kept clean, too.
const secretPaths = ['token', 'authorization', 'headers', 'env', 'config.env'].flatMap((name) => [
  name,
  `*.${name}`,
]);

export const createLogger = ({
  level = 'info',
  destination = pino.destination(2),
}: LogOptions = {}): Logger =>
  pino(
    { level, base: { pid: process.pid }, redact: { paths: secretPaths, censor: '[redacted]' } },
    destination,
  );
