/** Puts one command into the text that a bash kernel is given: for the fast loop, or as a script with care. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRequest } from '@holdfast/protocol';
import {
  blockSize,
  enableBuiltins,
  type KernelPaths,
  leaveLoop,
  mark,
  nextLine,
  padBlock,
  queueLines,
  raiseLimit,
  read,
  resetLineNumber,
  scriptPipe,
  setStatus,
  source,
  suffix,
  takeHold,
  toMessage,
  trapsFile,
} from './bash-lines.ts';
import { type BashMemory, hasAliases, parkedOptions, parkedTraps } from './bash-memory.ts';
import { type CommandTraits, takesSuffix } from './bash-traits.ts';
import { writeTrapShim } from './bash-trap-shim.ts';
import { quote } from './shell-quote.ts';

/** What was set for this command alone: shell text that does it, and shell text that takes it back. */
export interface OwnContext {
  prepare: string;
  /** Run instead of the command where `prepare` fails: in the wrong folder, it might do harm. */
  instead?: string;
  takeBack: string;
}

export interface CarefulCommand {
  request: RunRequest;
  traits: CommandTraits;
  own: OwnContext;
  memory: BashMemory;
  paths: KernelPaths;
  /** The fast loop's line. */
  loop: string;
}

export const checkpointFile = 'checkpoint-bash';

/** The script's pipe is written by the shell that reads it: all of it must fit. */
const longestScript = 30_000;

/** A pipe takes 64 KiB at once; bash reads it a piece at a time, so much text is faster from a file. */
const maxPipeText = 4_000;

/** @returns nothing where the text is not for the fast loop */
export const composeFast = (request: RunRequest, memory: BashMemory): string | undefined => {
  // Never nothing at all: what is left of it in the pipe tells that it has not begun (see exit.bash).
  const code = takesSuffix(request.code) ? request.code + suffix : request.code || ' ';
  if (code.length > maxPipeText || code.includes(mark)) return undefined;
  // Bash counts characters in the user's locale, so only ASCII can be counted here.
  const ascii = isAscii(code);
  const readCode = ascii
    ? `${read} -N${code.length} -u253 __holdfast_`
    : "builtin mapfile -d '' -n1 -t -u253 __holdfast_";
  const status = memory.status === 0 ? '' : `;${setStatus(memory.status, undefined)}`;
  const block = padBlock(`${readCode};exec 1>${request.stdout} 2>${request.stderr}${status}`, blockSize);
  return block && block + code + (ascii ? '' : '\0');
};

/**
 * The command between preparations and a report. Where the user traces or turns off execution, the lines are
 * put into the script itself: evaluated, they would be traced one level deeper, and a shell that executes
 * nothing reads nothing else.
 */
export const composeCareful = (command: CarefulCommand): string => {
  const { traits, memory, paths, loop } = command;
  const { code, lines } = composeLines(command);
  const readCode = readText(code, paths, 'command-bash');
  const toScript = [`${readCode}\n`, ...lines].join('');
  if (
    (traits.trace || traits.noexec || /[xv]/.test(memory.options)) &&
    toScript.length < longestScript &&
    isPipeable(toScript)
  ) {
    // Nothing is run any more after `set -n`, but a syntax error still ends the shell.
    const trip = traits.noexec ? ')\n' : '';
    const script = `${toScript}${trip}${resetLineNumber(0)}\n${loop}\n${nextLine(paths)}`;
    return leaveLoop + toMessage(queueLines(paths, script)) + payloadOf(code);
  }
  // The texts come in the order in which they are read.
  return leaveLoop + enterScript(paths, toScript, loop) + payloadOf(code);
};

/** A script for the waiting line, which ends in the fast loop; long or foreign text goes by a file. */
const enterScript = (paths: KernelPaths, script: string, loop: string): string => {
  const text = `${queueLines(paths, nextLine(paths))}\n${script}${resetLineNumber(0)}\n${loop}\n`;
  if (isShort(text)) return toMessage(text);
  const path = join(paths.scratchDir, 'script-bash');
  writeFileSync(path, `${text}\0`);
  return toMessage(`builtin mapfile -d '' -n1 -t __holdfast_ <${path};builtin eval "$__holdfast_"`);
};

/** What the waiting line is sent for a text of the driver's own, after which the fast loop goes on. */
export const composeScript = (paths: KernelPaths, script: string, loop: string): string =>
  enterScript(paths, `${script}\n`, loop);

/** The user's code has thrown the shell back to its top level: the report, without the rest of the command. */
export const composeThrown = ({ request, traits, own, memory, paths, loop }: CarefulCommand): string =>
  composeScript(
    paths,
    composeReport({ request, traits, own, memory, paths, loop }, '__holdfast_=(1 "$-") __holdfast_q=;'),
    loop,
  );

