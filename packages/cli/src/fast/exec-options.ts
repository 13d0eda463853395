/** The options of `exec`: read by its own parser, shown by the help, completed by the shells. */

export interface OptionRow {
  name: string;
  short?: string;
  /** What it takes; absent: nothing. */
  value?: string;
  description: string;
  isRepeatable?: boolean;
}

export const execOptions: readonly OptionRow[] = [
  {
    name: 'language',
    short: 'l',
    value: 'name',
    description: 'bash, python or node; default: the session’s',
  },
  {
    name: 'timeout',
    short: 't',
    value: 'time',
    description: 'limit of this command: 500ms, 30s, 5m; 0: none',
  },
  {
    name: 'stream',
    short: 's',
    description: 'output as it comes, also where stdout is no terminal; with --json as JSON lines',
  },
  { name: 'stdin', short: 'i', description: 'pass this program’s standard input on to the command' },
  { name: 'cwd', value: 'folder', description: 'working directory for this command alone' },
  {
    name: 'env',
    short: 'e',
    value: 'name=value',
    description: 'environment variable for this command alone; may be repeated',
    isRepeatable: true,
  },
  { name: 'json', description: 'JSON; the default where stdout is no terminal' },
  { name: 'no-json', description: 'streams and exit code of the command, also where stdout is no terminal' },
];
