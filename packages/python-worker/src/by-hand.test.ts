/** What comes at a time that a session would not choose: calls beside a command, asks before one, the host's end. */
import { describe, expect, it } from 'vitest';
import { startByHand } from './testing/hand-driven-kernel.ts';

const untilTyped = 'print("begun"); _ = input()';

describe('the control channel', () => {
  it('takes calls while a command runs, and answers them after it', async () => {
    await using kernel = await startByHand();
    const answered: string[] = [];
    const noting = async (name: string, call: Promise<unknown>): Promise<void> => {
      await call;
      answered.push(name);
    };
    const running = noting('run', kernel.run(untilTyped));
    expect(await kernel.readLine()).toBe('begun');
    const calls = [noting('interrupt', kernel.api.interrupt()), noting('describe', kernel.api.describe())];
    kernel.type('go on');
    await Promise.all([running, ...calls]);
    expect(answered).toEqual(['run', 'interrupt', 'describe']);
  });

  it('survives thousands of commands whose calls come while others run', async () => {
    await using kernel = await startByHand();
    // Each answer sends a call, and the next command runs already.
    const runInTurn = async (first: number): Promise<void> => {
      for (let number = first; number < 4_000; number += 4) {
        expect(await kernel.run(`${number}`)).toMatchObject({ result: { text: `${number}` } });
      }
    };
    await Promise.all([0, 1, 2, 3].map(runInTurn));
  });
});

describe('the lifeline', () => {
  const before = {
    'in native code that holds the interpreter': 'pass',
    'in native code, when every descriptor was closed before': 'import os; os.closerange(0, 4096)',
    'in native code, when a child was forked before':
      'import os\nif os.fork() == 0: os._exit(0)\n_ = os.wait()',
  };
  for (const [name, code] of Object.entries(before)) {
    it(`ends a kernel ${name}`, async () => {
      await using kernel = await startByHand();
      expect(await kernel.run(code)).toEqual({ exitCode: 0 });
      void kernel.run('import ctypes; print("begun"); ctypes.PyDLL(None).sleep(1000)');
      expect(await kernel.readLine()).toBe('begun');
      kernel.cutLifeline();
      expect(await kernel.ended).toBe('SIGKILL');
    });
  }

  it('ends a kernel that waits for a command', async () => {
    await using kernel = await startByHand();
    kernel.cutLifeline();
    expect(await kernel.ended).toBe('SIGKILL');
  });

  it('ends a kernel that opens it when the host is gone', async () => {
    await using kernel = await startByHand();
    void kernel.run(`import os; os.closerange(3, 4096); ${untilTyped}`);
    expect(await kernel.readLine()).toBe('begun');
    kernel.cutLifeline();
    kernel.type('go on');
    expect(await kernel.ended).toBe('SIGKILL');
  });
});

describe('an ask', () => {
  const prints = 'print("begun")';
  const interrupted = { exitCode: 130, error: { name: 'KeyboardInterrupt' } };

  it('that comes before its command begins: that never begins, and the next one does', async () => {
    await using kernel = await startByHand();
    await kernel.run('kept = 41');
    kernel.ask();
    expect(await kernel.run('kept = 0')).toMatchObject(interrupted);
    expect(await kernel.run('kept + 1', 1)).toMatchObject({ exitCode: 0, result: { text: '42' } });
    expect(await kernel.run(prints)).toEqual({ exitCode: 0 });
  });

  it('that was sent for the command before does not stop this one', async () => {
    await using kernel = await startByHand();
    const running = kernel.run(`${prints}\nwhile True: pass`);
    expect(await kernel.readLine()).toBe('begun');
    kernel.ask();
    expect(await running).toMatchObject(interrupted);
    kernel.ask();
    expect(await kernel.run(prints, 2)).toEqual({ exitCode: 0 });
    kernel.ask();
    expect(await kernel.run(prints)).toMatchObject(interrupted);
  });

  it('that the kernel repeats to itself, against code that catches it, is not for the next command', async () => {
    await using kernel = await startByHand();
    const running = kernel.run(
      'import time\nfor asked in range(3):\n    try: print(asked); time.sleep(1000)\n    except BaseException: pass',
    );
    for (const asked of ['0', '1', '2']) {
      expect(await kernel.readLine()).toBe(asked);
      kernel.ask();
    }
    await running;
    expect(await kernel.run(prints)).toEqual({ exitCode: 0 });
  });
});
