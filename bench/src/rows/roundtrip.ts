/** One command's round trip, for each language: the floor, the whole stack, the peers. */
import type { Language } from 'holdfast';
import { peerSources } from '../peers/find.ts';
import { pythonPeer } from '../peers/python-peer.ts';
import { terminalSubject } from '../peers/terminal.ts';
import type { Goal, Group, Subject } from '../subject.ts';
import { bareLoop } from '../subjects/bare-loop.ts';
import { capturingLoop } from '../subjects/capturing-loop.ts';
import { pinnedLoops } from '../subjects/pinned-loop.ts';
import { execaPerCommand, processPerCommand } from '../subjects/process-per-command.ts';
import { holdfastName, sessionSubject } from '../subjects/session.ts';
import { threadedLoop } from '../subjects/threaded-loop.ts';
import type { Row, RowContext } from './row.ts';

/** The least each language can be asked to do. */
export const leastCommands: [Language, string][] = [
  ['bash', 'true'],
  ['python', 'pass'],
  ['node', '0'],
];

export const roundTrips: Row = (context) =>
  leastCommands.map(([language, command]): Group => {
    const { sizes } = context;
    const { subjects, missing } = peersOf(language, context);
    return {
      id: `roundtrip/${language}`,
      title: `Round trip of ${language} \`${command}\``,
      unit: 'ms',
      rounds: sizes.rounds,
      warmUpRounds: 3,
      subjects: [
        bareLoop(language, sizes),
        capturingLoop(language, sizes),
        threadedLoop(language, sizes),
        ...pinnedLoops(language, sizes),
        sessionSubject(language, command, sizes),
        ...subjects,
        processPerCommand(language, sizes.slowTrips),
        execaPerCommand(language, sizes.slowTrips),
      ],
      goals: goalsOf(language),
      missing,
    };
  });

const peersOf = (
  language: Language,
  { sizes, peers }: RowContext,
): { subjects: Subject[]; missing: string[] } => {
  const subjects: Subject[] = [];
  const missing: string[] = [];
  if (language === 'python') {
    const { jupyter: program } = peers;
    const options = { name: 'Jupyter', script: 'jupyter_kernel.py', work: 'cells', first: 'start' };
    if (program) subjects.push(pythonPeer({ ...options, program, count: sizes.slowTrips * 2 }));
    else missing.push(peerSources.jupyter);
  }
  if (language !== 'node') {
    const { pexpect: program } = peers;
    const options = { name: 'pexpect REPLWrapper', script: 'pexpect_repl.py', work: 'commands' };
    if (program) subjects.push(pythonPeer({ ...options, program, args: [language], count: 1 }));
    else missing.push(peerSources.pexpect);
  }
  if (language === 'bash') {
    if (peers.nodePty) subjects.push(terminalSubject(peers.nodePty, sizes));
    else missing.push(peerSources.nodePty);
  }
  return { subjects, missing };
};

const goalsOf = (language: Language): Goal[] => {
  const subject = holdfastName;
  const floor = `bare ${language} loop`;
  const what = `exec round trip, ${language}, to the bare loop`;
  const goals: Goal[] = [{ what: `${what}, p50`, subject, to: floor, at: 'p50', relation: '≤', limit: 2.5 }];
  if (language === 'bash') {
    const to = 'child_process for each command';
    goals.push(
      { what: `${what}, p99`, subject, to: floor, at: 'p99', relation: '≤', limit: 4 },
      {
        what: 'faster than a process for each command, bash',
        subject,
        to,
        inverse: true,
        at: 'p50',
        relation: '≥',
        limit: 10,
      },
    );
  }
  if (language === 'python') {
    const what = 'faster than Jupyter, for each Python cell';
    goals.push({ what, subject, to: 'Jupyter', inverse: true, at: 'p50', relation: '≥', limit: 12 });
  }
  return goals;
};
