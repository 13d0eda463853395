/**
 * The hostile table for bash, second half: what a command leaves behind is what the next one finds, both
 * straight after it and through an exit, which starts the shell anew.
 */
import { createSessionManager } from '@holdfast/core';
import { withSession } from '@holdfast/core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { bash } from './index.ts';

const manager = createSessionManager({ languages: [bash()] });
afterAll(() => manager[Symbol.asyncDispose]());

interface StateRow {
  set: string;
  look: string;
  seen: string;
}

const rows: Record<string, StateRow> = {
  'readonly variables': {
    set: "readonly ro=$'a\\nb\"c'",
    look: 'printf "%s|" "$ro"; (ro=2) 2>/dev/null || echo readonly',
    seen: 'a\nb"c|readonly\n',
  },
  'arrays with newlines, quotes and glob characters': {
    set: `arr=($'n\\nl' 'q"'"'" '*' '' '[a]?'); sparse=([5]=x [9]=y)`,
    look: 'printf "<%s>" "${arr[@]}" "${!sparse[@]}"',
    seen: `<n\nl><q"'><*><><[a]?><5><9>`,
  },
  'associative arrays with newlines, quotes and glob characters': {
    set: `declare -A map=([$'k\\n']=$'v\\n' ['*']='"' [' ']="'")`,
    look: `printf '%s|' "\${map[$'k\\n']}" "\${map[*]+some}" "\${map[' ']}"; echo "\${#map[@]}"`,
    seen: `v\n|some|'|3\n`,
  },
  'exported functions': {
    set: 'shared() { echo "shared $1"; }; export -f shared',
    look: 'bash -c "shared arg"',
    seen: 'shared arg\n',
  },
  namerefs: {
    set: 'target=1; declare -n ref=target',
    look: 'ref=2; echo $target ${!ref}',
    seen: '2 target\n',
  },
  'integer attributes': { set: 'declare -i int=4', look: 'int+=3*2; echo $int', seen: '10\n' },
  'upper and lower case attributes': {
    set: 'declare -u up; declare -l low',
    look: 'up=aB; low=aB; echo $up$low',
    seen: 'ABab\n',
  },
  '$? and $0': { set: '(exit 7)', look: 'echo $? $0', seen: '7 bash\n' },
  'positional parameters': {
    set: `set -- a 'b c' '' $'d\\n'`,
    look: 'printf "<%s>" "$@"',
    seen: '<a><b c><><d\n>',
  },
  'OLDPWD and DIRSTACK': {
    set: 'cd /; pushd /usr >/dev/null; pushd /etc >/dev/null',
    look: 'echo $OLDPWD "${DIRSTACK[@]}"; popd >/dev/null; pwd',
    seen: '/usr /etc /usr /\n/usr\n',
  },
  BASH_REMATCH: { set: '[[ abc =~ b(.) ]]', look: 'echo ${BASH_REMATCH[@]}', seen: 'bc c\n' },
  'a trap on INT': { set: `trap 'echo int' INT`, look: 'kill -INT $$; echo on', seen: 'int\non\n' },
  'a trap on TERM': { set: `trap 'echo term' TERM`, look: 'kill -TERM $$; echo on', seen: 'term\non\n' },
  'a trap on CHLD': { set: 'n=0; trap n=1 CHLD', look: '/bin/true; echo $n; trap - CHLD', seen: '1\n' },
  'a trap on ERR': {
    set: `trap 'echo err' ERR`,
    look: 'false; trap - ERR; false; echo on',
    seen: 'err\non\n',
  },
  'a trap on DEBUG': { set: `trap 'echo debug' DEBUG`, look: 'trap - DEBUG; echo on', seen: 'debug\non\n' },
  'a trap on RETURN': {
    set: `set -T; trap 'echo return' RETURN; f() { :; }`,
    look: 'f; trap - RETURN; f',
    seen: 'return\n',
  },
  "trap '' INT": {
    set: `trap '' INT`,
    look: 'kill -INT $$; echo on; trap -p INT',
    seen: "on\ntrap -- '' SIGINT\n",
  },
  'umask and options': {
    set: 'umask 027; shopt -s nullglob; set -f',
    look: 'umask; shopt -q nullglob && echo $-',
    seen: '0027\nfhB\n',
  },
  'builtins that the kernel stands on, disabled': {
    set: 'enable -n printf read eval trap builtin; f() { enable -n exit; }',
    look: 'f; enable -n; type -t printf; enable exit eval printf read trap; enable -n',
    seen: 'enable -n eval\nenable -n exit\nenable -n printf\nenable -n read\nenable -n trap\nfile\n',
  },
  completions: {
    set: "complete -W 'a b' foo; complete -o nospace -F _f bar",
    look: 'complete -p foo bar',
    seen: "complete -W 'a b' foo\ncomplete -o nospace -F _f bar\n",
  },
  'no IFS, and how lines are edited': {
    set: 'unset IFS; set -o vi',
    look: 'echo "${IFS-unset}"; shopt -op vi',
    seen: 'unset\nset -o vi\n',
  },
  aliases: { set: `shopt -s expand_aliases; alias hi='echo hi there'`, look: 'hi', seen: 'hi there\n' },
};

/** What an exit changes by its nature, in any shell that is started anew. */
const lostByExit = new Set(['$? and $0', 'BASH_REMATCH']);

for (const [through, leave] of Object.entries({ 'straight after': '', 'through an exit': 'exit 3' })) {
  describe(`hostile bash: kept ${through}`, () => {
    for (const [name, { set, look, seen }] of Object.entries(rows)) {
      if (leave && lostByExit.has(name)) continue;
      it(name, () =>
        withSession(manager, {}, async (session) => {
          await session.exec('kept=value; keep() { echo "kept $kept"; }');
          expect((await session.exec(set)).stateLost).toBe(undefined);
          if (leave) expect(await session.exec(leave)).toMatchObject({ exitCode: 3, exited: true, epoch: 1 });
          expect((await session.exec(look)).stdout).toBe(seen);
          expect((await session.exec('keep')).stdout).toBe('kept value\n');
        }),
      );
    }
  });
}
