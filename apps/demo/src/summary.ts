/** The end of the demo in words: what was proven, and, where something was lost, what and where. */
import {
  type Check,
  checksOf,
  commandsOf,
  type DemoReport,
  hasHeld,
  type ScenarioReport,
  type StepReport,
} from './report.ts';
import { plural, promptOf, seconds } from './text.ts';

/** How a piece of text is meant; faces decide how that looks. */
export type Tone = 'plain' | 'good' | 'bad' | 'strong' | 'quiet';

export interface Piece {
  text: string;
  tone: Tone;
}

export type Line = Piece[];

/** Words or signs for what held and what did not. */
export interface Marks {
  held: string;
  failed: string;
}

export const summariseDemo = (report: DemoReport, marks: Marks): Line[] => {
  const { scenarios, house } = report;
  if (report.stopped) return [[piece('Stopped. All sessions were ended and their files removed.', 'strong')]];
  const width = Math.max(...scenarios.map(({ name }) => name.length), 'together'.length);
  return [
    headline(report, marks),
    [],
    ...scenarios.flatMap((scenario) => scenarioLines(scenario, width, marks)),
    ...houseLines(house, width, marks),
    ...scenarios.flatMap(failureLines),
    ...house.filter(({ held }) => !held).map((one) => [piece(`  ${describeCheck(one)}`, 'bad')]),
  ];
};

/** Every check of a command that did not hold, with the command and what it printed. */
export const describeFailure = ({ name }: ScenarioReport | { name: string }, step: StepReport): Line[] => {
  const failed = step.checks.filter(({ held }) => !held);
  if (failed.length === 0) return [];
  const id = step.commandId ? `, ${step.commandId}` : '';
  return [
    [piece(`  session ${name}, step ${step.step} (${step.language}${id}):`, 'strong')],
    ...step.code.split('\n').map((line) => [piece(`    ${promptOf(step.language)} ${line}`, 'quiet')]),
    ...failed.map((one) => [piece(`    ${describeCheck(one)}`, 'bad')]),
    ...(step.stderr ? [[piece(`    stderr: ${JSON.stringify(step.stderr.slice(-500))}`, 'quiet')]] : []),
  ];
};

const piece = (text: string, tone: Tone = 'plain'): Piece => ({ text, tone });

const headline = (
  { held, scenarios, commands, checks, house, durationMs }: DemoReport,
  marks: Marks,
): Line => {
  const failed = [...scenarios.flatMap(checksOf), ...house].filter((one) => !one.held).length;
  const broken = scenarios.filter(({ error }) => error !== undefined).length;
  const problems = [
    ...(failed > 0 ? [`${failed} of ${plural(checks, 'check')} did not hold`] : []),
    ...(broken > 0 ? [`${plural(broken, 'session')} broke off`] : []),
  ];
  const verdict = held ? `${marks.held} Nothing was lost` : `${marks.failed} ${problems.join(', ')}`;
  const figures = `${plural(scenarios.length, 'session')}, ${plural(commands, 'command')}, ${plural(checks, 'check')}`;
  return [piece(verdict, held ? 'good' : 'bad'), piece(`  ${figures}, ${seconds(durationMs)}`, 'strong')];
};

const scenarioLines = (scenario: ScenarioReport, width: number, marks: Marks): Line[] => {
  const { name, proves, remains, language } = scenario;
  const held = hasHeld(scenario);
  const lives = remains
    ? `${language} epoch ${remains.epoch}, ${plural(remains.variables, 'variable')}, ${plural(remains.functions, 'function')}`
    : 'not reached its end';
  return [
    [
      piece(`${held ? marks.held : marks.failed} `, held ? 'good' : 'bad'),
      piece(name.padEnd(width), 'strong'),
      piece(`  ${proves}`),
    ],
    [
      piece(
        `${' '.repeat(marks.held.length + 1 + width)}  ${plural(commandsOf(scenario), 'command')}, ` +
          `${plural(checksOf(scenario).length, 'check')}; ${lives}`,
        'quiet',
      ),
    ],
  ];
};

const houseLines = (house: Check[], width: number, marks: Marks): Line[] => {
  const held = house.every((one) => one.held);
  const facts = house.map(({ what, actual }) => `${what}: ${actual}`).join('; ');
  return [
    [
      piece(`${held ? marks.held : marks.failed} `, held ? 'good' : 'bad'),
      piece('together'.padEnd(width), 'strong'),
      piece(`  ${facts}`),
    ],
  ];
};

const failureLines = (scenario: ScenarioReport): Line[] => {
  if (hasHeld(scenario)) return [];
  const { name, steps, checks, error } = scenario;
  return [
    [],
    ...(error ? [[piece(`  session ${name}: ${error}`, 'bad')]] : []),
    ...steps.flatMap((step) => describeFailure(scenario, step)),
    ...checks
      .filter(({ held }) => !held)
      .map((one) => [piece(`  session ${name}: ${describeCheck(one)}`, 'bad')]),
  ];
};

const describeCheck = ({ what, expected, actual }: Check): string =>
  `${what}: expected ${expected}, got ${actual}`;
