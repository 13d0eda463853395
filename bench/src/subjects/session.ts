/** A Holdfast session: the whole stack, from the host app to the kernel and back. */
import { createSessionManager, type Language, type RuntimeSession } from 'holdfast';
import { timeEach } from '../measure.ts';
import type { Subject } from '../subject.ts';
import type { Trips } from './bare-loop.ts';

export const holdfastName = 'Holdfast';

/** @param command - the least that the language can be asked to do */
export const sessionSubject = (
  language: Language,
  command: string,
  { trips, warmUpTrips }: Trips,
): Subject => {
  const manager = createSessionManager();
  let session: RuntimeSession;
  const run = () => runChecked(session, command);
  return {
    name: holdfastName,
    role: 'holdfast',
    async open() {
      session = manager.getOrCreateSession(language, { language });
      await timeEach(warmUpTrips, run);
    },
    round: () => timeEach(trips, run),
    close: async () => manager[Symbol.asyncDispose](),
  };
};

/** @throws when the command fails: a benchmark of failures says nothing */
export const runChecked = async (session: RuntimeSession, command: string): Promise<void> => {
  const { exitCode, stderr } = await session.exec(command);
  if (exitCode !== 0) throw new Error(`\`${command}\` ended with exit code ${exitCode}: ${stderr}`);
};
