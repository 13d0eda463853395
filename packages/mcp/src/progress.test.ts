import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProgressReporter, type ToolExtra } from './progress.ts';

const reporter = (progressToken: string | undefined) => {
  const sent: unknown[] = [];
  const extra: Pick<ToolExtra, '_meta' | 'sendNotification'> = {
    ...(progressToken ? { _meta: { progressToken } } : {}),
    sendNotification: async ({ params }) => void sent.push(params),
  };
  return { sent, ...createProgressReporter(extra) };
};

describe('createProgressReporter', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('sends the first piece at once, and what comes soon after together', async () => {
    const { sent, push, end } = reporter('token');
    push('one\n');
    push('two\n');
    push('three\n');
    expect(sent).toEqual([{ progressToken: 'token', progress: 1, message: 'one\n' }]);
    vi.advanceTimersByTime(250);
    expect(sent.slice(1)).toEqual([{ progressToken: 'token', progress: 250, message: 'two\nthree\n' }]);
    push('four\n');
    await end();
    vi.advanceTimersByTime(60_000);
    expect(sent).toHaveLength(2);
  });

  it('shows the end of what is much', () => {
    const { sent, push } = reporter('token');
    push('x'.repeat(2_000));
    expect(sent).toEqual([{ progressToken: 'token', progress: 1, message: 'x'.repeat(1_000) }]);
  });

  it('tells every five seconds that a silent command still runs', async () => {
    const { sent, end } = reporter('token');
    vi.advanceTimersByTime(10_000);
    expect(sent).toEqual([
      { progressToken: 'token', progress: 5_000, message: 'still running after 5 s' },
      { progressToken: 'token', progress: 10_000, message: 'still running after 10 s' },
    ]);
    await end();
  });

  it('is silent where nobody asked', async () => {
    const { sent, push, end } = reporter(undefined);
    push('one\n');
    vi.advanceTimersByTime(10_000);
    await end();
    expect(sent).toEqual([]);
  });
});
