/** Figures from the crowd probe: many sessions, or many floors, in a fresh process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { builtProbe } from '../paths.ts';
import type { CrowdFigures, CrowdRequest } from '../probes/crowd.ts';
import type { Sizes } from '../sizes.ts';
import type { Role, Subject } from '../subject.ts';

const run = promisify(execFile);

export interface Crowds {
  /** One figure of `count` sessions, or of as many floors. */
  subject(name: string, role: Role, count: number, figure: keyof CrowdFigures): Subject;
}

/**
 * Opening hundreds of sessions takes long, so a process that has done it gives all figures: the first group
 * that asks for a round of so many starts it, the others take what is theirs.
 */
export const createCrowds = (sizes: Sizes): Crowds => {
  const { crowd, smallCrowdRuns, crowdCommands: commands, idleRestMs, idleMs } = sizes;
  const runs = new Map<string, Promise<CrowdFigures>>();
  const runOnce = (request: CrowdRequest, turn: number): Promise<CrowdFigures> => {
    const key = `${request.who} ${request.count} ${turn}`;
    const running = runs.get(key) ?? probe(request);
    runs.set(key, running);
    return running;
  };
  return {
    subject(name, role, count, figure) {
      const who = role === 'floor' ? 'floor' : 'holdfast';
      let turn = 0;
      const isSmall = count !== crowd;
      // Of a small one, nothing is asked that comes with time; that it is left alone for a while makes it like the large one.
      const restMs = isSmall ? 0 : idleRestMs;
      return {
        name,
        role,
        inProcess: false,
        open: async () => undefined,
        async round() {
          const samples: number[] = [];
          while (samples.length < (isSmall ? smallCrowdRuns : 1)) {
            turn += 1;
            samples.push((await runOnce({ who, count, commands, restMs, idleMs }, turn))[figure]);
          }
          return samples;
        },
        close: async () => undefined,
      };
    },
  };
};

const probe = async (request: CrowdRequest): Promise<CrowdFigures> => {
  const args = ['--expose-gc', builtProbe('crowd'), JSON.stringify(request)];
  const { stdout } = await run(process.execPath, args);
  return JSON.parse(stdout) as CrowdFigures;
};
