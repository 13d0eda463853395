/** The whole board as one frame: a title, the sessions, the log of transitions. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import { type Board, type LogEntry, type SessionPanel, statusOf } from '../board.ts';
import { plural, seconds } from '../text.ts';
import { chooseLayout, type Layout, type Size } from './layout.ts';
import { SessionCard, SessionOneLine, SessionTwoLines } from './session-view.tsx';
import type { Theme } from './theme.ts';

export interface BoardViewProps {
  board: Board;
  size: Size;
  theme: Theme;
  /** Milliseconds since the epoch. */
  startedAt: number;
  now: number;
}

export function BoardView({ board, size, theme, startedAt, now }: BoardViewProps): ReactElement {
  const layout = chooseLayout(size, board.sessions.length);
  return (
    <Box flexDirection="column" width={size.columns}>
      <Title board={board} theme={theme} elapsedMs={now - startedAt} isNarrow={size.columns < 76} />
      <Sessions sessions={board.sessions} layout={layout} theme={theme} />
      {layout.logLines > 0 && (
        <Log
          entries={board.log.slice(-layout.logLines)}
          lines={layout.logLines}
          theme={theme}
          startedAt={startedAt}
        />
      )}
    </Box>
  );
}

interface TitleProps {
  board: Board;
  theme: Theme;
  elapsedMs: number;
  isNarrow: boolean;
}

function Title({ board, theme, elapsedMs, isNarrow }: TitleProps): ReactElement {
  const { sessions, commands, checksHeld, checksFailed } = board;
  const threads = new Set(sessions.flatMap(({ threadId }) => threadId ?? [])).size;
  return (
    <Box justifyContent="space-between" height={1}>
      <Text wrap="truncate">
        <Text bold>{isNarrow ? '' : 'Holdfast  '}</Text>
        {`${plural(sessions.length, 'session')} in ${plural(threads, 'thread')}  ${plural(commands, 'command')}  `}
        <Text color={theme.tone.good}>✓ {checksHeld} held</Text>
        {checksFailed > 0 && <Text color={theme.tone.bad}> ✗ {checksFailed} failed</Text>}
      </Text>
      <Box flexShrink={0}>
        <Text
          color={theme.tone.quiet}
        >{`${isNarrow ? '' : 'Ctrl-C stops '}${seconds(elapsedMs).padStart(7)}`}</Text>
      </Box>
    </Box>
  );
}

interface SessionsProps {
  sessions: readonly SessionPanel[];
  layout: Layout;
  theme: Theme;
}

function Sessions({ sessions, layout, theme }: SessionsProps): ReactElement {
  const { shape, width, shown } = layout;
  const View = { cards: SessionCard, 'two-lines': SessionTwoLines, 'one-line': SessionOneLine }[shape];
  return (
    <Box
      flexWrap={shape === 'cards' ? 'wrap' : 'nowrap'}
      flexDirection={shape === 'cards' ? 'row' : 'column'}
    >
      {sessions.slice(0, shown).map((panel) => (
        <View key={panel.name} panel={panel} theme={theme} width={width} />
      ))}
    </Box>
  );
}

interface LogProps {
  entries: readonly LogEntry[];
  lines: number;
  theme: Theme;
  startedAt: number;
}

function Log({ entries, lines, theme, startedAt }: LogProps): ReactElement {
  return (
    <Box flexDirection="column" height={lines + 1}>
      <Text color={theme.tone.quiet} wrap="truncate">
        {'   time  session    actor          transition'}
      </Text>
      {entries.map((entry) => (
        <LogLine key={entry.key} entry={entry} theme={theme} startedAt={startedAt} />
      ))}
    </Box>
  );
}

function LogLine({
  entry,
  theme,
  startedAt,
}: {
  entry: LogEntry;
  theme: Theme;
  startedAt: number;
}): ReactElement {
  const { at, session, actor, event, from, to } = entry;
  const time = (Math.max(0, at - startedAt) / 1_000).toFixed(2);
  const colour = actor === 'session' ? theme.status[statusOf(to)] : undefined;
  return (
    <Text wrap="truncate">
      <Text color={theme.tone.quiet}>{time.padStart(7)} </Text>
      {` ${session.padEnd(10)} ${actor.padEnd(14)} `}
      <Text color={theme.tone.quiet}>{from ? `${from} → ` : ''}</Text>
      <Text color={colour}>{to}</Text>
      <Text color={theme.tone.quiet}>{`  ${event}`}</Text>
    </Text>
  );
}