const composeLines = (command: CarefulCommand): { code: string; lines: string[] } => {
  const { request, traits, own, memory, paths } = command;
  for (const fd of traits.traceFds) memory.traceFds.add(fd);
  const prefix = composePrefix(traits, memory);
  // In a list that goes on, a status of our own making does not end a shell with `set -e`.
  const exempt = memory.status === 0 ? '' : '&&[[ 1 ]]';
  const start = `{ ${prefix};} ${quiet(memory)}${exempt}\n`;
  const code = `${start}${request.code}${canEndWithSuffix(request.code, traits, memory) ? suffix : ''}`;

  const lines: string[] = [];
  const orElse = own.instead === undefined ? '' : `||__holdfast_=${quote(start + own.instead)}`;
  if (own.prepare) lines.push(`${own.prepare}${orElse}\n`);
  if (traits.risky) {
    memory.checkpointed = true;
    lines.push(`${saveCheckpoint(paths)}\n`);
  }
  if (usesShim(traits, memory)) lines.push(`${define(writeTrapShim(paths, memory))}\n`);
  if (isLimited(traits, memory)) lines.push(`${define(join(paths.kernelDir, 'ulimit-shim.bash'))}\n`);

  const { stdin, stdout, stderr } = memory.descriptors;
  const ownStdin = stdin === 'x';
  const redirects = [
    request.stdin === undefined || ownStdin ? '' : openToRead(request.stdin),
    stdout === 'x' ? '' : `1>${stdout === '2' ? request.stderr : request.stdout}`,
    stderr === 'x' ? '' : `2>${stderr === '1' ? request.stdout : request.stderr}`,
  ].join(' ');
  lines.push(`${resetLineNumber(prefix.split('\n').length)}\n`);
  // One line: whatever the user's code does to the parser, this is parsed before.
  lines.push(
    `exec ${redirects};builtin eval "$__holdfast_"${ownStdin && request.stdin !== undefined ? ` ${openToRead(request.stdin)}` : ''};` +
      `${composeReport(command, '__holdfast_=("$?" "$-" "${__holdfast_[@]:1}");')}` +
      `${traits.noexec ? `;${read} -N2 __holdfast_ <${scriptPipe(paths)}` : ''}\n`,
  );
  return { code, lines };
};

/** Parks what would disturb the kernel, takes back what was for this command alone, and tells the driver. */
const composeReport = ({ request, traits, own, memory, paths }: CarefulCommand, result: string): string => {
  const limited = isLimited(traits, memory);
  const enables = isEnabling(traits, memory);
  const look = [
    usesShim(traits, memory) ? 'b' : '',
    enables ? 'n' : '',
    traits.exec || memory.functionWords.includes('e') ? 'e' : '',
    limited ? 'l' : '',
    traits.functions || memory.functionWords !== '' ? 'f' : '',
  ].join('');
  const report = [
    request.stdin !== undefined && memory.descriptors.stdin !== 'x' ? request.stdin : '',
    request.stdout,
    request.stderr,
    paths.controlOut,
    paths.kernelDir,
    join(paths.scratchDir, trapsFile),
    look,
  ];
  return (
    (limited ? `${result}${raiseLimit};` : '') +
    // A signal may end the shell from here on: what is told of the command is kept before it is changed.
    `{ ${limited ? '' : result}${enables ? `${enableBuiltins(paths)};` : ''}${takeHold.first};${takeHold.second};` +
    `builtin trap -p >|${join(paths.scratchDir, trapsFile)};__holdfast_o=\${__holdfast_[1]};` +
    'builtin set +xvaeuTEtn "${__holdfast_:+-}";' +
    `builtin trap - DEBUG ERR RETURN "\${__holdfast_:+DEBUG}";} ${quiet(memory)};` +
    `__holdfast_a=(${report.map(quote).join(' ')});${own.takeBack}${source(paths, 'after.bash')}`
  );
};

/** Evaluated and not sourced: errors in a function begin with the name of the file that it comes from. */
const define = (file: string): string =>
  `builtin mapfile -d '' -t __holdfast_w <${file};builtin eval "$__holdfast_w";builtin unset __holdfast_w`;

/** A function may stand in for `trap` only while the user's code runs that may call it. */
const usesShim = (traits: CommandTraits, memory: BashMemory): boolean =>
  traits.trap || memory.functionWords.includes('t');

const isLimited = (traits: CommandTraits, memory: BashMemory): boolean =>
  traits.limits || memory.limit !== undefined;

