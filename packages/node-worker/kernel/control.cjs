/**
 * The control channel: calls come in as lines of JSON, answers go out as lines of JSON.
 *
 * Both pipes can be opened again by path, so a user who closes every descriptor does not cut the
 * line. When the host is gone, so is its end of the pipe, and this process ends with its group.
 */
'use strict';

const newline = 0x0a;

/**
 * A call, as comlink words it.
 * @typedef {object} CallMessage
 * @property {string} id
 * @property {string} type
 * @property {string[]} [path]
 * @property {{ value: unknown }[]} [argumentList]
 */

/**
 * @typedef {object} Control
 * @property {(id: string, value: unknown) => void} answer
 * @property {(id: string, name: string, message: string) => void} fail
 * @property {() => void} repair opens again what user code closed, or ends the process if it can not go on
 * @property {() => number} highestFd
 * @property {() => void} learn looks around, once, while there is time
 */

/**
 * @param {import('./host.cjs').Host} host
 * @param {{ controlIn: string, controlOut: string, exempt: (onRead: Function) => void }} options
 * @param {(messages: CallMessage[]) => void} onMessages
 * @returns {Control}
 */
const openControl = (host, { controlIn, controlOut, exempt }, onMessages) => {
  const { O_RDONLY, O_WRONLY, O_NONBLOCK } = host.fsConstants;
  const splitLines = createLineSplitter(host);
  const onRead = (/** @type {ArrayBuffer | undefined} */ bytes) => {
    if (bytes === undefined) return endWithHost(host);
    /** @type {CallMessage[]} */
    const messages = [];
    for (const line of splitLines(bytes)) {
      const message = parse(line);
      if (message) messages.push(message);
    }
    if (messages.length > 0) onMessages(messages);
  };

  exempt(onRead);

  let out = openOrEnd(host, controlOut, O_WRONLY);
  let input = openInput();
  const identity = { in: identify(host, input.fd), out: identify(host, out) };

  function openInput() {
    const fd = openOrEnd(host, controlIn, O_RDONLY | O_NONBLOCK);
    return { fd, handle: host.readPipe(fd, onRead) };
  }
  /** @type {number[]} */
  let loopFds = [];
  const repair = () => {
    endIfLoopIsGone(host, loopFds);
    if (identify(host, out) !== identity.out) out = openOrEnd(host, controlOut, O_WRONLY);
    if (identify(host, input.fd) === identity.in) return;
    const old = input;
    const free = openOrEnd(host, controlIn, O_RDONLY | O_NONBLOCK);
    input = openInput();
    // The old handle closes its number, whoever has it by now: nobody else may, or it stays as it is.
    if (free === old.fd) old.handle.close();
    else host.close(free);
  };
  const send = (/** @type {object} */ message) => {
    const line = host.encode(`${JSON.stringify(message)}\n`);
    if (host.writeAll(out, line) === undefined) return;
    repair();
    host.writeAll(out, line);
  };

  return {
    answer: (id, value) => send({ id, type: 'RAW', value }),
    fail: (id, name, message) =>
      send({
        id,
        type: 'HANDLER',
        name: 'throw',
        value: { isError: true, value: { name, message, stack: '' } },
      }),
    repair,
    highestFd: () => Math.max(out, input.fd, ...loopFds),
    learn: () => {
      loopFds = findLoopFds(host);
    },
  };
};

const loopFile = 'anon_inode:[eventpoll]';

/** The descriptors that the event loop waits on. @param {import('./host.cjs').Host} host */
const findLoopFds = (host) => {
  try {
    return host
      .list('/proc/self/fd')
      .map(Number)
      .filter((fd) => isLoopFd(host, fd));
  } catch {
    return [];
  }
};

/** @param {import('./host.cjs').Host} host @param {number} fd */
const isLoopFd = (host, fd) => {
  try {
    return host.readLink(`/proc/self/fd/${fd}`) === loopFile;
  } catch {
    return false;
  }
};

/**
 * User code closed what the event loop lives on: the process is about to abort. Better before the
 * reply than after it, when the next command may be on its way.
 * @param {import('./host.cjs').Host} host
 * @param {number[]} loopFds
 */
const endIfLoopIsGone = (host, loopFds) => {
  if (!loopFds.every((fd) => isLoopFd(host, fd))) host.kill(host.pid, host.signals.SIGABRT);
};

/** @param {string} line @returns {CallMessage | undefined} */
const parse = (line) => {
  try {
    const message = JSON.parse(line);
    return typeof message?.id === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
};

/** @param {import('./host.cjs').Host} host */
const createLineSplitter = (host) => {
  /** @type {Uint8Array[]} */
  let pending = [];
  return (/** @type {ArrayBuffer} */ buffer) => {
    const bytes = new Uint8Array(buffer);
    /** @type {string[]} */
    const lines = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(newline, start);
      if (end === -1) break;
      if (pending.length > 0) {
        const whole = concat([...pending, bytes.subarray(start, end)]);
        pending = [];
        lines.push(host.decode(whole.buffer, 0, whole.byteLength));
      } else {
        lines.push(host.decode(buffer, start, end));
      }
      start = end + 1;
    }
    if (start < bytes.byteLength) pending.push(bytes.subarray(start));
    return lines;
  };
};

/** @param {Uint8Array[]} pieces */
const concat = (pieces) => {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.byteLength, 0));
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.byteLength;
  }
  return whole;
};

/** @param {import('./host.cjs').Host} host @param {string} path @param {number} flags */
const openOrEnd = (host, path, flags) => {
  try {
    return host.open(path, flags);
  } catch {
    return endWithHost(host);
  }
};

/** Which file a descriptor is; undefined when it is closed. @param {import('./host.cjs').Host} host @param {number} fd */
const identify = (host, fd) => {
  try {
    const { dev, ino } = host.fstat(fd);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
};

/** The host is gone: nobody will ever end this process and what it started. @param {import('./host.cjs').Host} host @returns {never} */
const endWithHost = (host) => {
  const { SIGKILL } = host.signals;
  // Fails if this is not a group leader; the next does not.
  host.kill(-host.pid, SIGKILL);
  for (;;) host.kill(host.pid, SIGKILL);
};

module.exports = { openControl, identify };
