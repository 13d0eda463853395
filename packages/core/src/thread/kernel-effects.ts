/** What the kernel machine's states do: launch, stop, kill, climb the ladder, report. */
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Language, type SessionSettings, SpawnFailedError } from '@holdfast/protocol';
import { climbInterruptLadder } from '../kernel/interrupt-ladder.ts';
import { describeExit, describeLoss, type LiveKernel, startLiveKernel } from '../kernel/live-kernel.ts';
import { markerName, markerOf } from '../kernel/process-table.ts';
import { killTree } from '../kernel/shutdown-ladder.ts';
import { runCommand, settleUnrun } from './command-run.ts';
import { runSetup } from './kernel-errands.ts';
import { kernelMachine } from './kernel-machine.ts';
import type { KernelSlot, SessionRuntime } from './session-runtime.ts';
import type { FreshKernel, KernelStart } from './spare-kernels.ts';

const slotOf = (runtime: SessionRuntime, language: Language): KernelSlot => {
  const existing = runtime.slots.get(language);
  if (existing) return existing;
  const slot: KernelSlot = {
    language,
    epoch: 0,
    folder: undefined,
    generation: 0,
    live: undefined,
    untoldLoss: undefined,
    run: undefined,
    launching: undefined,
    startingPid: undefined,
    stopping: Promise.resolve(),
    signalsSent: 0,
    whenLaunched: undefined,
  };
  runtime.slots.set(language, slot);
  return slot;
};

/** @param getRuntime - the machine is defined before the runtime that holds it exists */
export const provideKernelEffects = (getRuntime: () => SessionRuntime) =>
  kernelMachine.provide({
    actions: {
      launch: ({ context }) => {
        const runtime = getRuntime();
        const slot = slotOf(runtime, context.language);
        const launching = launch(runtime, slot).finally(() => {
          if (slot.launching === launching) slot.launching = undefined;
        });
        slot.launching = launching;
      },
      reportReady: ({ context }) => {
        const runtime = getRuntime();
        const slot = slotOf(runtime, context.language);
        slot.whenLaunched?.();
        slot.whenLaunched = undefined;
        runtime.machine.send({ type: 'KERNEL.READY', language: context.language });
      },
      reportLaunchFailed: ({ context, event }) => {
        if (event.type !== 'LAUNCH_FAILED') return;
        const runtime = getRuntime();
        const { language, work } = context;
        const slot = slotOf(runtime, language);
        const error = toSpawnFailed(runtime, event.error, language, context.failures + 1);
        slot.whenLaunched?.(error);
        slot.whenLaunched = undefined;
        runtime.machine.send({ type: 'KERNEL.FAILED', language, error });
        if (work.command) settleUnrun(runtime, slot, work.command, error);
      },
      abandonCommand: ({ context }) => {
        const runtime = getRuntime();
        const { work, language } = context;
        if (work.command) settleUnrun(runtime, slotOf(runtime, language), work.command);
      },
      begin: ({ context }) => {
        const runtime = getRuntime();
        const { command } = context.work;
        if (command) void runCommand(runtime, slotOf(runtime, context.language), command);
      },
      climbLadder: ({ context }) => {
        const runtime = getRuntime();
        climbLadder(runtime, slotOf(runtime, context.language));
      },
      kill: ({ context }) => {
        slotOf(getRuntime(), context.language).live?.kill();
      },
      stop: ({ context }) => {
        stop(slotOf(getRuntime(), context.language));
      },
      reportDied: ({ context }) => {
        getRuntime().machine.send({ type: 'KERNEL.DIED', language: context.language });
      },
    },
  });

