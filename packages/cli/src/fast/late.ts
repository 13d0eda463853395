/** Modules of Node's that are seldom needed: each would cost every call a tenth of a millisecond, or five. */

export const isTerminal = (descriptor: number): boolean =>
  process.getBuiltinModule('node:tty').isatty(descriptor);

export const parseOptions: typeof import('node:util').parseArgs = (config) =>
  process.getBuiltinModule('node:util').parseArgs(config);

/** @returns undefined for a name that is no signal's here */
export const numberOfSignal = (name: string): number | undefined =>
  process.getBuiltinModule('node:os').constants.signals[name as NodeJS.Signals];
