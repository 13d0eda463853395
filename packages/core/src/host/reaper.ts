/**
 * Ends what is left when the host process dies without a chance to clean up (SIGKILL, a crash).
 *
 * A small shell waits on a pipe that only the host holds. When that closes, it kills the kernels'
 * process groups, then whatever carries the host's marker in its environment (jobs that left their
 * group with setsid), and removes the host's temporary folders.
 */
import { type CompanionProcess, startCompanion } from '../kernel/child-kernel.ts';
import { markerName } from '../kernel/process-table.ts';

export interface Reaper {
  add(kernelPid: number): void;
  remove(kernelPid: number): void;
  close(): void;
}

// $1 marker, then the folders. The list is edited in place: " 12 345 " without 12 is " 345 ".
const script = `
set -f
marker=$1
shift
groups=' '
while read -r sign pid; do
  case $sign in
    +) groups="$groups$pid " ;;
    -) case $groups in *" $pid "*) groups="\${groups%% $pid *} \${groups#* $pid }" ;; esac ;;
  esac
done
for pid in $groups; do kill -s KILL -- "-$pid"; done
set +f
passes=0
while [ "$passes" -lt 40 ]; do
  found=
  for file in $(grep -lsz -- "^$marker" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}" && found=yes
  done
  [ -n "$found" ] || break
  passes=$((passes + 1))
  sleep 0.05
done
rm -rf -- "$@"
`;

const againAfterMs = 1_000;

/** @throws the system's error when no process can be started */
export const startReaper = (hostId: string, folders: readonly string[]): Reaper => {
  const kernels = new Set<number>();
  let closed = false;
  let companion: CompanionProcess;
  const start = (): void => {
    const started = startCompanion('/bin/sh', [
      '-c',
      script,
      'holdfast-reaper',
      `${markerName}=${hostId}[.]`,
      ...folders,
    ]);
    companion = started;
    for (const pid of kernels) started.write(`+ ${pid}\n`);
    // Somebody may kill it; the kernels must not go unwatched.
    void started.exited.then(startAgain);
  };
  const startAgain = (): void => {
    if (closed) return;
    try {
      start();
    } catch {
      // No process or descriptor to be had just now.
      setTimeout(startAgain, againAfterMs).unref();
    }
  };
  start();
  return {
    add(pid) {
      kernels.add(pid);
      companion.write(`+ ${pid}\n`);
    },
    remove(pid) {
      kernels.delete(pid);
      companion.write(`- ${pid}\n`);
    },
    close() {
      closed = true;
      companion.end();
    },
  };
};