/** A builtin may be missing at the command's end. */
export const isEnabling = (traits: CommandTraits, memory: BashMemory): boolean =>
  traits.enable || memory.disabled !== '' || memory.functionWords.includes('n');

/** Where a trace of the kernel's own commands goes. */
const quiet = ({ traceFds }: BashMemory): string =>
  ['2>/dev/null', ...[...traceFds].map((fd) => `${fd}>/dev/null`)].join(' ');

/** To open a pipe for reading waits for a writer, and the host may have closed its end: be one meanwhile. */
const openToRead = (path: string): string => `249<>${path} 0<${path} 249>&-`;

/** The command's own first line: hides what is ours, brings back what is parked, sets `$?` and `$_`. */
const composePrefix = (traits: CommandTraits, memory: BashMemory): string => {
  const parked = parkedOptions(memory.options);
  return [
    ...(memory.limit === undefined ? [] : [`builtin ulimit -Sn ${memory.limit}`]),
    ...(parked ? [`builtin set -${parked}`] : []),
    ...(hasAliases(memory.options) ? ['builtin shopt -s expand_aliases'] : []),
    ...parkedTraps
      .filter((name) => memory.traps.has(name))
      .map((name) => `builtin trap -- ${memory.traps.get(name)} ${name}`),
    // Nothing is executed after `set -n`, up to the script's end: so the command ends there.
    ...(traits.noexec && !memory.traps.has('DEBUG') ? [`builtin trap -- ${quote(stopAtNoexec)} DEBUG`] : []),
    // From here on it has begun: what was parked is in the shell's hands again.
    'builtin unset __holdfast_ __holdfast_q',
    // Functions named `builtin` or `exec` come back last: nothing of ours that they could change follows.
    ...(memory.hijackers === '' ? [] : [memory.hijackers.trimEnd()]),
    ...(memory.disabled === ''
      ? []
      : [`\\enable -n ${memory.disabled.replace(/\S+$/, '$${__holdfast_-$&}')}`]),
    traits.pipeStatus && memory.pipeStatus.length > 1
      ? `${memory.pipeStatus.map((status) => `(exit ${status})`).join('|')}`
      : setStatus(memory.status, memory.underscore),
  ].join(';');
};

const stopAtNoexec =
  'case $BASH_COMMAND in "set -"*n* | "set -o noexec"*) builtin trap - DEBUG;builtin exit 0;; esac';

/**
 * Nothing may be there to show the line that is added. With `set -e` it has a second use: without it, a last
 * status that does not end the script (`! true`) would end the shell as the status of our `eval`.
 */
const canEndWithSuffix = (code: string, traits: CommandTraits, memory: BashMemory): boolean =>
  !traits.trace &&
  !traits.noexec &&
  (!traits.indirect || memory.options.includes('e')) &&
  !/[xv]/.test(memory.options) &&
  !memory.functionWords.includes('s') &&
  // After `set -o history`, bash would remember the line.
  !/\bhistory\b/.test(code) &&
  takesSuffix(code);

/** For what may replace or kill the process: the next kernel restores it. The text to run is kept across it. */
const saveCheckpoint = (paths: KernelPaths): string =>
  `__holdfast_c=$__holdfast_;__holdfast_p=("$@");__holdfast_=(${quote(join(paths.scratchDir, checkpointFile))} "$-");` +
  `{ builtin set +eu;${source(paths, 'save.bash')};} 2>/dev/null;` +
  'if [[ ${__holdfast_[1]} == *u* ]];then builtin set -u;fi;if [[ ${__holdfast_[1]} == *e* ]];then builtin set -e;fi;' +
  'builtin unset __holdfast_ __holdfast_p;__holdfast_=$__holdfast_c;builtin unset __holdfast_c';

/** Shell text that reads `text` into __holdfast_: from the pipe, where payloadOf puts it, or from a file. */
const readText = (text: string, { controlIn, scratchDir }: KernelPaths, file: string): string => {
  if (isShort(text)) return `${read} -N${text.length} __holdfast_ <${controlIn}`;
  const path = join(scratchDir, file);
  writeFileSync(path, `${text}\0`);
  return `builtin mapfile -d '' -n1 -t __holdfast_ <${path}`;
};

const payloadOf = (text: string): string => (isShort(text) ? text : '');

const isShort = (text: string): boolean => text.length < maxPipeText * 2 && isPipeable(text);

/** Counted by bash as it is here, and not to be taken for the end of what is dropped. */
const isPipeable = (text: string): boolean => isAscii(text) && !text.includes(mark);

const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 126) return false;
  return true;
};
