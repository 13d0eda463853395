/** One command, from its request to its reply. */
'use strict';

const { createConcluder } = /** @type {typeof import('./conclude.cjs')} */ (require('./conclude.cjs'));
const { enterContext } = /** @type {typeof import('./context.cjs')} */ (require('./context.cjs'));

/**
 * @typedef {object} RunRequest
 * @property {string} commandId
 * @property {string} code
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} [stdin]
 * @property {string} [cwd]
 * @property {Record<string, string>} [env]
 * @property {number} [signalsBefore]
 */

/** @typedef {import('./conclude.cjs').Outcome} Outcome */
/** @typedef {import('./conclude.cjs').RunReply} RunReply */

/**
 * @typedef {object} Running
 * @property {RunRequest} request
 * @property {(reply: RunReply) => void} reply
 * @property {Outcome} [outcome]
 * @property {import('./program.cjs').Program} [program]
 * @property {() => void} goBack
 * @property {boolean} keptOutput
 * @property {number} firstAsyncId what Node numbered lower was begun by an earlier command
 * @property {import('./host.cjs').Gate} [gate] closed to its awaits when it has ended
 * @property {unknown[]} furtherErrors uncaught as well, after the one that it failed with
 * @property {number} [lateExit] code of `process.exit()` by what shows its value or its error
 * @property {boolean} isStarting its own code runs, and not what it left to be called
 * @property {boolean} wasToldUser SIGINT was given to the user's own listeners
 * @property {boolean} isSignalDue a call came; the signal of its step did not, or not yet
 * @property {boolean} isCallDue a signal came, and the call of its step is still to be read
 */

/**
 * @param {object} parts
 * @param {import('./host.cjs').Host} parts.host
 * @param {import('./program.cjs').Programs} parts.programs
 * @param {ReturnType<typeof import('./failures.cjs').createFailures>} parts.failures
 * @param {import('./stdio.cjs').Stdio} parts.stdio
 * @param {import('./user-globals.cjs').UserGlobals} parts.userGlobals
 * @param {import('./children.cjs').Children} parts.children
 * @param {() => import('./guard.cjs').Guard} parts.guard
 */
