/** A Holdfast session: the whole stack, from the host app to the kernel and back. */
import { createSessionManager, type Language } from 'holdfast';
import type { Subject } from '../subject.ts';

/** One manager for all subjects, a session for each. */
export const openSessions = () => {
  const manager = createSessionManager();
  return {
    subject(language: Language, command: string): Subject {
      const open = () => manager.getOrCreateSession(language, { language });
      const run = async (): Promise<void> => {
        const { exitCode, stderr } = await open().exec(command);
        if (exitCode !== 0) throw new Error(`${language} session: exit code ${exitCode}: ${stderr}`);
      };
      return {
        name: `Holdfast session, ${language}`,
        perRound: 20,
        open: run,
        run,
        close: () => open().terminate(),
      };
    },
    close: () => manager[Symbol.asyncDispose](),
  };
};
