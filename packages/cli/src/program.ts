/** The commands and their options, on commander. What a command does is imported when it is called. */
import { Command, CommanderError, Option } from 'commander';
import { exitCodes } from './exit-codes.ts';
import { execOptions } from './fast/exec-options.ts';
import { version } from './package/package-facts.ts';

/** Resolves with the exit code. */
export const runProgram = async (args: readonly string[]): Promise<number> => {
  let code: number = exitCodes.ok;
  leaveWithReader();
  const program = createProgram((next) => {
    code = next;
  });
  try {
    // What these take is another program's business.
    if (args[0] === 'mcp') return await (await import('./commands/mcp.ts')).mcp(args.slice(1));
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
};

/** As SIGPIPE would: `holdfast history ID | head` ends quietly. */
const leaveWithReader = (): void => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(exitCodes.readerGone);
  });
};

type SetCode = (code: number) => void;

/** @param setCode - is told each command's exit code */
export const createProgram = (setCode: SetCode): Command => {
  const program = new Command('holdfast')
    .description('Bash, Python and Node sessions that stay alive between calls.')
    .version(version, '-V, --version')
    .helpOption('-h, --help')
    .addHelpText('after', `\n${footer}`)
    .exitOverride()
    // Options behind a command's own name are the command's.
    .enablePositionalOptions()
    .configureOutput({ outputError: (text, write) => write(`holdfast: ${text.replace(/^error: /, '')}`) })
    .showHelpAfterError('(holdfast --help lists the commands)');
  const act =
    <Args extends unknown[]>(run: (...args: Args) => Promise<number>) =>
    async (...args: Args): Promise<void> =>
      setCode(await run(...args));
  addSessionCommands(program, act);
  addOtherCommands(program, act);
  addDaemonCommands(program, act);
  return program;
};

type Act = <Args extends unknown[]>(
  run: (...args: Args) => Promise<number>,
) => (...args: Args) => Promise<void>;

const footer = `ID is a session's id (sess_…) or its name.
Output is JSON where stdout is no terminal; --json and --no-json say otherwise.
HOLDFAST_SOCKET names the daemon's socket; HOLDFAST_URL and HOLDFAST_TOKEN one that is reached over TCP.`;

const json = (command: Command): Command =>
  command
    .option('--json', 'JSON; the default where stdout is no terminal')
    .option('--no-json', 'plain words, also where stdout is no terminal');

const environment = (text: string, before: string[] = []): string[] => [...before, text];

const addSessionCommands = (program: Command, act: Act): void => {
  const sessions = () => import('./commands/sessions.ts');
  json(
    program
      .command('start')
      .description('start a session in this directory')
      .argument('[program]', 'bash, python3, node, sh or zsh', 'bash')
      .option('--cwd <folder>', 'its working directory')
      .option('-e, --env <name=value>', 'environment variable; may be repeated', environment)
      .option('-t, --timeout <time>', 'limit of its commands: 500ms, 30s, 5m; 0: none (default: 30s)')
      .option('--idle-timeout <time>', 'it ends after so long without a command (default: 30m)')
      .option('-n, --name <name>', 'a name to call it by; one that is there already is given'),
  ).action(act(async (name: string, options) => (await import('./commands/start.ts')).start(name, options)));

  const exec = program
    .command('exec')
    .description('run a command: what follows --, or what comes on standard input')
    .argument('<ID>')
    .argument('[command...]');
  for (const { name, short, value, description } of execOptions) {
    exec.option(`${short ? `-${short}, ` : ''}--${name}${value ? ` <${value}>` : ''}`, description);
  }

  json(
    program
      .command('end')
      .description('end sessions with all that runs in them')
      .argument('[ID...]')
      .option('--all', 'all sessions of the daemon'),
  ).action(act(async (ids: string[], options) => (await sessions()).end(ids, options)));
  json(
    program.command('list').description('list the sessions, and those lost with a daemon that was killed'),
  ).action(act(async (options) => (await sessions()).list(options)));
  json(
    program
      .command('state')
      .description('what is alive in a session: variables, functions, imports, directory, jobs')
      .argument('<ID>')
      .option('-l, --language <name>', 'bash, python or node; default: the session’s'),
  ).action(act(async (id: string, options) => (await sessions()).state(id, options)));
  json(
    program
      .command('history')
      .description('its last commands')
      .argument('<ID>')
      .option('-n, --limit <count>', 'so many of them'),
  ).action(act(async (id: string, options) => (await sessions()).history(id, options)));
  json(
    program
      .command('reset')
      .description('end its kernels and jobs, drop what waits, start afresh')
      .argument('<ID>'),
  ).action(act(async (id: string, options) => (await sessions()).reset(id, options)));
  json(
    program.command('interrupt').description('stop the command that runs; state is kept').argument('<ID>'),
  ).action(act(async (id: string, options) => (await sessions()).interrupt(id, options)));
  json(program.command('jobs').description('background jobs that still run').argument('<ID>')).action(
    act(async (id: string, options) => (await sessions()).jobs(id, options)),
  );
  json(
    program
      .command('logs')
      .description('what a command wrote, with what its background jobs wrote later')
      .argument('<ID>')
      .argument('[COMMAND]', 'its id; default: the one that runs, or the last')
      .option('-f, --follow', 'go on until it is over and its last job has ended'),
  ).action(
    act(async (id: string, command: string | undefined, options) =>
      (await import('./commands/logs.ts')).logs(id, command, options),
    ),
  );
};

