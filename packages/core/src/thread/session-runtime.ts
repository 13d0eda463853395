/** What a session thread holds besides its machine's state: processes, pipes, records. Data, no behaviour. */
import type {
  CommandId,
  CommandOutcome,
  CommandRecord,
  HistoryEntry,
  Language,
  SessionSettings,
  SessionStatus,
  TerminationReason,
  ThreadEvent,
  ThreadFrame,
} from '@holdfast/protocol';
import type { FifoPool } from '../kernel/fifo.ts';
import type { InterruptLadder } from '../kernel/interrupt-ladder.ts';
import type { LaunchKernel } from '../kernel/kernel-launch.ts';
import type { LiveKernel } from '../kernel/live-kernel.ts';
import type { LoadDriver } from '../kernel/load-driver.ts';
import type { CommandAnswer } from '../rpc/command-answer.ts';
import type { OutputCollector } from './output-collector.ts';
import type { PendingCommand } from './pending-command.ts';
import type { KernelActor, SessionContext, SessionEvent } from './session-machine.ts';
import type { SpareKernels } from './spare-kernels.ts';

/** One language's place in the session, whether or not a kernel is in it. */
export interface KernelSlot {
  readonly language: Language;
  /** How many processes it has had. */
  epoch: number;
  /** Its kernels' own folder, from one process to the next: a kernel that died may have left a checkpoint there. */
  folder: string | undefined;
  /** Rises with every launch and stop, so that a launch that was overtaken can tell. */
  generation: number;
  live: LiveKernel | undefined;
  /** Why state is gone, until a result has told it. */
  untoldLoss: string | undefined;
  run: ActiveRun | undefined;
  /** How often its process was signalled to stop the command that ran last. */
  signalsSent: number;
  /** Settles when the launch under way is over, however it went. */
  launching: Promise<void> | undefined;
  /** Its process, before it is ready. */
  startingPid: number | undefined;
  /** Settles when a kernel that was told to end is gone. */
  stopping: Promise<void>;
  /** Waits for the launch under way: a reset does. */
  whenLaunched: ((error?: Error) => void) | undefined;
}

/** A command while it runs in a kernel. */
export interface ActiveRun {
  readonly command: PendingCommand;
  /** That of its kernel, which may have a successor before the command has its result. */
  readonly epoch: number;
  /** `performance.now()`, for durations and for telling its processes from older ones. */
  readonly startedAt: number;
  /** The kernel has been given it: from here on it takes more than not to give it. */
  isSent: boolean;
  ladder: InterruptLadder | undefined;
}

/** A command that is remembered: its record, and the collectors its jobs still write to. */
export interface RememberedCommand {
  record: Omit<CommandRecord, 'output' | 'lateOutput'>;
  /** `performance.now()` of its start: the wall clock of the record may jump. */
  startedAt?: number;
  outcome?: CommandOutcome;
  late?: { stdout: OutputCollector; stderr: OutputCollector; open: boolean };
}

/** A history entry, its times as milliseconds since 1970: few are ever read, and writing dates takes longer than all the rest. */
export interface HistoryNote extends Omit<HistoryEntry, 'startedAt' | 'finishedAt'> {
  startedAt: number;
  finishedAt: number;
}

/** The machine as the effects see it. */
export interface SessionMachineView {
  readonly context: SessionContext;
  readonly status: SessionStatus;
  send(event: SessionEvent): void;
  kernel(language: Language): KernelActor | undefined;
}

export interface SessionRuntime {
  readonly settings: SessionSettings;
  readonly loadDriver: LoadDriver;
  readonly pool: FifoPool;
  readonly launch: LaunchKernel;
  readonly spares: SpareKernels;
  readonly slots: Map<Language, KernelSlot>;
  /** Commands that input and credits may be for: accepted, and not yet wholly delivered. */
  readonly commands: Map<CommandId, PendingCommand>;
  readonly history: HistoryNote[];
  readonly remembered: Map<CommandId, RememberedCommand>;
  /** The language that ran last: the one whose directory and environment the next one follows. */
  contextOwner: Language | undefined;
  /** `performance.now()` of when the session last became idle. */
  lastActivityAt: number;
  /** How often it was reset. */
  resets: number;
  idleTimer: NodeJS.Timeout | undefined;
  /** Until a spare kernel is started, if the session is idle then. */
  spareTimer: NodeJS.Timeout | undefined;
  terminationReason: TerminationReason;
  /** What goes with the reason: the error of a spawn that failed. */
  terminationMessage: string | undefined;
  readonly machine: SessionMachineView;
  /** Somebody wants to know of every command; otherwise such events need not be made. */
  readonly isListened: boolean;
  emit(event: ThreadEvent): void;
  /** A command's end. With more commands in the queue it may wait for the next ones'. */
  answer(outcome: CommandAnswer, transfer?: ArrayBuffer[]): void;
  /** The end of a command that was not run. Arrives with the transition that it came of. */
  refuse(rejection: CommandAnswer): void;
  sendData(frame: ThreadFrame): void;
}
