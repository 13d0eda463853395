/** One session on the board: as a card, or in one or two lines. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { SessionPanel } from '../board.ts';
import { promptOf } from '../text.ts';
import { queueBar, statusSigns, stepSigns, stepTones, type Theme } from './theme.ts';

export interface SessionViewProps {
  panel: SessionPanel;
  theme: Theme;
  width: number;
}

export function SessionCard({ panel, theme, width }: SessionViewProps): ReactElement {
  const colour = theme.status[panel.status];
  return (
    <Box flexDirection="column" width={width}>
      <CardTop panel={panel} theme={theme} width={width} />
      <Box
        flexDirection="column"
        borderStyle="round"
        borderTop={false}
        borderColor={colour}
        paddingX={1}
        height={5}
      >
        <Box justifyContent="space-between">
          <StateText panel={panel} theme={theme} />
          <QueueText panel={panel} theme={theme} room={width - 34} />
        </Box>
        <CommandText panel={panel} />
        <OutputText panel={panel} theme={theme} />
        <Box justifyContent="space-between">
          <StepsText panel={panel} theme={theme} />
          <FactsText panel={panel} theme={theme} />
        </Box>
      </Box>
    </Box>
  );
}

export function SessionTwoLines({ panel, theme, width }: SessionViewProps): ReactElement {
  return (
    <Box flexDirection="column" width={width}>
      <LeadLine panel={panel} theme={theme} width={width} />
      <Box paddingLeft={2}>
        <Box flexShrink={1}>
          <CommandText panel={panel} />
        </Box>
        <Box flexGrow={1} flexBasis={0} minWidth={Math.floor(width / 3)} marginLeft={2}>
          <OutputText panel={panel} theme={theme} />
        </Box>
      </Box>
    </Box>
  );
}

export function SessionOneLine({ panel, theme, width }: SessionViewProps): ReactElement {
  return (
    <Box width={width} height={1}>
      <Box width={nameWidth} flexShrink={0}>
        <Text bold>{panel.name}</Text>
      </Box>
      {width < 60 ? (
        <Text color={theme.status[panel.status]}>{statusSigns[panel.status]} </Text>
      ) : (
        <Box width={stateWidth} flexShrink={0}>
          <StateText panel={panel} theme={theme} />
        </Box>
      )}
      <Box width={4} flexShrink={0}>
        <Text>{panel.queueLength > 0 ? `+${panel.queueLength}` : ''}</Text>
      </Box>
      <Box flexShrink={1} marginRight={1}>
        <CommandText panel={panel} />
      </Box>
      <Box flexGrow={1} flexBasis={0} minWidth={Math.floor(width / 5)}>
        <OutputText panel={panel} theme={theme} />
      </Box>
    </Box>
  );
}

interface PartProps {
  panel: SessionPanel;
  theme: Theme;
}

/** Ink's borders have no room for a title, so the top one is drawn here. */
function CardTop({ panel, theme, width }: SessionViewProps): ReactElement {
  const colour = theme.status[panel.status];
  const { name, language, threadId } = panel;
  const left = ` ${name} `;
  const right = ` ${language}${threadId === undefined ? '' : `, thread ${threadId}`} `;
  const line = '─'.repeat(Math.max(1, width - left.length - right.length - 4));
  return (
    <Text color={colour} wrap="truncate">
      ╭─<Text bold>{left}</Text>
      {line}
      {right}─╮
    </Text>
  );
}

const nameWidth = 11;
const stateWidth = 20;

function LeadLine({ panel, theme, width }: SessionViewProps): ReactElement {
  return (
    <Box height={1}>
      <Box width={stateWidth + nameWidth} flexShrink={0}>
        <Text bold>{panel.name.padEnd(nameWidth)}</Text>
        <StateText panel={panel} theme={theme} />
      </Box>
      <Box width={16} flexShrink={0}>
        <StepsText panel={panel} theme={theme} />
      </Box>
      <Box width={18} flexShrink={0}>
        <FactsText panel={panel} theme={theme} />
      </Box>
      <QueueText panel={panel} theme={theme} room={width - 76} />
    </Box>
  );
}

function StateText({ panel, theme }: PartProps): ReactElement {
  return (
    <Text color={theme.status[panel.status]} wrap="truncate">
      {statusSigns[panel.status]} {panel.state}
    </Text>
  );
}

function QueueText({ panel, theme, room }: PartProps & { room: number }): ReactElement {
  const { queueLength } = panel;
  const bar = queueBar(queueLength, room);
  return (
    <Text {...(queueLength > 0 ? {} : { color: theme.tone.quiet })} wrap="truncate">
      {bar ? `${bar} ` : ''}queue {queueLength}
    </Text>
  );
}

function CommandText({ panel: { language, code } }: { panel: SessionPanel }): ReactElement {
  return <LineText text={code && `${promptOf(language)} ${code}`} />;
}

function OutputText({ panel: { lastOutput }, theme }: PartProps): ReactElement {
  return <LineText text={lastOutput} color={theme.tone.quiet} />;
}

/** Text from outside. Cut off at a wide character it may be one column wider than its box: hence the padding. */
function LineText({ text, color }: { text: string; color?: string | undefined }): ReactElement {
  return (
    <Box paddingRight={1} height={1}>
      <Text color={color} wrap="truncate">
        {text || ' '}
      </Text>
    </Box>
  );
}

function FactsText({ panel: { durationMs, epoch }, theme }: PartProps): ReactElement {
  return (
    <Text color={theme.tone.quiet} wrap="truncate">
      {durationMs === undefined ? '' : `${durationMs.toFixed(durationMs < 10 ? 1 : 0)} ms  `}epoch {epoch}
    </Text>
  );
}

function StepsText({ panel: { steps, outcome }, theme }: PartProps): ReactElement {
  const done = steps.filter((mark) => mark === 'held' || mark === 'failed').length;
  return (
    <Text wrap="truncate">
      {steps.map((mark, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <Text key={index} color={theme.tone[stepTones[mark]]} bold={mark === 'running'}>
          {stepSigns[mark]}
        </Text>
      ))}
      <Text color={theme.tone[outcome === 'failed' ? 'bad' : 'quiet']}>
        {' '}
        {done}/{steps.length}
      </Text>
    </Text>
  );
}
