/** A figure from the crowd probe: many sessions, or many floors, in a fresh process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtProbe } from '../paths.ts';
import type { CrowdRequest } from '../probes/crowd.ts';
import type { Role, Subject } from '../subject.ts';

const run = promisify(execFile);

export const crowdSubject = (name: string, role: Role, request: CrowdRequest): Subject => ({
  name,
  role,
  inProcess: false,
  open: async () => undefined,
  async round() {
    const args = ['--expose-gc', builtProbe('crowd'), JSON.stringify(request)];
    const { stdout } = await run(process.execPath, args);
    return [JSON.parse(stdout) as number];
  },
  close: async () => undefined,
});
