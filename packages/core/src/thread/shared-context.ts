/** Working directory and environment follow the user from one language to the next. */
import type { KernelContext } from '@holdfast/protocol';
import { KernelDiedError, type LiveKernel } from '../kernel/live-kernel.ts';
import type { KernelSlot, SessionRuntime } from './session-runtime.ts';

// A shell's own bookkeeping, exported or not: meaningless, or wrong, in another process.
const ownToShells = new Set(['_', 'SHLVL', 'PWD', 'OLDPWD', 'SHELLOPTS', 'BASHOPTS']);

/**
 * Brings a kernel to where the one that ran last is. Nothing is asked of anyone unless the language
 * changed.
 */
export const followContext = async (
  runtime: SessionRuntime,
  slot: KernelSlot,
  live: LiveKernel,
): Promise<void> => {
  const { contextOwner, settings, slots } = runtime;
  runtime.contextOwner = slot.language;
  if (contextOwner === undefined || contextOwner === slot.language) return;
  const { share } = settings;
  const owner = slots.get(contextOwner)?.live;
  if (!owner || !(share.cwd || share.env)) return;
  const theirs = await contextOf(owner);
  if (!theirs) return;
  // With one of the two kept apart, that one stays as this kernel has it.
  const context =
    share.cwd && share.env ? theirs : mix(await live.errand((api) => api.getContext()), theirs, share);
  await live.errand((api) => api.setContext(withoutShellOwn(context)));
};

/** The other kernel may have died unnoticed: then there is nothing to follow. */
const contextOf = async (kernel: LiveKernel): Promise<KernelContext | undefined> => {
  try {
    return await kernel.errand((api) => api.getContext());
  } catch (error) {
    if (error instanceof KernelDiedError) return undefined;
    throw error;
  }
};

const mix = (
  own: KernelContext,
  theirs: KernelContext,
  share: { cwd: boolean; env: boolean },
): KernelContext => ({
  cwd: share.cwd ? theirs.cwd : own.cwd,
  env: share.env ? theirs.env : own.env,
});

const withoutShellOwn = ({ cwd, env }: KernelContext): KernelContext => ({
  cwd,
  env: Object.fromEntries(Object.entries(env).filter(([name]) => !ownToShells.has(name))),
});
