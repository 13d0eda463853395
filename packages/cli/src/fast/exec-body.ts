/** What is sent of an `exec`. */
import type { ExecRequest } from './exec-arguments.ts';

export const bodyOf = (
  { language, timeoutMs, cwd, env }: ExecRequest,
  command: string,
  commandId: string,
  more: Record<string, unknown> = {},
): string =>
  JSON.stringify({
    command,
    commandId,
    ...(language === undefined ? {} : { language }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...more,
  });
