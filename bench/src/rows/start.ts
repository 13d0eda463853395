/** How soon there is a session: warm, cold, after a reset; and how soon a command lets go of one. */
import {
  bash,
  createSessionManager,
  type Language,
  node,
  python,
  type RuntimeSession,
  type RuntimeSessionManager,
} from 'holdfast';
import { timeEach, timeOnce } from '../measure.ts';
import { peerSources } from '../peers/find.ts';
import { pythonPeer } from '../peers/python-peer.ts';
import type { Goal, Group, Subject } from '../subject.ts';
import { bareStart, killedKernel } from '../subjects/bare-start.ts';
import { holdfastName, runChecked } from '../subjects/session.ts';
import { leastCommands } from './roundtrip.ts';
import type { Row, RowContext } from './row.ts';

const descriptors = { bash: bash(), python: python(), node: node() };

/** Endless, after it has said that it runs. */
const endless: Record<Language, string> = {
  bash: 'echo on; while :; do :; done',
  python: 'print("on", flush=True)\nwhile True: pass',
  node: 'process.stdout.write("on\\n"); for (;;);',
};

export const starts: Row = (context) => {
  const { slowRounds: rounds, slowWarmUps: warmUpRounds, starts: count } = context.sizes;
  return leastCommands.flatMap(([language, command]): Group[] => {
    const group = (id: string, title: string, subjects: Subject[], goals: Goal[]): Group => ({
      id: `start/${id}/${language}`,
      title: `${title}, ${language}`,
      unit: 'ms',
      rounds,
      warmUpRounds,
      subjects,
      goals,
      missing: language === 'python' && !context.peers.jupyter ? [peerSources.jupyter] : [],
    });
    const jupyter = (work: string): Subject[] => (language === 'python' ? jupyterPeer(context, work) : []);
    const floor = bareStart(language, count);
    const goal = (what: string, limit: number, to?: string): Goal => ({
      what: `${what}, ${language}, p50`,
      subject: holdfastName,
      ...(to ? { to } : {}),
      at: 'p50',
      relation: '≤',
      limit,
    });
    const warmLimit = language === 'bash' ? 5 : 8;
    return [
      group(
        'warm',
        'New session to its first result, warm',
        [warmStart(language, command, count)],
        [goal('new session to first result, warm', warmLimit)],
      ),
      group(
        'cold',
        'New session to its first result, cold',
        [floor, coldStart(language, command, count), ...jupyter('start')],
        [goal('new session, cold, to an empty thread and a bare kernel', 2, floor.name)],
      ),
      group(
        'reset',
        'Reset to the next result',
        [
          resetting(holdfastName, language, command, count, untilQuiet),
          resetting('Holdfast, one reset after the other', language, command, count, async () => undefined),
          killedKernel(language, count),
          ...jupyter('restart'),
        ],
        [goal('reset to next result', 5)],
      ),
      group('interrupt', 'Interrupt of an endless loop to its result', [interrupting(language, count)], []),
    ];
  });
};

const jupyterPeer = ({ peers }: RowContext, work: string): Subject[] =>
  peers.jupyter
    ? [
        pythonPeer({
          name: 'Jupyter',
          program: peers.jupyter,
          script: 'jupyter_kernel.py',
          work,
          count: 1,
          first: 'start',
        }),
      ]
    : [];

/** A manager whose sessions are of one language. */
const managerOf = (language: Language, warmThreads: number) => {
  const others = Object.values(descriptors).filter((one) => one.language !== language);
  return createSessionManager({
    languages: [descriptors[language], ...others],
    warmThreads,
    maxSessions: 2_000,
  });
};

const warmStart = (language: Language, command: string, count: number): Subject => {
  // Its threads start with it: not before the row is measured.
  let manager: RuntimeSessionManager | undefined;
  let opened = 0;
  const start = async (): Promise<number> => {
    manager ??= managerOf(language, 2);
    const warm = manager;
    await untilQuiet();
    opened += 1;
    const id = `session-${opened}`;
    const ms = await timeOnce(() => runChecked(warm.getOrCreateSession(id), command));
    await warm.terminateSession(id);
    return ms;
  };
  return {
    name: holdfastName,
    role: 'holdfast',
    inProcess: false,
    open: async () => void (await start()),
    async round() {
      const times: number[] = [];
      while (times.length < count) times.push(await start());
      return times;
    },
    close: async () => manager?.[Symbol.asyncDispose](),
  };
};

// A machine that others use may never be quiet.
const longestRestMs = 6_000;

/** Neither a pool nor a session tells when it has its spare kernels: it is when this process and its kernels have nothing left to do. */
const untilQuiet = async (): Promise<void> => {
  const deadline = performance.now() + longestRestMs;
  while (performance.now() < deadline) {
    const before = process.cpuUsage();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const { user, system } = process.cpuUsage(before);
    if (user + system < 5_000) return;
  }
};

/** The manager is there already; no thread is used twice, because no session ends before the last one. */
const coldStart = (language: Language, command: string, count: number): Subject => {
  const manager = managerOf(language, 0);
  let opened = 0;
  const start = async (): Promise<void> => {
    opened += 1;
    await runChecked(manager.getOrCreateSession(`session-${opened}`), command);
  };
  return {
    name: holdfastName,
    role: 'holdfast',
    open: start,
    round: () => timeEach(count, start),
    close: async () => manager[Symbol.asyncDispose](),
  };
};

/** @param rest - before each: a session that is left alone keeps a spare kernel */
const resetting = (
  name: string,
  language: Language,
  command: string,
  count: number,
  rest: () => Promise<void>,
): Subject => {
  const subject = inSession(language, async (session) => {
    const times: number[] = [];
    while (times.length < count) {
      await rest();
      const ms = await timeOnce(async () => {
        await session.reset();
        await runChecked(session, command);
      });
      times.push(ms);
    }
    return times;
  });
  return { ...subject, name, role: name === holdfastName ? 'holdfast' : 'reference', inProcess: false };
};

/**
 * Where the loop is slow to give in, its kernel is replaced. That is how long it took, so it counts like the others:
 * without the longest times the figures would be better than what they measure.
 */
const interrupting = (language: Language, count: number): Subject => {
  let all = 0;
  let lost = 0;
  const subject = inSession(language, async (session) => {
    const times: number[] = [];
    while (times.length < count) {
      const execution = session.exec(endless[language]);
      for await (const { data } of execution) if (data.includes('on')) break;
      const ms = await timeOnce(async () => {
        await session.interrupt();
        const { interrupted, stateLost } = await execution;
        if (!interrupted) throw new Error(`${language}: the loop was not interrupted`);
        if (stateLost) lost += 1;
      });
      all += 1;
      times.push(ms);
    }
    return times;
  });
  return {
    ...subject,
    remark: () =>
      lost > 0
        ? `${lost} of ${all} interrupts, with the warm-ups, ended the kernel and its state`
        : undefined,
  };
};

const inSession = (language: Language, round: (session: RuntimeSession) => Promise<number[]>): Subject => {
  const manager = managerOf(language, 0);
  return {
    name: holdfastName,
    role: 'holdfast',
    open: async () => void (await manager.getOrCreateSession('only').state()),
    round: () => round(manager.getOrCreateSession('only')),
    close: async () => manager[Symbol.asyncDispose](),
  };
};
