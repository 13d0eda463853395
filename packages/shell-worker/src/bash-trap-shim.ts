/** The function that stands in for `trap` while a command may use it: kernel/trap-shim.bash, filled in. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exitTrapText, type KernelPaths } from './bash-lines.ts';
import { type BashMemory, parkedTraps } from './bash-memory.ts';
import { quote, unquote } from './shell-quote.ts';

/** Templates by kernel, and what was written last: the file changes only with the traps it must know of. */
const written = new Map<string, { template: string; known: string }>();

/** @returns path of the script that defines it */
export const writeTrapShim = (paths: KernelPaths, memory: BashMemory): string => {
  const file = join(paths.scratchDir, 'trap-shim.bash');
  const known = parkedTraps
    .filter((name) => memory.traps.has(name))
    .map((name) => `${quote(quote(userText(memory.traps.get(name) ?? '')))} ${name}`)
    .join(' ');
  const last = written.get(file) ?? { template: fillIn(paths), known: undefined };
  if (last.known !== known)
    writeFileSync(
      file,
      last.template.replaceAll('@KNOWN@', () => known),
    );
  written.set(file, { template: last.template, known });
  return file;
};

const fillIn = (paths: KernelPaths): string => {
  const text = exitTrapText(paths);
  const end = text.lastIndexOf('\n');
  return readFileSync(join(paths.kernelDir, 'trap-shim.bash'), 'utf8')
    .replaceAll('@HEAD@', () => text.slice(0, end).replaceAll("'", "'\\''"))
    .replaceAll('@TAIL@', () => text.slice(end + 1));
};

/** A trap on DEBUG or ERR is wrapped so that it does not fire for the kernel's commands. */
const userText = (quoted: string): string => {
  const text = unquote(quoted);
  const wrapped = /^case \S+ in \S+ ;; \*\) builtin eval (.*);; esac(?: #__holdfast_)?$/s.exec(text);
  return wrapped ? unquote(wrapped[1] ?? '') : text;
};
