/** An endless loop, a timeout, a question and an exit: the session's variables outlive them all. */
import type { Scenario } from './scenario.ts';

export const interrupt: Scenario = {
  name: 'interrupt',
  language: 'python',
  proves: 'variables outlived an interrupted endless loop, a timeout and sys.exit',
  steps: [
    { code: `import sys, time\nledger = {'opened': 100}\nticks = 0` },
    {
      code: `while True:
    ticks += 1
    if ticks == 100_000:
        print('no end in sight', flush=True)`,
      // With its line end, which `print` writes apart: between the two, the interrupt would be too early.
      interruptAfter: 'no end in sight\n',
      expect: { stdout: 'no end in sight\n', interrupted: true },
    },
    { code: 'ledger, ticks >= 100_000', expect: { result: `({'opened': 100}, True)` } },
    {
      code: `print('waiting for nothing', flush=True)\ntime.sleep(60)`,
      timeoutMs: 500,
      expect: { stdout: 'waiting for nothing\n', timedOut: true },
    },
    {
      code: `name = input('Who are you? ')\nledger[name] = int(input('How much? '))`,
      answers: [
        { to: 'Who are you? ', text: 'Ada\n' },
        { to: 'How much? ', text: '42\n' },
      ],
      expect: { stdout: 'Who are you? How much? ' },
    },
    { code: 'sys.exit(3)', expect: { exitCode: 3, exited: true } },
    { code: 'ledger', expect: { result: `{'opened': 100, 'Ada': 42}` } },
  ],
};