const createRunner = ({ host, programs, failures, stdio, userGlobals, children, guard }) => {
  const conclude = createConcluder({ host, failures, stdio, userGlobals, guard });
  const asyncIds = host.internals?.asyncWrap.async_id_fields;
  const asyncIdCounter = 2;
  const executionAsyncId = 0;
  /** What Node numbered lower is the kernel's own. @type {number | undefined} */
  let firstAsyncId;
  const exitSignal = Symbol('exit');
  /** @type {Running | undefined} */
  let running;
  let isFinishing = false;
  let isHeld = false;
  let endsEarlierWork = false;
  let isOwnSignal = false;

  /** @param {Outcome} outcome @param {Running} [command] it may be over, and another one running */
  const settle = (outcome, command = running) => {
    if (command && isOpen(command)) command.outcome = outcome;
  };
  /** @param {Running} command */
  const isOpen = (command) =>
    command === running && !isFinishing && ['value', undefined].includes(command.outcome?.kind);
  /** A blocked read that the signal ended fails with EINTR; nothing but an interrupt sends signals here. @param {unknown} error */
  const isEndedRead = (error) =>
    host.types.isNativeError(error) && Object.getOwnPropertyDescriptor(error, 'code')?.value === 'EINTR';
  /**
   * The user's handlers are a part of the command, as are their exit code and what they leave to do.
   * @param {unknown} error
   * @param {Running} command
   */
  const fail = (error, command) => {
    if (!isOpen(command)) return;
    if (isEndedRead(error)) return settle({ kind: 'interrupted' }, command);
    try {
      const isHandled = userGlobals.offerUncaught(error);
      settle(isHandled ? { kind: 'value', value: undefined } : { kind: 'error', error }, command);
    } catch (fromHandler) {
      settle({ kind: 'error', error: fromHandler }, command);
    }
  };
  /** Whether what runs now was begun by a command before this one. */
  const isEarlierWork = () => {
    const id = asyncIds?.[executionAsyncId] ?? 0;
    return running === undefined || (id > (firstAsyncId ?? 0) && id <= running.firstAsyncId);
  };

  /** @param {Running} command */
  const start = (command) => {
    const { request } = command;
    command.goBack = enterContext(host, request);
    command.keptOutput = stdio.enter(request).keptOutput;
    const compiled = programs.compile(request.code);
    if ('problem' in compiled) return settle({ kind: 'syntax', problem: compiled.problem });
    command.program = compiled.program;
    command.isStarting = true;
    guard().run(() => execute(command, compiled.program));
    command.isStarting = false;
  };
  /** @param {Running} command @param {import('./program.cjs').Program} program */
  const execute = (command, program) => {
    /** @type {unknown} */
    let value;
    try {
      value = program.start();
      if (program.isAsync) {
        command.gate = host.createGate();
        value = /** @type {(gate: unknown) => unknown} */ (value)(command.gate);
      }
    } catch (error) {
      fail(error, command);
      return guard().drain();
    }
    if (program.isAsync) observe(command, value, (box) => settleValue(command, box?.v));
    else if (program.hasValue && host.types.isPromise(value)) settleValue(command, value);
    guard().drain();
    if (!program.isAsync && !(program.hasValue && host.types.isPromise(value)))
      settle({ kind: 'value', value }, command);
  };
  /** @param {Running} command @param {unknown} value */
  const settleValue = (command, value) => {
    if (host.types.isPromise(value)) return observe(command, value, (next) => settleValue(command, next));
    settle({ kind: 'value', value }, command);
    finishSoon();
  };
  /** @param {Running} command @param {unknown} promise @param {(value: any) => void} onValue */
  const observe = (command, promise, onValue) => {
    host.observe(/** @type {Promise<unknown>} */ (promise), onValue, (error) => {
      guard().run(() => fail(error, command));
      finishSoon();
    });
  };
  /** Settled in a place that the guard does not see. */
  const finishSoon = () => {
    if (!guard().isActive()) host.setImmediate(finishIfSettled);
  };

  const finishIfSettled = () => {
    if (running?.outcome === undefined || isFinishing || isHeld || guard().isActive()) return;
    isFinishing = true;
    const command = running;
    if (command.gate) command.gate.ended = true;
    let reply = { ...conclude(command, running.outcome) };
    if (command.lateExit !== undefined) reply = { exitCode: command.lateExit, exited: true };
    // None of these can keep the others, or the reply, from coming.
    const steps = [
      ...command.furtherErrors.map((error) => () => showError(error)),
      () => reply.exitCode !== 0 && command.program?.abandon(),
      () => command.goBack(),
      () => stdio.leave(),
      () => userGlobals.revive(),
    ];
    for (const step of steps) attempt(step);
    if (command.keptOutput) reply.keptOutput = true;
    if (children.hasStrayWriters(command.request.commandId)) reply.strayWriters = true;
    running = undefined;
    isFinishing = false;
    command.reply(reply);
  };

  /** @param {unknown} error */
  const showError = (error) => {
    guard().run(() => stdio.writeError(failures.describe(error).traceback));
  };
  /** The user's own SIGINT listeners come first, once. @param {Running} command */
  const takeStep = (command) => {
    let isTaken = false;
    if (!command.wasToldUser) {
      command.wasToldUser = true;
      guard().run(() => {
        isTaken = userGlobals.emitSignal('SIGINT');
      });
    }
    if (!isTaken) settle({ kind: 'interrupted' }, command);
    finishIfSettled();
  };
  /**
   * A step of the host's is a call, and a signal where that is not answered at once. Either may be the first to get
   * through, however late: the other one is the same step.
   */
  const interrupt = () => {
    if (!running) return;
    if (running.isCallDue) {
      running.isCallDue = false;
      return;
    }
    running.isSignalDue = true;
    // Sent already, perhaps, if this call is late: it would end the user's listeners, and not what they are told of.
    guard().forgetSignals();
    takeStep(running);
  };
  /** @param {Running} command */
  const onSignal = (command) => {
    if (command.isSignalDue) {
      command.isSignalDue = false;
      return;
    }
    command.isCallDue = true;
    takeStep(command);
  };

  return {
    isRunning: () => running !== undefined,
    currentCommandId: () => running?.request.commandId ?? '',
    finishIfSettled,
    /** @param {RunRequest} request @param {(reply: RunReply) => void} reply */
    run: (request, reply) => {
      if (request.signalsBefore) guard().forgetSignals();
      firstAsyncId ??= asyncIds?.[asyncIdCounter] ?? 0;
      running = {
        request,
        reply,
        goBack: () => undefined,
        keptOutput: false,
        firstAsyncId: asyncIds?.[asyncIdCounter] ?? 0,
        furtherErrors: [],
        isStarting: false,
        wasToldUser: false,
        isSignalDue: false,
        isCallDue: false,
      };
      try {
        start(running);
      } catch (error) {
        settle({ kind: 'error', error });
      }
      finishIfSettled();
    },
    interrupt,
    /** Guarded code was ended before its end. */
    onEnded: () => {
      const isEarlier = endsEarlierWork;
      const isOwn = isOwnSignal;
      endsEarlierWork = false;
      isOwnSignal = false;
      if (isEarlier || !running || running.outcome?.kind === 'exit' || running.lateExit !== undefined) return;
      if (running.isStarting) settle({ kind: 'interrupted' });
      else if (isOwn) takeStep(running);
      else onSignal(running);
    },
    /** @param {number} code */
    onExit: (code) => {
      if (running && isFinishing) running.lateExit = code;
      else if (isEarlierWork()) endsEarlierWork = true;
      else settle({ kind: 'exit', code });
      if (guard().isActive()) guard().endHere();
      finishSoon();
      throw exitSignal;
    },
    /** No call goes with it. It may come before the one who sends it knows that it was sent. @param {() => number} send */
    onOwnSignal: (send) => {
      isOwnSignal = true;
      const failure = send();
      if (failure === 0) guard().awaitSignal();
      isOwnSignal = false;
      return failure;
    },
    /** Node is in the middle of something: what is over by then is concluded later. @param {() => void} task */
    guarded: (task) => {
      if (guard().isActive()) return task();
      isHeld = true;
      try {
        guard().run(task);
      } finally {
        isHeld = false;
        finishSoon();
      }
    },
    /** @param {unknown} error */
    onUncaught: (error) => {
      if (error === exitSignal) return;
      if (isEarlierWork() || isFinishing || running?.outcome?.kind === 'exit') return showError(error);
      if (running?.outcome?.kind === 'error') running.furtherErrors.push(error);
      else settle({ kind: 'error', error });
      finishSoon();
    },
  };
};

/** @param {() => unknown} action */
const attempt = (action) => {
  try {
    action();
  } catch {
    // What user code broke stays broken.
  }
};

module.exports = { createRunner };
