/**
 * Stack traces as if the kernel were not there: without its frames, and with the columns that were
 * typed, not those of the text that was made of it.
 */
'use strict';

/** @typedef {import('./program.cjs').Programs} Programs */
/** @typedef {ReturnType<typeof createFrames>} Frames */

const place = /(\[command \d+\]):(-?\d+):(-?\d+)/g;

/**
 * @param {import('./host.cjs').Host} host
 * @param {Programs} programs
 */
const createFrames = (host, programs) => {
  /**
   * @param {string} filename
   * @param {number} line
   * @param {number} column
   * @returns {{ column: number, isAdded: boolean }} `isAdded`: in text that was put in
   */
  const findPlace = (filename, line, column) => {
    const source = programs.sourceOf(filename);
    if (!source || source.edits.length === 0) return { column, isAdded: false };
    const lineStart = startOfLine(source.code, line);
    const position = column - 1;
    let shift = 0;
    for (const { start, end, text } of source.edits) {
      if (start < lineStart) continue;
      const begin = start - lineStart;
      if (begin + shift > position || source.code.slice(lineStart, start).includes('\n')) break;
      if (position < begin + shift + text.length && text.length > end - start) {
        return { column: begin + 1, isAdded: true };
      }
      shift += text.length - (end - start);
    }
    return { column: Math.max(1, column - shift), isAdded: false };
  };
  /** @param {string} text */
  const correctColumns = (text) =>
    text.replace(
      place,
      (_whole, filename, line, column) =>
        `${filename}:${line}:${findPlace(filename, Number(line), Number(column)).column}`,
    );

  /** @param {NodeJS.CallSite | undefined} site */
  const isAdded = (site) =>
    site !== undefined &&
    findPlace(site.getFileName() ?? '', site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0).isAdded;
  /** What refuses to assign to a constant are functions: where they are called is enough. @param {NodeJS.CallSite[]} trace */
  const dropAddedFrames = (trace) => {
    while (isAdded(trace[0]) && isAdded(trace[1])) trace.shift();
  };

  const isKernel = (/** @type {NodeJS.CallSite} */ site) => isKernelFile(host, site.getFileName());
  const isUser = (/** @type {NodeJS.CallSite} */ site) =>
    !isKernel(site) && site.getFileName()?.startsWith('node:') === false;
  /**
   * Below user code there is nothing but the kernel and what Node began with; above it, what it called of the kernel's.
   * @param {NodeJS.CallSite[]} trace
   */
  const cutKernel = (trace) => {
    const lastOfUser = trace.findLastIndex(isUser);
    let length = trace.findIndex((site, place) => place > lastOfUser && isKernel(site));
    if (length === -1) length = trace.length;
    else while (length > 0 && isEntry(/** @type {NodeJS.CallSite} */ (trace[length - 1]))) length -= 1;
    trace.length = length;
    for (let n = length - 1; n >= 0; n -= 1) {
      if (isKernel(/** @type {NodeJS.CallSite} */ (trace[n]))) trace.splice(n, 1);
    }
  };

  const format = host.internals?.prepareStackTrace;
  const isInstalled = typeof format === 'function';
  if (isInstalled) {
    host.internals?.errors.setPrepareStackTraceCallback(
      (
        /** @type {unknown} */ global,
        /** @type {unknown} */ error,
        /** @type {NodeJS.CallSite[]} */ trace,
      ) => {
        try {
          cutKernel(trace);
          dropImports(trace);
          dropAddedFrames(trace);
        } catch {
          // As V8 has it, then.
        }
        const stack = format(global, error, trace);
        return typeof stack === 'string' ? correctColumns(stack) : stack;
      },
    );
  }
  return {
    /** For text whose stacks were not corrected when they were made. @param {string} text */
    correct: (text) => (isInstalled ? text : correctColumns(text)),
  };
};

/** Imports are put before the first character of a command. @param {NodeJS.CallSite[]} trace */
const dropImports = (trace) => {
  for (let n = trace.length - 1; n >= 0; n -= 1) {
    const site = trace[n];
    if (site?.getFileName()?.startsWith('[command ') && (site.getColumnNumber() ?? 0) < 1) trace.splice(n, 1);
  }
};

/** @param {NodeJS.CallSite} site */
const isEntry = (site) => site.getFileName() === 'node:vm' || site.getFunctionName() === 'runNextTicks';

/** @param {import('./host.cjs').Host} host @param {string | null | undefined} file */
const isKernelFile = (host, file) => typeof file === 'string' && file.startsWith(`${host.kernelDir}/`);

/** @param {string} code @param {number} line */
const startOfLine = (code, line) => {
  let start = 0;
  for (let n = 1; n < line; n += 1) {
    const end = code.indexOf('\n', start);
    if (end === -1) return code.length;
    start = end + 1;
  }
  return start;
};

module.exports = { createFrames };