const launch = async (runtime: SessionRuntime, slot: KernelSlot): Promise<void> => {
  const { settings, machine, emit } = runtime;
  const { language, stopping } = slot;
  const generation = ++slot.generation;
  const actor = machine.kernel(language);
  try {
    assertFolder(settings.cwd);
    // While its predecessor ends.
    const spare = await takeSpare(runtime, slot);
    await stopping;
    // Told to stop in the meantime, here and below.
    if (generation !== slot.generation) {
      spare?.live.kill();
      await spare?.live.exited;
      return;
    }
    const live = spare ? adopt(slot, spare) : await startKernel(runtime, slot);
    if (generation !== slot.generation) {
      live.kill();
      await live.exited;
      return;
    }
    slot.live = live;
    slot.epoch += 1;
    if (runtime.contextOwner === language) runtime.contextOwner = undefined;
    const { epoch } = slot;
    emit({ type: 'kernel-started', language, pid: live.pid, epoch, version: live.hello.version });
    void live.exited.then((exit) => {
      const expected = slot.live !== live;
      if (!expected) slot.live = undefined;
      const reason = describeExit(exit);
      emit({ type: 'kernel-died', language, pid: live.pid, epoch, reason, expected });
      // Under a command, the run tells: it has output to collect before the machine moves on.
      if (expected || slot.run) return;
      slot.untoldLoss ??= describeLoss(exit, live.driver);
      actor?.send({ type: 'DIED', reason });
    });
    await runSetup(runtime, slot, live);
    if (generation === slot.generation) actor?.send({ type: 'LAUNCHED' });
  } catch (error) {
    if (generation === slot.generation) actor?.send({ type: 'LAUNCH_FAILED', error: error as Error });
  }
};

/** None for the successor of a kernel that died: what that has left in its folder is for it. */
const takeSpare = ({ settings, spares }: SessionRuntime, { language, folder }: KernelSlot) =>
  folder === undefined ? spares.take(language, kernelStart(settings, language)) : undefined;

const adopt = (slot: KernelSlot, spare: FreshKernel): LiveKernel => {
  spare.adopt();
  slot.folder = spare.folder;
  return spare.live;
};

const startKernel = async (
  { settings, loadDriver, pool, launch }: SessionRuntime,
  slot: KernelSlot,
): Promise<LiveKernel> => {
  const { language } = slot;
  slot.folder ??= join(settings.scratchDir, `kernel-${language}`);
  mkdirSync(slot.folder, { recursive: true, mode: 0o700 });
  const { generation } = slot;
  try {
    return await startLiveKernel({
      driver: await loadDriver(language),
      pool,
      launch,
      scratchDir: slot.folder,
      ...kernelStart(settings, language),
      onStarted(pid) {
        slot.startingPid = pid;
        if (generation !== slot.generation) killTree(pid);
      },
    });
  } finally {
    slot.startingPid = undefined;
  }
};

/** What the session's kernels of a language are started with. */
export const kernelStart = (settings: SessionSettings, language: Language): KernelStart => {
  const { cwd, env, shell } = settings;
  return {
    cwd,
    env: { ...env, [markerName]: markerOf(settings) },
    ...(language === 'bash' && shell ? { program: shell } : {}),
  };
};

const assertFolder = (cwd: string): void => {
  if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`cwd ${cwd} is not a folder`);
  // What may not be entered says so here, and not only to a kernel that is started there.
  statSync(`${cwd}/.`);
};

const stop = (slot: KernelSlot): void => {
  slot.generation += 1;
  const { live, run, launching, startingPid } = slot;
  slot.live = undefined;
  if (!live) {
    // It ends with its kernel's end: what comes after must not find that one at work in its folder.
    if (launching) slot.stopping = launching;
    if (startingPid) killTree(startingPid);
    return;
  }
  run?.ladder?.stop();
  live.kill();
  slot.stopping = live.exited.then(() => undefined);
};

const climbLadder = (runtime: SessionRuntime, slot: KernelSlot): void => {
  const { live, run } = slot;
  if (!live || !run?.isSent) return;
  run.ladder = climbInterruptLadder({
    pid: live.pid,
    get listening() {
      return live.driver.listening;
    },
    steps: live.driver.interruptSteps,
    commandStartedAt: run.startedAt,
    call: () =>
      live
        .call((api) => api.interrupt())
        .catch(() => {
          // It has died, which ends the command.
        }),
    lastResort: () => runtime.machine.send({ type: 'LADDER.EXHAUSTED' }),
  });
};

const toSpawnFailed = (
  { settings }: SessionRuntime,
  error: Error,
  language: Language,
  attempts: number,
): SpawnFailedError =>
  new SpawnFailedError(`${error.message} (${attempts} attempts, session ${settings.sessionId})`, {
    data: { ...(error instanceof SpawnFailedError ? error.data : {}), language, attempts },
    cause: error,
  });
