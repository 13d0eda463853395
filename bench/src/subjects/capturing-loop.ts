/**
 * The second floor: the bare loop that also gives each command a stdout and a stderr of its own, as
 * exact bytes apart from each other. bash and Python open two pipes for each command and let go of
 * them; Node can not, and keeps one pair. The Node program reads both out when the answer is there.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Language } from 'holdfast';
import type { Subject } from '../subject.ts';
import { bareLoops, type LiveLoop, type Loop, loopSubject, openLoop, type Trips } from './bare-loop.ts';

export const capturingLoop = (language: Language, trips: Trips): Subject =>
  loopSubject(`bare ${language} loop that captures output`, 'reference', trips, () =>
    openCapturing(language),
  );

export const openCapturing = async (language: Language): Promise<LiveLoop> => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const paths = ['out', 'err'].map((name) => join(folder, name));
  execFileSync('mkfifo', paths);
  const readEnds = paths.map((path) => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  const writeEnds = language === 'node' ? paths.map((path) => openSync(path, 'w')) : [];
  const loop = await openLoop(
    { ...bareLoops[language], ...capturing(language, paths) },
    writeEnds.length > 0 ? writeEnds : ['ignore', 'ignore'],
  );
  const buffer = Buffer.allocUnsafe(65_536);
  return {
    async run() {
      await loop.run();
      for (const fd of readEnds) drain(fd, buffer);
    },
    async close() {
      await loop.close();
      [...readEnds, ...writeEnds].forEach(closeSync);
      rmSync(folder, { recursive: true });
    },
  };
};

const capturing = (language: Language, [out = '', err = '']: string[]): Partial<Loop> => {
  if (language === 'node') return {};
  if (language === 'bash') {
    const loop = `while IFS= read -r -d '' -u 3 code; do
  eval "$code" </dev/null >'${out}' 2>'${err}'
  printf '%s\\n' $? >&4
done`;
    return { args: ['-c', loop] };
  }
  const loop = `import os, sys
calls = os.fdopen(3, 'r')
nowhere = os.open('/dev/null', os.O_WRONLY)
namespace = {}
while True:
    code = calls.readline()
    if not code: break
    for path, fd in (('${out}', 1), ('${err}', 2)):
        pipe = os.open(path, os.O_WRONLY)
        os.dup2(pipe, fd)
        os.close(pipe)
    exec(compile(code, 'x', 'exec'), namespace)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.write(4, b'0\\n')`;
  return { args: ['-c', loop] };
};

const drain = (fd: number, buffer: Buffer): void => {
  try {
    while (readSync(fd, buffer) > 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
};
