/** Commands that no session should be lost to, by language, and how each may end. */
import type { ExecOptions, Language } from 'holdfast';

export interface HostileCommand {
  language: Language;
  code: string;
  options?: ExecOptions<'utf8'>;
}

const quick: ExecOptions<'utf8'> = { timeoutMs: 300 };

const bash: [code: string, options?: ExecOptions<'utf8'>][] = [
  ['echo "unclosed'],
  ['exit 3'],
  ['set -e; false'],
  ['set -u; echo $nope; set +u'],
  ['exec 2>&1'],
  ['exec true'],
  ['kill -9 $$; sleep 1'],
  ['kill -TERM $$; sleep 1'],
  ['kill -STOP $$', quick],
  ['trap "" INT TERM; while :; do :; done', quick],
  ['sleep 100 & setsid sleep 100 & echo started'],
  ['yes | head -c 3000000'],
  ['head -c 2000000 /dev/urandom'],
  ['sleep 1000', quick],
  ['f() { f; }; true'],
  ['unset PATH'],
  ['export PATH=/usr/bin:/bin; n=$((n + 1)); echo $n'],
  ['for ((fd = 3; fd <= 60; fd++)); do eval "exec $fd>&-"; done'],
  ['cat <<EOF\nnever closed'],
  ['read x; echo "got $x"', { stdin: 'line\n' }],
];

const python: typeof bash = [
  ['1 / 0'],
  ['import sys; sys.exit(4)'],
  ['import os; os._exit(5)'],
  ['import os; os.abort()'],
  ['while True: pass', quick],
  ['import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass', quick],
  ['print("x" * 2_000_000)'],
  ['import subprocess; p = subprocess.Popen(["sleep", "100"])'],
  ['import os; os.closerange(3, 100)'],
  ['n = globals().get("n", 0) + 1; n'],
  ['x = = 1'],
  ['import os; pid = os.fork()'],
];

const node: typeof bash = [
  ['throw new Error("no")'],
  ['process.exit(6)'],
  ['process.abort()'],
  ['while (true) {}', quick],
  ['while (true) await null', quick],
  ['console.log("y".repeat(2_000_000))'],
  ['setInterval(() => {}, 5); 0'],
  ['setTimeout(() => { throw new Error("later") }, 1); 0'],
  ['globalThis.n = (globalThis.n ?? 0) + 1'],
  ['const = 1'],
  ['JSON.stringify = null; 0'],
];

export const hostileCommands: HostileCommand[] = [
  ...bash.map(([code, options]) => toCommand('bash', code, options)),
  ...python.map(([code, options]) => toCommand('python', code, options)),
  ...node.map(([code, options]) => toCommand('node', code, options)),
];

function toCommand(language: Language, code: string, options?: ExecOptions<'utf8'>): HostileCommand {
  return { language, code, ...(options ? { options } : {}) };
}
