/** Says what sessions do that should be done: for when a soak does not end. */
import type { InspectionRecord, RuntimeSession } from 'holdfast';

const lastRecords = async (session: RuntimeSession): Promise<InspectionRecord[]> => {
  const records: InspectionRecord[] = [];
  const observer = session.inspect();
  const timer = setTimeout(() => void observer.return?.(), 500);
  for await (const record of observer) records.push(record);
  clearTimeout(timer);
  return records.slice(-8);
};

export const explain = async (sessions: RuntimeSession[]): Promise<string> => {
  const stuck = sessions.filter(({ status }) => status !== 'idle');
  const parts = await Promise.all(
    stuck.map(async (session) => {
      const records = await lastRecords(session);
      const lines = records.map(
        ({ actor, event, from, to, detail }) =>
          `  ${actor} ${event} ${from} > ${to} ${JSON.stringify(detail ?? {})}`,
      );
      return `${session.workspaceId} ${session.status}, ${session.queueLength} queued\n${lines.join('\n')}`;
    }),
  );
  return parts.join('\n');
};
