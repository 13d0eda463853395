/** From how a command ended to its reply: the value as text, the error on stderr, the exit code. */
'use strict';

/**
 * @typedef {object} RunReply
 * @property {number} exitCode
 * @property {boolean} [exited]
 * @property {import('./failures.cjs').Failure | { name: string, message: string }} [error]
 * @property {{ text: string, data: Record<string, string> }} [result]
 * @property {boolean} [keptOutput]
 * @property {boolean} [strayWriters]
 */

/**
 * How a command ended. A value can still be overruled, until its output is complete, by an error in
 * what it left to do (ticks, promises).
 * @typedef {{ kind: 'value', value: unknown }
 *   | { kind: 'error', error: unknown }
 *   | { kind: 'syntax', problem: import('./program.cjs').SyntaxProblem }
 *   | { kind: 'exit', code: number }
 *   | { kind: 'interrupted' }} Outcome
 */

/** @typedef {{ program?: import('./program.cjs').Program }} Concluded */

const resultLimit = 100_000;
const interrupted = { name: 'Interrupted', message: 'The command was interrupted.' };

/** @type {RunReply} */
const interruptedReply = { exitCode: 130, error: interrupted };

/**
 * @param {object} parts
 * @param {import('./host.cjs').Host} parts.host
 * @param {ReturnType<typeof import('./failures.cjs').createFailures>} parts.failures
 * @param {import('./stdio.cjs').Stdio} parts.stdio
 * @param {import('./user-globals.cjs').UserGlobals} parts.userGlobals
 * @param {() => import('./guard.cjs').Guard} parts.guard
 * @returns {(command: Concluded, outcome: Outcome) => RunReply} never throws
 */
const createConcluder = ({ host, failures, stdio, userGlobals, guard }) => {
  /** @param {Concluded} command @param {Outcome} outcome @returns {RunReply} */
  const conclude = (command, outcome) => {
    const exitCode = userGlobals.takeExitCode();
    switch (outcome.kind) {
      case 'value':
        return concludeValue(command, outcome.value, exitCode ?? 0);
      case 'exit':
        return { exitCode: outcome.code, exited: true };
      case 'interrupted':
        return interruptedReply;
      case 'syntax':
        return report(() => failures.describeSyntax(outcome.problem));
      default:
        return report(() => failures.describe(outcome.error));
    }
  };
  /** @param {Concluded} command @param {unknown} value @param {number} exitCode @returns {RunReply} */
  const concludeValue = (command, value, exitCode) => {
    if (value === undefined || !command.program?.hasValue) return { exitCode };
    /** @type {string | undefined} */
    let text;
    try {
      if (typeof value === 'number' || typeof value === 'boolean')
        text = Object.is(value, -0) ? '-0' : `${value}`;
      else if (!guard().run(() => (text = host.inspect(value)))) return interruptedReply;
    } catch (error) {
      return report(() => failures.describe(error));
    }
    const shown = shorten(`${text}`);
    return { exitCode, result: { text: shown, data: { 'text/plain': shown } } };
  };
  /** @param {() => import('./failures.cjs').Failure} describe @returns {RunReply} */
  const report = (describe) => {
    /** @type {import('./failures.cjs').Failure | undefined} */
    let error;
    guard().run(() => {
      error = describe();
    });
    if (error === undefined) return interruptedReply;
    stdio.writeError(error.traceback);
    return { exitCode: 1, error };
  };

  return (command, outcome) => {
    try {
      return conclude(command, outcome);
    } catch (error) {
      return {
        exitCode: 1,
        error: { name: 'Error', message: `The kernel could not tell the outcome: ${error}` },
      };
    }
  };
};

/** @param {string} text */
const shorten = (text) =>
  text.length > resultLimit
    ? `${text.slice(0, resultLimit)}... ${text.length - resultLimit} more characters`
    : text;

module.exports = { createConcluder, interruptedReply };
