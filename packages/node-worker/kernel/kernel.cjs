/** Answers the session thread's calls, one after the other; `interrupt` and `shutdown` at any time. */
'use strict';

const { trackChildren } = /** @type {typeof import('./children.cjs')} */ (require('./children.cjs'));
const { interruptedReply } = /** @type {typeof import('./conclude.cjs')} */ (require('./conclude.cjs'));
const { createRunner } = /** @type {typeof import('./command.cjs')} */ (require('./command.cjs'));
const { readEnvironment, writeEnvironment } = /** @type {typeof import('./context.cjs')} */ (
  require('./context.cjs')
);
const { openControl } = /** @type {typeof import('./control.cjs')} */ (require('./control.cjs'));
const { createDescriber } = /** @type {typeof import('./describe.cjs')} */ (require('./describe.cjs'));
const { createFailures } = /** @type {typeof import('./failures.cjs')} */ (require('./failures.cjs'));
const { createGuard } = /** @type {typeof import('./guard.cjs')} */ (require('./guard.cjs'));
const { createPrograms } = /** @type {typeof import('./program.cjs')} */ (require('./program.cjs'));
const { rehearse } = /** @type {typeof import('./rehearse.cjs')} */ (require('./rehearse.cjs'));
const { createStdio } = /** @type {typeof import('./stdio.cjs')} */ (require('./stdio.cjs'));

/** @typedef {import('./control.cjs').CallMessage} CallMessage */

/** Of what a call has user code do: the host waits a few seconds for the whole of it. */
const attemptMs = 150;

/**
 * @param {object} options
 * @param {import('./host.cjs').Host} options.host
 * @param {import('./user-globals.cjs').UserGlobals} options.userGlobals
 * @param {string} options.controlIn
 * @param {string} options.controlOut
 * @param {() => unknown} options.loadAcorn
 */
const startKernel = ({ host, userGlobals, controlIn, controlOut, loadAcorn }) => {
  const programs = createPrograms(host, loadAcorn);
  const failures = createFailures(host, programs);
  const stdio = createStdio(host, userGlobals);
  const children = trackChildren(host, () => runner.currentCommandId());
  const runner = createRunner({ host, programs, failures, stdio, userGlobals, children, guard: () => guard });
  const guard = createGuard(host, {
    onError: (error) => void (/** @type {any} */ (host.process)._fatalException(error, false)),
    onEnded: runner.onEnded,
    afterRun: () => runner.finishIfSettled(),
  });
  const describe = createDescriber(host, programs, children);
  userGlobals.listen(runner);
  let hasClosed = false;
  const tellsOfClosing = host.onClose((fd) => {
    // Files of the user's own come and go; the kernel's were opened before them and are lower.
    if (fd <= control.highestFd()) hasClosed = true;
  });

  /** @type {CallMessage[]} */
  const waiting = [];
  let isWorking = false;
  const work = () => {
    if (isWorking) return;
    isWorking = true;
    while (!runner.isRunning()) {
      const message = waiting.shift();
      if (!message) break;
      answer(message);
    }
    isWorking = false;
  };

  /** Calls that change or read state: while no command runs. @type {Record<string, (argument: any) => unknown>} */
  const calls = {
    hello: () => ({ pid: host.pid, version: host.version }),
    describe: () => describe(attempt),
    getContext: () => ({ cwd: host.cwd(), env: readEnvironment(host) }),
    setContext: ({ cwd, env }) => {
      host.chdir(cwd);
      writeEnvironment(host, env);
    },
  };
  /** @param {() => void} action */
  const attempt = (action) => {
    // If a signal for the command before ended it, which came as late as now, more of them may be on their way.
    if (!guard.run(action, attemptMs)) guard.forgetSignals();
  };

  /** @param {CallMessage} message */
  const answer = ({ id, type, path, argumentList }) => {
    const name = path?.length === 1 ? `${path[0]}` : '';
    const argument = argumentList?.[0]?.value;
    if (type === 'RELEASE') return control.answer(id, undefined);
    if (type === 'APPLY' && name === 'run') return run(id, /** @type {any} */ (argument));
    if (type !== 'APPLY' || !Object.hasOwn(calls, name)) {
      return control.fail(id, 'TypeError', `The kernel knows no call "${name}".`);
    }
    try {
      control.answer(id, calls[name]?.(argument));
    } catch (error) {
      control.fail(id, 'Error', describeError(error));
    }
    if (name === 'hello') warmUp();
  };

  /**
   * While the host thinks: the first command finds all that it needs. Not in an immediate: that is guarded, and half a
   * parser, if SIGINT ended it there, would be all that there ever was.
   */
  const warmUp = () => {
    rehearse({ host, failures, userGlobals, children, guard: () => guard });
    control.learn();
    programs.warmUp();
    userGlobals.warmUp();
  };

  /** @param {string} id @param {import('./command.cjs').RunRequest} request */
  const run = (id, request) => {
    try {
      runner.run(request, (reply) => {
        repair();
        control.answer(id, reply);
        work();
      });
    } catch (error) {
      control.fail(id, 'Error', describeError(error));
    }
  };

  /** User code may have closed any descriptor: what this kernel and the next command need is opened again. */
  const repair = () => {
    if (tellsOfClosing && !hasClosed) return;
    hasClosed = false;
    try {
      stdio.repair();
      control.repair();
    } catch {
      // No descriptors left: the next command will tell.
    }
  };

  const interrupt = () => {
    if (runner.isRunning()) return runner.interrupt();
    // Asked for before it began: it never begins.
    const index = waiting.findIndex(({ path }) => path?.[0] === 'run');
    const [message] = index === -1 ? [] : waiting.splice(index, 1);
    if (message) control.answer(message.id, interruptedReply);
  };

  const control = openControl(host, { controlIn, controlOut, exempt: guard.exempt }, (messages) => {
    for (const message of messages) {
      const name = message.path?.[0];
      if (name === 'interrupt') {
        control.answer(message.id, undefined);
        interrupt();
      } else if (name === 'shutdown') {
        host.exitProcess();
      } else {
        waiting.push(message);
      }
    }
    work();
  });
};

/** @param {unknown} error */
const describeError = (error) => {
  try {
    return `${/** @type {Error} */ (error).message}`;
  } catch {
    return 'unknown error';
  }
};

module.exports = { startKernel };
