/**
 * Node's functions as they were before any user code ran: the kernel's only way to the outside.
 *
 * Belongs to the main context. Nothing here looks anything up on a global object, a prototype or a
 * module after start-up, so a user who replaces `fs.writeSync` or `Reflect.apply` changes nothing.
 */
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const util = require('node:util');
const vm = require('node:vm');
const { listenToClose, listenToSpawn } = require('./listeners.cjs');
const { takeBasics } = require('./node-internals.cjs');

// Looked up once: user code can put anything in their place.
const { process, Buffer, Number, Object, Promise, Reflect, String, TextEncoder, Uint8Array } = globalThis;
const { assign, create, defineProperty, getPrototypeOf } = Object;

/** @typedef {import('./node-internals.cjs').Internals} Internals */
/** @typedef {ReturnType<typeof captureHost>} Host */

/**
 * @param {Internals | undefined} internals
 * @param {object} realm
 * @param {string} kernelDir
 */
const captureHost = (internals, realm, kernelDir) => {
  const { apply } = Reflect;
  const { Script } = vm;
  /** With what Node's types do not tell of. */
  const privateProcess = /** @type {any} */ (process);
  const { Atomics, SharedArrayBuffer, Int32Array } = globalThis;
  const { _kill: kill, cwd, chdir, exit, reallyExit, getActiveResourcesInfo, hrtime } = privateProcess;
  const { inspect, types } = util;
  const { openSync, closeSync, fstatSync, statSync, readFileSync, readdirSync, readlinkSync } = fs;
  const { utf8Slice } = /** @type {any} */ (Buffer.prototype);
  const encoder = new TextEncoder();
  const { encode } = encoder;
  /** @type {() => void} */
  const tick = privateProcess._tickCallback;
  const setImmediate = globalThis.setImmediate;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const { wait } = Atomics;
  const { endsWith, slice } = String.prototype;
  const importModuleDynamically = vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER;

  // The method underneath `script.runInContext`: that one looks at `process.listenerCount`.
  const runRaw = Object.getPrototypeOf(Script.prototype).runInContext ?? undefined;
  const runInContext = Script.prototype.runInContext;
  const runInThisContext = Script.prototype.runInThisContext;
  const guardOptions = Object.freeze({ __proto__: null, displayErrors: false, breakOnSigint: true });
  const runOptions = Object.freeze({ __proto__: null, displayErrors: false });

  const writeRaw = captureWrite(internals);

  return {
    process,
    /** The global object of user code. */
    globalThis,
    realm: /** @type {Record<string, unknown>} */ (realm),
    kernelDir,
    internals,
    ...takeBasics(internals),
    pid: process.pid,
    version: process.version,
    execPath: process.execPath,
    signals: os.constants.signals,
    path: { join: path.join, isAbsolute: path.isAbsolute },
    types: { isPromise: types.isPromise, isProxy: types.isProxy, isNativeError: types.isNativeError },
    fsConstants: fs.constants,
    setImmediate,
    tick,

    /** @param {string} file @param {number | string} flags */
    open: (file, flags) => openSync(file, flags),
    /** @param {number} fd */
    close: (fd) => closeSync(fd),
    /** @param {number} fd */
    fstat: (fd) => fstatSync(fd),
    /** @param {string} file */
    stat: (file) => statSync(file),
    /** @param {string} file */
    readText: (file) => readFileSync(file, 'utf8'),
    /** @param {string} file */
    readLink: (file) => readlinkSync(file),
    /** @param {string} folder */
    list: (folder) => readdirSync(folder),

    /**
     * Writes all of it, waiting where the pipe is full.
     * @param {number} fd
     * @param {Uint8Array} bytes
     * @returns {string | undefined} the error's code, if it failed
     */
    writeAll: (fd, bytes) => {
      const { byteLength } = bytes;
      let offset = 0;
      while (offset < byteLength) {
        const written = writeRaw(fd, bytes, offset, byteLength - offset);
        if (typeof written === 'number') offset += written;
        else if (written === 'EAGAIN') wait(sleeper, 0, 0, 1);
        else if (written !== 'EINTR') return written;
      }
      return undefined;
    },
    /** @param {string} text @returns {Uint8Array} */
    encode: (text) => apply(encode, encoder, [text]),
    /** @param {ArrayBuffer} buffer @param {number} start @param {number} end @returns {string} */
    decode: (buffer, start, end) => apply(utf8Slice, new Uint8Array(buffer), [start, end]),
    /** Milliseconds of a clock that does not jump. */
    now: () => {
      const time = hrtime();
      return time[0] * 1_000 + time[1] / 1_000_000;
    },
    /** @param {number} ms */
    sleep: (ms) => void wait(sleeper, 0, 0, ms),

    /**
     * @param {string} code
     * @param {string} filename
     * @param {number} [columnOffset]
     * @returns {vm.Script}
     */
    compile: (code, filename, columnOffset = 0) =>
      new Script(
        code,
        /** @type {any} */ ({ __proto__: null, filename, columnOffset, importModuleDynamically }),
      ),
    /** @param {vm.Script} script @returns {unknown} in the main context */
    run: (script) =>
      runRaw
        ? apply(runRaw, script, [null, -1, false, false, false])
        : apply(runInThisContext, script, [runOptions]),
    /** @param {vm.Script} script runs in the kernel's realm, and ends on SIGINT @param {number} [timeout] or then */
    runGuarded: (script, timeout) =>
      runRaw
        ? apply(runRaw, script, [realm, timeout ?? -1, false, true, false])
        : apply(runInContext, script, [realm, timeout ? { ...guardOptions, timeout } : guardOptions]),

    /**
     * Calls back when a promise settles, whatever was done to `Promise`.
     * @param {Promise<unknown>} promise
     * @param {(value: unknown) => void} onValue
     * @param {(error: unknown) => void} onError
     */
    observe: captureObserve(),

    createGate,
    /** @param {unknown} value @param {import('node:util').InspectOptions} [options] @returns {string} */
    inspect: (value, options) => inspect(value, options),
    /** @param {number} pid @param {number} signal @returns {number} 0, or a negative error number */
    kill: (pid, signal) => apply(kill, process, [pid, signal]),
    /** Also of a directory that was removed. @returns {string} */
    cwd: () => {
      try {
        return apply(cwd, process, []);
      } catch {
        const link = readlinkSync('/proc/self/cwd');
        const mark = ' (deleted)';
        return apply(endsWith, link, [mark]) ? apply(slice, link, [0, -mark.length]) : link;
      }
    },
    /** @param {string} folder */
    chdir: (folder) => apply(chdir, process, [folder]),
    /** Ends the process as `process.exit()` does: exit listeners run. */
    exitProcess: () => {
      privateProcess.reallyExit = reallyExit;
      apply(exit, process, []);
    },
    /** What keeps the event loop busy, by kind. @returns {string[]} */
    activeResources: () => apply(getActiveResourcesInfo, process, []),
    onSpawn: (/** @type {import('./listeners.cjs').SpawnListener} */ listener) =>
      listenToSpawn(internals, listener),
    /**
     * Calls back when a descriptor is closed by number.
     * @param {(fd: number) => void} listener
     * @returns {boolean} whether it can
     */
    onClose: (listener) => listenToClose(internals, listener),
    /** @param {number} fd @param {(bytes: ArrayBuffer | undefined) => void} onRead undefined: end of file */
    readPipe: (fd, onRead) => readPipe(internals, fd, onRead),
  };
};

