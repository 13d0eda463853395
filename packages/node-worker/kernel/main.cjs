/**
 * The Node kernel: keeps one Node process alive and runs a session's commands in it.
 *
 * Commands run in the main context of this process, as a script would: real `process`, `require`,
 * `import()`, timers. The kernel itself lives beside them, in a realm (`vm` context) of its own
 * with its own `Array`, `JSON` and `Promise`: whatever the user's code does to the built-ins, or
 * declares, the kernel does not see it. This file and those below it run in the main context,
 * before any user code, and capture all of Node that the kernel will ever need.
 *
 *   main.cjs            starts up, makes the realm, loads the kernel into it
 *   node-internals.cjs  the few internals of Node that are asked for, and hidden again
 *   host.cjs            Node's functions, captured: the kernel's only way to the outside
 *   user-globals.cjs    what user code finds: require, module, process.exit, stdio streams
 *   module-globals.cjs, standard-streams.cjs, listeners.cjs   parts of those
 *
 * In the realm:
 *
 *   kernel.cjs          answers calls, one at a time; `interrupt` at any time
 *   control.cjs         lines in and out of the control channel
 *   guard.cjs           runs user code so that SIGINT or process.exit() can end it, whatever it does
 *   http-parsers.cjs    one way into user code that the guard has to close apart
 *   watchdog.cjs        Node's thread that takes SIGINT: whether it is through with what came
 *   event-queues.cjs    timers and immediates that wait, whole again after code was ended
 *   command.cjs         one command from request to reply
 *   conclude.cjs        how it ended, as a reply
 *   rehearse.cjs        a command before the first, which then finds everything warm
 *   program.cjs         code to scripts: what is declared where, who says SyntaxError
 *   rewrite.cjs         the text of a command, changed so that the next one can go on with it
 *   imports.cjs, awaits.cjs, misuse.cjs, blocks.cjs, edits.cjs   parts of that
 *   references.cjs      which names in a program mean its top-level declarations
 *   failures.cjs        uncaught errors as text, syntax errors
 *   frames.cjs          stack traces without the kernel
 *   stdio.cjs           the descriptors 0, 1 and 2
 *   children.cjs        processes that commands started
 *   context.cjs         working directory and environment
 *   describe.cjs        what is alive: functions, variables, imports, jobs
 *
 * Arguments: controlIn, controlOut, path of acorn.
 */
'use strict';

const { readFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { dirname, join, resolve } = require('node:path');
const { createContext, Script } = require('node:vm');
const { takeInternals } = require('./node-internals.cjs');
const { captureHost } = require('./host.cjs');
const { installUserGlobals } = require('./user-globals.cjs');

// V8 remembers every script that it ever compiled, in case it comes again: 600 bytes and the text of
// each command, for ever. The kernel remembers a few (see program.cjs).
setFlagsFromString('--no-compilation-cache');

const [controlIn = '', controlOut = '', acornPath = ''] = process.argv.slice(2);
const kernelDir = __dirname;
/** @type {Map<string, { exports: unknown }>} */
const loadedModules = new Map();
const realm = createContext(Object.create(null), { name: 'kernel' });

/** @type {import('./host.cjs').Host} */
const host = captureHost(takeInternals(), realm, kernelDir);
const { startKernel } = /** @type {typeof import('./kernel.cjs')} */ (loadIntoRealm('kernel.cjs'));

// The realm is told of what user code does through these functions alone; it gives none of its own
// objects to user code.
const userGlobals = installUserGlobals(host);
startKernel({ host, userGlobals, controlIn, controlOut, loadAcorn: () => loadIntoRealm(acornPath) });

/**
 * Loads a CommonJS module of the kernel (or acorn) so that its code belongs to the realm.
 * @param {string} file
 * @returns {unknown}
 */
function loadIntoRealm(file) {
  const path = resolve(kernelDir, file);
  const known = loadedModules.get(path);
  if (known) return known.exports;
  const script = new Script(`(function (exports, require, module) {${readFileSync(path, 'utf8')}\n})`, {
    filename: path,
  });
  const module = { exports: {} };
  loadedModules.set(path, module);
  script.runInContext(realm)(
    module.exports,
    (/** @type {string} */ request) => loadIntoRealm(join(dirname(path), request)),
    module,
  );
  return module.exports;
}
