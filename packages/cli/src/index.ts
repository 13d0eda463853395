/**
 * `holdfast`, the program: live sessions on the command line.
 *
 * `bin/holdfast.cjs` runs `holdfast.ts`, bundled into one file. `exec` goes the short way (`fast/`): one
 * request over the daemon's socket, with Node's own modules and nothing else. All other commands are defined
 * in `program.ts` and imported when they are called.
 *
 * ```
 * holdfast        the entry: exec or program; errors become a message and an exit code
 * fast/           exec: its arguments, its request, its output, its signals
 * program         commands and options (commander)
 * commands/       what they do: start, sessions (end, list, state …), logs, run, watch, daemon, doctor …
 * attach/         the line editor: what is whole, what can be completed, what runs
 * daemon/         finding, starting and being the daemon; what was lost with an earlier one
 * missing-session why a session is not there, from its files
 * package/        where this package is
 * exit-codes      what the numbers mean; result, output: how results and tables are told
 * ```
 *
 * The package exports what programs that call it need to know: its exit codes.
 */
export { type ExitCodeName, exitCodeMeanings, exitCodeOfError, exitCodes } from './exit-codes.ts';
export type { JsonResult } from './result.ts';