const addOtherCommands = (program: Command, act: Act): void => {
  program
    .command('attach')
    .description('type commands into a session: line editing, history, completion')
    .argument('<ID>')
    .option('-l, --language <name>', 'bash, python or node; default: the session’s')
    .action(act(async (id: string, options) => (await import('./attach/attach.ts')).attach(id, options)));
  json(program.command('watch').description('all sessions, live')).action(
    act(async (options) => (await import('./commands/watch.ts')).watch(options)),
  );
  json(
    program
      .command('run')
      .description('one command in a fresh session of its own; standard input is the command’s')
      .argument('[command...]')
      .option('-p, --program <program>', 'bash, python3, node, sh or zsh', 'bash')
      .option('--cwd <folder>', 'its working directory')
      .option('-e, --env <name=value>', 'environment variable; may be repeated', environment)
      .option('-t, --timeout <time>', 'limit: 500ms, 30s, 5m (default: none)')
      .option('-s, --stream', 'output as it comes, also where stdout is no terminal')
      .passThroughOptions(),
  ).action(act(async (words: string[], options) => (await import('./commands/run.ts')).run(words, options)));
  program
    .command('diagram')
    .description('the state machine of sessions, drawn from the code')
    .argument('[machine]', 'session or kernel', 'session')
    .option('--mermaid', 'as a Mermaid diagram (default)')
    .option('--json', 'its states and transitions as data')
    .action(
      act(async (machine: string, options) =>
        (await import('./commands/diagram.ts')).diagram(machine, options),
      ),
    );
  json(
    program.command('doctor').description('check what Holdfast needs on this machine, and say what to do'),
  ).action(act(async (options) => (await import('./commands/doctor.ts')).doctor(options)));
  program
    .command('completion')
    .description('a script that teaches your shell to complete: source <(holdfast completion bash)')
    .argument('<shell>', 'bash, zsh or fish')
    .action(
      act(async (shell: string) => (await import('./commands/completion.ts')).completion(shell, program)),
    );
  program
    .command('__names', { hidden: true })
    .action(act(async () => (await import('./commands/completion.ts')).printNames()));
  program
    .command('mcp')
    .description('serve sessions to MCP clients; holdfast mcp --help lists its options')
    .option('--daemon', 'the sessions of the daemon, which stay when the client goes')
    .option('--http', 'over streamable HTTP instead of standard input and output')
    .addOption(
      new Option('--print-config <client>', 'what to paste into its settings').choices([
        'claude',
        'cursor',
        'vscode',
      ]),
    );
};

const addDaemonCommands = (program: Command, act: Act): void => {
  const daemon = program
    .command('daemon')
    .description('the process that holds the sessions; it starts by itself');
  const commands = () => import('./commands/daemon.ts');
  const settings = (command: Command): Command =>
    command
      .option('--listen <[host:]port>', 'listen on TCP, too; HOLDFAST_TOKEN is the token it asks for')
      .option('--allow-host <name>', 'a name that TCP clients may know it by; may be repeated', environment)
      .option(
        '--idle <time>',
        'it ends after so long with no session; 0: never (default: HOLDFAST_IDLE or 5m)',
      )
      .option(
        '--sessions-dir <folder>',
        'for the files of all sessions (default: HOLDFAST_SESSIONS_DIR, or .sessions in each one’s directory)',
      )
      .option('--log-level <level>', 'debug, info, warn or error (default: info)');
  json(settings(daemon.command('start').description('start it in the background'))).action(
    act(async (options) => (await commands()).daemonStart(options)),
  );
  json(daemon.command('stop').description('end all sessions, and it')).action(
    act(async (options) => (await commands()).daemonStop(options)),
  );
  json(daemon.command('status').description('whether it runs, and where')).action(
    act(async (options) => (await commands()).daemonStatus(options)),
  );
  daemon
    .command('logs')
    .description('its log, as JSON lines')
    .option('-n, --lines <count>', 'so many of the last lines (default: 100)')
    .option('-f, --follow', 'and what comes')
    .action(act(async (options) => (await commands()).daemonLogs(options)));
  settings(daemon.command('run').description('run it in the foreground, for a service manager')).action(
    act(async (options) => {
      const settled = (await commands()).toRunOptions(options);
      return (await import('./daemon/run-daemon.ts')).runDaemon(settled);
    }),
  );
};
