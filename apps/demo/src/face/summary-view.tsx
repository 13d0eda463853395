/** The summary as a terminal shows it. */
import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { DemoReport } from '../report.ts';
import { type Line, summariseDemo } from '../summary.ts';
import type { Theme } from './theme.ts';

export function SummaryView({ report, theme }: { report: DemoReport; theme: Theme }): ReactElement {
  return (
    <Box flexDirection="column">
      {summariseDemo(report, { held: '✓', failed: '✗' }).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are drawn once and never again
        <SummaryLine key={index} line={line} theme={theme} />
      ))}
    </Box>
  );
}

function SummaryLine({ line, theme }: { line: Line; theme: Theme }): ReactElement {
  return (
    <Text>
      {line.length === 0 ? ' ' : ''}
      {line.map(({ text, tone }) => (
        <Text
          key={text}
          color={theme.tone[tone]}
          bold={tone === 'strong' || tone === 'good' || tone === 'bad'}
        >
          {text}
        </Text>
      ))}
    </Text>
  );
}
