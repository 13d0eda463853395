/** `holdfast completion`: scripts for three shells, made from the commands themselves. */
import type { Command } from 'commander';
import { usageError } from '../cli-error.ts';
import { askSessions } from '../daemon/ask-sessions.ts';
import { exitCodes } from '../exit-codes.ts';
import { readTarget } from '../target.ts';
import { nameOf } from './sessions.ts';

export const completion = async (shell: string, program: Command): Promise<number> => {
  const write = { bash: bashScript, zsh: zshScript, fish: fishScript }[shell];
  if (!write) throw usageError('There are completions for bash, zsh and fish.');
  process.stdout.write(write(readWords(program)));
  return exitCodes.ok;
};

/** Names of the sessions that are there, one a line, for the scripts. Nothing is started for it. */
export const printNames = async (): Promise<number> => {
  const sessions = await askSessions(readTarget()).catch(() => []);
  for (const session of sessions) process.stdout.write(`${nameOf(session) || session.sessionId}\n`);
  return exitCodes.ok;
};

interface CommandWords {
  /** `daemon start`. */
  path: string;
  description: string;
  options: { flag: string; description: string }[];
  /** What its first argument may be; `sessions` are looked up. */
  first: 'sessions' | readonly string[];
}

const firstArguments: Readonly<Record<string, readonly string[]>> = {
  start: ['bash', 'python3', 'node', 'sh', 'zsh'],
  completion: ['bash', 'zsh', 'fish'],
  diagram: ['session', 'kernel'],
};

const readWords = (program: Command): CommandWords[] => {
  const visit = (command: Command, path: string[]): CommandWords[] => {
    const subcommands = command
      .createHelp()
      .visibleCommands(command)
      .filter((sub) => sub.name() !== 'help');
    const takesSession = command.registeredArguments.some((argument) => argument.name() === 'ID');
    const words: CommandWords = {
      path: path.join(' '),
      description: command.description(),
      options: command
        .createHelp()
        .visibleOptions(command)
        .map(({ long, description }) => ({ flag: long ?? '', description })),
      first: takesSession
        ? 'sessions'
        : (firstArguments[path.join(' ')] ?? subcommands.map((sub) => sub.name())),
    };
    return [words, ...subcommands.flatMap((sub) => visit(sub, [...path, sub.name()]))];
  };
  return visit(program, []);
};

const bashScript = (commands: readonly CommandWords[]): string => {
  const cases = commands.map(({ path, options, first }) => {
    const words = first === 'sessions' ? '$(holdfast __names 2>/dev/null)' : first.join(' ');
    const flags = options.map(({ flag }) => flag).join(' ');
    return `    ${quote(path)}) words="${words}"; flags="${flags}" ;;`;
  });
  return `# Completion of holdfast for bash: source <(holdfast completion bash)
_holdfast() {
  local current=\${COMP_WORDS[COMP_CWORD]} path= depth=0 words= flags= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    [[ \${COMP_WORDS[index]} == -- ]] && return
    [[ \${COMP_WORDS[index]} == -* ]] && continue
    case "$path" in
      '') path=\${COMP_WORDS[index]} ;;
      daemon) path="daemon \${COMP_WORDS[index]}" ;;
      *) depth=1 ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  if [[ $current == -* ]]; then words=$flags
  elif ((depth)) && [[ $path != end ]]; then words=; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _holdfast holdfast
`;
};

const zshScript = (commands: readonly CommandWords[]): string => {
  const cases = commands.map(({ path, options, first }) => {
    const words =
      first === 'sessions' ? '${(f)"$(holdfast __names 2>/dev/null)"}' : first.map(quote).join(' ');
    const flags = options.map(({ flag, description }) => quote(`${flag}:${description}`)).join(' ');
    return `    ${quote(path)}) list=(${words}); flags=(${flags}) ;;`;
  });
  return `#compdef holdfast
# Completion of holdfast for zsh: source <(holdfast completion zsh), or this file as _holdfast on your fpath
_holdfast() {
  local cmdpath= word; local -i depth=0; local -a list flags
  for word in \${words[2,CURRENT-1]}; do
    [[ $word == -- ]] && { _normal; return }
    [[ $word == -* ]] && continue
    case "$cmdpath" in
      '') cmdpath=$word ;;
      daemon) cmdpath="daemon $word" ;;
      *) depth=1 ;;
    esac
  done
  case "$cmdpath" in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option flags
  elif (( ! depth )) || [[ $cmdpath == end ]]; then compadd -- $list; else _files; fi
}
(( $+functions[compdef] )) && compdef _holdfast holdfast
`;
};

const fishScript = (commands: readonly CommandWords[]): string => {
  const lines = commands.flatMap(({ path, options, first }) => {
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    const flags = options.map(
      ({ flag, description }) =>
        `complete -c holdfast -n ${quote(condition)} -l ${flag.slice(2)} -d ${quote(description)}`,
    );
    const words = first === 'sessions' ? '(holdfast __names 2>/dev/null)' : first.join(' ');
    const described = commands.filter((command) => command.path !== '' && parentOf(command.path) === path);
    const values =
      described.length > 0
        ? described.map(
            (command) =>
              `complete -c holdfast -f -n ${quote(condition)} -a ${command.path.split(' ').at(-1)} -d ${quote(command.description)}`,
          )
        : words === ''
          ? []
          : [`complete -c holdfast -f -n ${quote(condition)} -a ${quote(words)}`];
    return [...values, ...flags];
  });
  return `# Completion of holdfast for fish: holdfast completion fish | source\n${lines.join('\n')}\n`;
};

const parentOf = (path: string): string => path.split(' ').slice(0, -1).join(' ');

const quote = (text: string): string => `'${text.replaceAll("'", '’')}'`;
