/**
 * Driver of shell kernels: bash in full, dash and zsh as dialects of it.
 *
 * driver.ts picks the dialect. For bash: bash-dialect.ts starts it, bash-kernel.ts speaks to it,
 * bash-lines.ts is the text it is given, bash-traits.ts decides how much care a command needs.
 */
import { existsSync, realpathSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import type { DriverOptions, LanguageDriver } from '@holdfast/core/driver-kit';
import { invalidCommand } from '@holdfast/protocol';
import { bashInterruptSteps, bashPaths, hasCheckpoint, linkKernel, planBash } from './bash-dialect.ts';
import { type BashKernel, createBashKernel } from './bash-kernel.ts';
import type { KernelPaths } from './bash-lines.ts';
import { createPosixKernel, type PosixKernel, startArgs } from './posix-kernel.ts';
import { dash, kernelText, type PosixDialect, zsh } from './posix-text.ts';

export const createDriver = (options: DriverOptions): LanguageDriver => {
  let paths: KernelPaths | undefined;
  let dialect: PosixDialect | undefined;
  let kernel: BashKernel | PosixKernel | undefined;
  return {
    language: 'bash',
    interruptSteps: bashInterruptSteps,
    holdsOutput: false,
    readsAtStart: (name) =>
      /^(?:BASH|LC_|LD_|MALLOC_)|^(?:PATH|LANG|SHELLOPTS|POSIXLY_CORRECT|TMOUT|IFS)$/.test(name),
    plan(context) {
      const program = resolveProgram(context.program ?? String(options.program ?? 'bash'), context.env.PATH);
      paths = bashPaths(context, program);
      dialect = dialectOf(program);
      linkKernel(paths);
      if (!dialect) return planBash(paths);
      return { file: program, args: [...startArgs(dialect), kernelText(paths, dialect), dialect.name] };
    },
    connect(channel) {
      if (!paths) throw new Error('A shell driver is connected before it has planned a launch');
      kernel = dialect
        ? createPosixKernel({ channel, paths, dialect })
        : createBashKernel({ channel, paths, restore: hasCheckpoint(paths.scratchDir) });
      return kernel;
    },
    get listening() {
      return kernel?.listening;
    },
    salvage: () =>
      paths && hasCheckpoint(paths.scratchDir)
        ? 'variables and functions as they were before the command were restored'
        : undefined,
    validate(code) {
      if (code.includes('\0')) throw invalidCommand('A shell command can not contain a NUL byte');
    },
  };
};

/** `/bin/sh` is whatever it is a link to; a bash under that name is bash in posix mode, which is bash. */
const dialectOf = (program: string): PosixDialect | undefined => {
  const names = [basename(program), basename(realPath(program))];
  if (names.some((name) => /^(?:r?zsh)/.test(name))) return zsh;
  if (names.some((name) => /^(?:r?bash)/.test(name))) return undefined;
  return names.some((name) => /^(?:d?ash|sh|busybox|ksh|mksh)/.test(name)) ? dash : undefined;
};

const realPath = (file: string): string => {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
};

/** The system's shells are found even where PATH is not set or says nothing of them. */
const resolveProgram = (program: string, path = ''): string => {
  if (isAbsolute(program)) return program;
  const found = [...path.split(':'), '/usr/local/bin', '/usr/bin', '/bin']
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, basename(program)))
    .find((file) => existsSync(file));
  return found ?? program;
};