/**
 * What a command's own awaits ask before they go on: see awaits.cjs.
 * @typedef {((value: unknown) => unknown) & { ended: boolean, readonly never: Promise<never> }} Gate
 */

/** @returns {Gate} */
const createGate = () => {
  const gate = (/** @type {unknown} */ value) => value;
  // Without what user code may have put on Object.prototype.
  const own = (/** @type {object} */ property) => assign(create(null), property);
  defineProperty(gate, 'ended', own({ value: false, writable: true }));
  defineProperty(gate, 'never', own({ get: () => new Promise(() => undefined) }));
  return /** @type {any} */ (gate);
};

/** @param {Internals | undefined} internals */
const captureWrite = (internals) => {
  const { writeSync } = fs;
  const writeBuffer = internals?.fs.writeBuffer;
  // Node 20's fs.writeSync reads `error` off a plain object: a user who pollutes Object.prototype would break it.
  if (typeof writeBuffer === 'function' && Number.parseInt(process.versions.node, 10) === 20) {
    return (
      /** @type {number} */ fd,
      /** @type {Uint8Array} */ bytes,
      /** @type {number} */ offset,
      /** @type {number} */ length,
    ) => {
      const context = { __proto__: null, errno: undefined, code: '' };
      const written = writeBuffer(fd, bytes, offset, length, null, undefined, context);
      return context.errno === undefined ? /** @type {number} */ (written) : context.code;
    };
  }
  return (
    /** @type {number} */ fd,
    /** @type {Uint8Array} */ bytes,
    /** @type {number} */ offset,
    /** @type {number} */ length,
  ) => {
    try {
      return writeSync(fd, bytes, offset, length);
    } catch (error) {
      return /** @type {NodeJS.ErrnoException} */ (error).code ?? 'EIO';
    }
  };
};

const captureObserve = () => {
  const { prototype } = Promise;
  return async (
    /** @type {Promise<unknown>} */ promise,
    /** @type {(value: unknown) => void} */ onValue,
    /** @type {(error: unknown) => void} */ onError,
  ) => {
    try {
      // `await` takes a promise as it is only if its constructor is Promise; else it would call `then`,
      // which was perhaps replaced too.
      if (prototype.constructor !== Promise && getPrototypeOf(promise) === prototype) {
        defineProperty(
          promise,
          'constructor',
          /** @type {PropertyDescriptor} */ ({ __proto__: null, value: Promise }),
        );
      }
      onValue(await promise);
    } catch (error) {
      onError(error);
    }
  };
};

/**
 * @param {Internals | undefined} internals
 * @param {number} fd
 * @param {(bytes: ArrayBuffer | undefined) => void} onRead
 */
const readPipe = (internals, fd, onRead) => {
  const Pipe = internals?.pipe.Pipe;
  if (Pipe) {
    const handle = new Pipe(internals.pipe.constants.SOCKET);
    handle.open(fd);
    handle.onread = onRead;
    handle.readStart();
    return { close: () => handle.close() };
  }
  const { Socket } = require('node:net');
  const socket = new Socket({ fd, readable: true, writable: false });
  socket.on('data', (data) => {
    const { buffer, byteOffset, byteLength } = data;
    onRead(/** @type {ArrayBuffer} */ (buffer).slice(byteOffset, byteOffset + byteLength));
  });
  socket.on('close', () => onRead(undefined));
  socket.on('error', () => undefined);
  return { close: () => void socket.destroy() };
};

module.exports = { captureHost };
