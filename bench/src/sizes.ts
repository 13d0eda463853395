/** How much work a run does: all of it, what fits a minute, or just enough to see that it works. */

export interface Sizes {
  /** Rounds of quick work: round trips. */
  rounds: number;
  /** Round trips before the first round: code that runs often is compiled, in all subjects alike. */
  warmUpTrips: number;
  /** Round trips in one round. */
  trips: number;
  /** Round trips in one round of what takes tens of milliseconds each. */
  slowTrips: number;
  /** Rounds of slow work: starting, gigabytes, hundreds of sessions. */
  slowRounds: number;
  /** Rounds of slow work before those that count. */
  slowWarmUps: number;
  /** Rounds of what starts a process with many sessions. */
  crowdRounds: number;
  /** Sessions opened in one round. */
  starts: number;
  streamBytes: number;
  collectBytes: number;
  queueLengths: number[];
  /** Sessions of the large crowd and the small one, and the commands of each. */
  crowd: number;
  smallCrowd: number;
  /** Processes with the small crowd in one round: it is over in a moment, so one says little. */
  smallCrowdRuns: number;
  crowdCommands: number;
  /** How long they are left alone before they are watched and weighed, in milliseconds. */
  idleRestMs: number;
  /** How long idle sessions are watched, in milliseconds. */
  idleMs: number;
  growthSessions: number[];
  growthBytes: number[];
  /** Heap of the Python kernel, in MB. */
  growthHeapsMb: number[];
}

const MB = 1_000_000;

const full: Sizes = {
  rounds: 60,
  warmUpTrips: 3_000,
  trips: 20,
  slowTrips: 6,
  slowRounds: 7,
  slowWarmUps: 1,
  crowdRounds: 2,
  starts: 5,
  streamBytes: 1 << 30,
  collectBytes: 100 * MB,
  queueLengths: [100, 1_000, 10_000],
  crowd: 300,
  smallCrowd: 10,
  smallCrowdRuns: 5,
  crowdCommands: 50,
  idleRestMs: 180_000,
  idleMs: 10_000,
  growthSessions: [1, 10, 100, 300],
  growthBytes: [0, 1_000, MB, 100 * MB],
  growthHeapsMb: [0, 200],
};

const quick: Sizes = {
  rounds: 12,
  warmUpTrips: 300,
  trips: 15,
  slowTrips: 1,
  slowRounds: 2,
  slowWarmUps: 0,
  crowdRounds: 1,
  starts: 1,
  streamBytes: 1 << 28,
  collectBytes: 25 * MB,
  queueLengths: [100, 1_000],
  crowd: 15,
  smallCrowd: 5,
  smallCrowdRuns: 1,
  crowdCommands: 20,
  idleRestMs: 1_000,
  idleMs: 1_000,
  growthSessions: [5, 15],
  growthBytes: [0, 1_000, MB],
  growthHeapsMb: [0, 200],
};

/** For tests: every path once. */
const tiny: Sizes = {
  rounds: 1,
  warmUpTrips: 1,
  trips: 1,
  slowTrips: 1,
  slowRounds: 1,
  slowWarmUps: 0,
  crowdRounds: 1,
  starts: 1,
  streamBytes: 1 << 20,
  collectBytes: MB,
  queueLengths: [3],
  crowd: 2,
  smallCrowd: 1,
  smallCrowdRuns: 1,
  crowdCommands: 2,
  idleRestMs: 50,
  idleMs: 50,
  growthSessions: [1, 2],
  growthBytes: [0, 1_000],
  growthHeapsMb: [0, 1],
};

export const sizes = { full, quick, tiny };
