/** Working directory and environment: for one command alone, or to and from another language. */
'use strict';

/** @typedef {{ cwd: string, env: Record<string, string> }} Context */

/** @param {import('./host.cjs').Host} host @returns {Record<string, string>} */
const readEnvironment = (host) => {
  /** @type {Record<string, string>} */
  const env = {};
  try {
    // Whatever the user put in place of process.env is what their child processes get.
    const source = host.process.env;
    for (const name of Object.keys(source)) env[name] = `${source[name]}`;
  } catch {
    // As far as it could be read.
  }
  return env;
};

/** Makes the environment equal to the one given. @param {import('./host.cjs').Host} host @param {Record<string, string>} env */
const writeEnvironment = (host, env) => {
  const target = host.process.env;
  for (const name of Object.keys(target)) {
    if (!(name in env)) delete target[name];
  }
  for (const [name, value] of Object.entries(env)) {
    if (target[name] !== value) target[name] = value;
  }
};

/** The directory that was left may be gone by now. @param {import('./host.cjs').Host} host @param {string} folder */
const tryChdir = (host, folder) => {
  try {
    host.chdir(folder);
  } catch {
    // Where it is, it stays.
  }
};

/**
 * @param {import('./host.cjs').Host} host
 * @param {{ cwd?: string, env?: Record<string, string> }} request
 * @returns {() => void} goes back
 */
const enterContext = (host, { cwd, env }) => {
  const back = cwd === undefined ? undefined : host.cwd();
  if (cwd !== undefined) host.chdir(cwd);
  if (env === undefined) return () => back !== undefined && tryChdir(host, back);
  const target = host.process.env;
  const names = Object.keys(env);
  const before = names.map((name) => ({ name, value: target[name], isSet: Object.hasOwn(target, name) }));
  for (const name of names) target[name] = env[name];
  return () => {
    if (back !== undefined) tryChdir(host, back);
    for (const { name, value, isSet } of before) {
      if (isSet) host.process.env[name] = value;
      else delete host.process.env[name];
    }
  };
};

module.exports = { readEnvironment, writeEnvironment, tryChdir, enterContext };
