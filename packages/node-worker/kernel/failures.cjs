/**
 * Uncaught errors as text, as plain Node prints them: the line, a caret, the stack, without the
 * frames of the kernel.
 *
 * Reading an error can run user code (getters, `inspect.custom`), so callers do it under the guard.
 */
'use strict';

const { createFrames } = /** @type {typeof import('./frames.cjs')} */ (require('./frames.cjs'));

/** @typedef {import('./program.cjs').Programs} Programs */

/**
 * @typedef {object} Failure
 * @property {string} name
 * @property {string} message
 * @property {string} traceback
 */

const messageLimit = 64_000;
const tracebackLimit = 256_000;
/** As Node shows what it ends of: deeper than other values, and not as the value itself would like to be shown. */
const uncaught = { depth: 5, customInspect: false };

/**
 * @param {import('./host.cjs').Host} host
 * @param {Programs} programs
 */
const createFailures = (host, programs) => {
  const frames = createFrames(host, programs);

  /** @param {unknown} error @returns {Failure} */
  const describe = (error) => {
    try {
      return isError(host, error) ? describeError(error) : describeOther(error);
    } catch {
      return describeBriefly(error);
    }
  };

  /** @param {Error} error @returns {Failure} */
  const describeError = (error) => {
    const text = frames.correct(showError(error));
    const header = text.startsWith('[command ') ? '' : locate(error);
    return {
      name: shorten(className(error), 1_000),
      message: shorten(readText(error, 'message'), messageLimit),
      traceback: shorten(`${header}${text}\n`, tracebackLimit),
    };
  };
  /** Showing it threw: its stack is made by a broken `Error.prepareStackTrace`, say. @param {unknown} error @returns {Failure} */
  const describeBriefly = (error) => {
    const message =
      host.types.isNativeError(error) && readText(error, 'message')
        ? readText(error, 'message')
        : '(an error that can not be shown)';
    const name = host.types.isNativeError(error) ? className(error) : 'Uncaught';
    return {
      name,
      message: shorten(message, messageLimit),
      traceback: shorten(`${name}: ${message}\n`, tracebackLimit),
    };
  };
  /** @param {unknown} value @returns {Failure} */
  const describeOther = (value) => {
    const text = host.inspect(value, uncaught);
    return {
      name: 'Uncaught',
      message: shorten(text, messageLimit),
      traceback: shorten(`Uncaught ${text}\n`, tracebackLimit),
    };
  };

  /** Without the brackets that stand for a stack that is not there. @param {Error} error */
  const showError = (error) => {
    const text = host.inspect(error, uncaught);
    const stack = readText(error, 'stack');
    return text === `[${stack}]` ? stack : text;
  };
  /** The line that threw, if it is one of a command, and a caret below it. @param {Error} error */
  const locate = (error) => {
    const stack = frames.correct(readText(error, 'stack'));
    const frame = /^ {4}at .*$/m.exec(stack)?.[0] ?? '';
    const place = /(\[command \d+\]):(\d+):(\d+)\)?$/.exec(frame);
    if (!place) return '';
    const [, filename = '', line = '', column = ''] = place;
    return showLine(filename, Number(line), Number(column));
  };
  /** @param {string} filename @param {number} line @param {number} column */
  const showLine = (filename, line, column) => {
    const text = programs.sourceOf(filename)?.code.split(/\r\n|[\n\r\u2028\u2029]/)[line - 1];
    if (text === undefined || text.length > 2_000) return '';
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
    return `${filename}:${line}\n${text}\n${indent}^\n\n`;
  };

  return {
    describe,
    /** @param {import('./program.cjs').SyntaxProblem} problem @returns {Failure} */
    describeSyntax: (problem) => {
      if ('error' in problem) return describe(problem.error);
      const { message, line, column } = problem;
      const header = showLine(programs.currentFile(), line, column);
      return { name: 'SyntaxError', message, traceback: `${header}SyntaxError: ${message}\n` };
    },
  };
};

/** @param {import('./host.cjs').Host} host @param {unknown} value @returns {value is Error} */
const isError = (host, value) =>
  !host.types.isProxy(value) &&
  (host.types.isNativeError(value) ||
    (typeof value === 'object' && value !== null && readText(value, 'stack') !== '' && 'message' in value));

/** @param {object} object @param {string} key */
const readText = (object, key) => {
  try {
    const value = Reflect.get(object, key);
    return typeof value === 'string' ? value : '';
  } catch {
    return '';
  }
};

/** What it calls itself, or the class that it was made by. @param {Error} error */
const className = (error) => {
  const name = readText(error, 'name') || 'Error';
  if (name !== 'Error') return name;
  try {
    return readText(error.constructor, 'name') || name;
  } catch {
    return name;
  }
};

/** @param {string} text @param {number} limit */
const shorten = (text, limit) =>
  text.length > limit ? `${text.slice(0, limit)}\n... ${text.length - limit} more characters\n` : text;

module.exports = { createFailures };
