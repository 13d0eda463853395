/** What went down with a daemon that was killed, in words. */
import type { LostSession } from '@holdfast/protocol';

export const describeLost = (lost: readonly LostSession[]): string => {
  const lines = lost.map(({ sessionId, workspaceId, folder, commands, tornHistory }) => {
    const name = `sess_${workspaceId}` === sessionId ? sessionId : `${sessionId} (${workspaceId})`;
    const running = commands.map(({ commandId, command }) => `\n    ${commandId}: ${firstLine(command)}`);
    const what = running.length === 0 ? 'no command was running' : `without a result:${running.join('')}`;
    const torn = tornHistory ? `\n    the torn last line of its history is in ${tornHistory}` : '';
    return `  ${name}, files in ${folder}; ${what}${torn}`;
  });
  return `Lost ${count(lost.length, 'session')}:\n${lines.join('\n')}`;
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

const firstLine = (text: string): string => {
  const [line = ''] = text.split('\n');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};
