/**
 * `process.stdout`, `process.stderr` and `process.stdin` of user code.
 *
 * Writes are synchronous: a slow reader slows the child down, and nothing is lost when the process
 * ends. Node's own streams for pipes would make the pipe non-blocking, for child processes that
 * share it too. Input is a new stream for each command that is given some.
 *
 * Belongs to the main context. Streams are made when they are first asked for.
 */
'use strict';

// Looked up once: user code can put anything in their place.
const { Buffer, Error, console, process } = globalThis;
const { apply } = Reflect;
const { assign, defineProperty } = Object;
const { from } = Buffer;
const { isView } = ArrayBuffer;
const { nextTick } = process;

/**
 * @param {import('./host.cjs').Host} host
 * @returns {{ beginInput: (hasInput: boolean) => void, warmUp: () => void, revive: () => void }}
 */
const installStandardStreams = (host) => {
  const { writeAll } = host;

  const stdout = lazily(() => createOutput(writeAll, 1));
  const stderr = lazily(() => createOutput(writeAll, 2));
  for (const [name, get] of /** @type {const} */ ([
    ['stdout', stdout],
    ['stderr', stderr],
  ])) {
    defineProperty(process, name, { configurable: true, enumerable: true, get });
  }

  /** @type {import('node:stream').Readable | undefined} */
  let input;
  let hasInput = false;
  defineProperty(process, 'stdin', {
    configurable: true,
    enumerable: true,
    get: () => {
      input ??= hasInput ? createInput(host) : createEmptyInput();
      return input;
    },
  });

  return {
    beginInput: (next) => {
      const previous = input;
      input = undefined;
      hasInput = next;
      if (previous) endInput(previous);
    },
    // What Node makes when it is first needed, it makes with what user code has left of the built-ins.
    warmUp: () => {
      stdout();
      stderr();
      for (const name of /** @type {const} */ (['_stdout', '_stderr'])) Reflect.get(console, name);
    },
    revive: () => {
      reviveStream(stdout());
      reviveStream(stderr());
    },
  };
};

/** @param {import('node:stream').Writable & { _undestroy(): void }} stream */
const reviveStream = (stream) => {
  if (stream.writableEnded || stream.destroyed) stream._undestroy();
};

/** @template Value @param {() => Value} make @returns {() => Value} */
const lazily = (make) => {
  /** @type {Value | undefined} */
  let value;
  return () => {
    value ??= make();
    return value;
  };
};

/** @param {import('./host.cjs').Host['writeAll']} writeAll @param {number} fd */
const createOutput = (writeAll, fd) => {
  const { Writable } = require('node:stream');
  /** @param {Uint8Array} bytes */
  const writeNow = (bytes) => {
    const code = writeAll(fd, bytes);
    return code === undefined ? null : assign(new Error(`write ${code}`), { code, syscall: 'write' });
  };
  /** @type {import('node:stream').Writable & { _undestroy(): void }} */
  const stream = /** @type {any} */ (
    new Writable({
      write: (chunk, _encoding, done) => done(writeNow(chunk)),
      // As with Node's own: destroying it leaves the descriptor alone, and it can be written to again.
      destroy: (error, done) => {
        done(error);
        stream._undestroy();
      },
    })
  );
  const { write } = stream;
  const defaultWrite = (/** @type {unknown[]} */ args) => apply(write, stream, args);
  // Without the stream's own book-keeping: an interrupt in the middle of it would leave the stream
  // waiting for ever for a write that was never finished.
  /** @param {any} chunk @param {any} encoding @param {any} [done] */
  function writeThrough(chunk, encoding, done) {
    const isText = typeof chunk === 'string';
    if (stream.writableEnded || stream.destroyed || stream.writableCorked > 0 || !(isText || isView(chunk))) {
      return defaultWrite([chunk, encoding, done]);
    }
    const callback = typeof encoding === 'function' ? encoding : done;
    const error = writeNow(
      isText ? apply(from, Buffer, [chunk, typeof encoding === 'string' ? encoding : 'utf8']) : chunk,
    );
    if (typeof callback === 'function') apply(nextTick, process, [callback, error]);
    if (error) apply(nextTick, process, [() => stream.emit('error', error)]);
    return true;
  }
  stream.setMaxListeners(0);
  defineProperty(stream, 'write', { configurable: true, writable: true, value: writeThrough });
  return assign(stream, { fd, _type: 'pipe', _isStdio: true, destroySoon: stream.destroy });
};

/** A file where all of the input was known from the start, else a pipe. @param {import('./host.cjs').Host} host */
const createInput = (host) => {
  if (!host.fstat(0).isFile()) return createPipeInput();
  // The descriptor is the process' own and outlives the stream.
  return require('node:fs').createReadStream('', { fd: 0, autoClose: false });
};

const createPipeInput = () => {
  const { Socket } = require('node:net');
  const stream = new Socket(
    /** @type {any} */ ({ fd: 0, readable: true, writable: false, manualStart: true }),
  );
  return assign(stream, { fd: 0 });
};

/** At its end from the start. */
const createEmptyInput = () => {
  const { Readable } = require('node:stream');
  const stream = new Readable({
    read() {
      this.push(null);
    },
  });
  return assign(stream, { fd: 0 });
};

/** Whoever still reads sees the end, not an error. @param {any} stream */
const endInput = (stream) => {
  try {
    const handle = stream._handle;
    if (!handle || stream.destroyed) return;
    stream._handle = null;
    handle.close();
    stream.push(null);
    stream.resume();
  } catch {
    // The user took it apart.
  }
};

module.exports = { installStandardStreams };
