/**
 * Finds the Python to run.
 *
 * What is called `python3` may be a shim: a script of a version manager that looks around and then
 * starts the real one. That takes 200 ms each time, so the real one is found once.
 */
import { execFile } from 'node:child_process';
import { access, constants, open, readFile } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

type Environment = Readonly<Record<string, string>>;

const known = new Map<string, Promise<string>>();

/**
 * @param program - a path, or a name to look up in `env.PATH`
 * @throws when there is no such program
 */
export const findInterpreter = async (program: string, env: Environment): Promise<string> => {
  const found = await findProgram(program, env.PATH ?? '');
  if (found === undefined) throw new Error(`${program} was not found on the session's PATH`);
  if (!(await isScript(found))) return found;
  const key = `${found}\0${env.PYENV_VERSION ?? ''}\0${process.cwd()}`;
  let real = known.get(key);
  if (!real) {
    real = seeThroughShim(found, env);
    known.set(key, real);
    real.catch(() => known.delete(key));
  }
  return real;
};

const findProgram = async (program: string, path: string): Promise<string | undefined> => {
  if (program.includes('/')) return resolve(program);
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, program);
    if (folder !== '' && (await isExecutable(candidate))) return candidate;
  }
  return undefined;
};

const isExecutable = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const isScript = async (path: string): Promise<boolean> => {
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return buffer.toString('latin1') === '#!';
  } finally {
    await file.close();
  }
};

const seeThroughShim = async (shim: string, env: Environment): Promise<string> =>
  (await askPyenvFiles(shim, env)) ?? (await askShim(shim, env));

/** The way pyenv looks: variable, `.python-version` above the working directory, global version. */
const askPyenvFiles = async (shim: string, env: Environment): Promise<string | undefined> => {
  const folder = dirname(shim);
  if (!folder.endsWith('/shims')) return undefined;
  const root = dirname(folder);
  const version =
    env.PYENV_VERSION?.split(':')[0] ??
    (await readLocalVersion(process.cwd())) ??
    (await readFirstLine(join(root, 'version')));
  if (!version || version === 'system') return undefined;
  const real = join(root, 'versions', version, 'bin', 'python3');
  return (await isExecutable(real)) && !(await isScript(real)) ? real : undefined;
};

const readLocalVersion = async (folder: string): Promise<string | undefined> => {
  const parent = dirname(folder);
  return (
    (await readFirstLine(join(folder, '.python-version'))) ??
    (parent === folder ? undefined : await readLocalVersion(parent))
  );
};

const readFirstLine = async (path: string): Promise<string | undefined> => {
  try {
    return (await readFile(path, 'utf8')).split('\n', 1)[0]?.trim() || undefined;
  } catch {
    return undefined;
  }
};

const askShim = async (shim: string, env: Environment): Promise<string> => {
  const { stdout } = await promisify(execFile)(shim, ['-c', 'import sys; print(sys.executable)'], { env });
  return stdout.trim() || shim;
};
