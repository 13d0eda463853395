import { describe, expect, it } from 'vitest';
import { CommandCancelledError, QueueFullError, reviveError, serialiseError } from './errors.ts';

describe('errors across a thread', () => {
  it('keep class, code, data and cause', () => {
    const cause = new TypeError('the reason');
    const error = new CommandCancelledError('cancelled', { data: { commandId: 'cmd_1' }, cause });
    const revived = reviveError(structuredClone(serialiseError(error)));
    expect(revived).toBeInstanceOf(CommandCancelledError);
    expect(revived).toMatchObject({
      name: 'CommandCancelledError',
      code: 'COMMAND_CANCELLED',
      message: 'cancelled',
      data: { commandId: 'cmd_1' },
      cause: { name: 'TypeError', message: 'the reason' },
      stack: error.stack,
    });
  });

  it('of other makes keep name and message', () => {
    const revived = reviveError(serialiseError(new RangeError('too far')));
    expect({ name: revived.name, message: revived.message, code: 'code' in revived }).toEqual({
      name: 'RangeError',
      message: 'too far',
      code: false,
    });
  });

  it('survive a circle of causes and things that are no errors', () => {
    const error = new QueueFullError('full');
    error.cause = error;
    expect(reviveError(serialiseError(error))).toMatchObject({ code: 'QUEUE_FULL', cause: { cause: {} } });
    expect(serialiseError('just text')).toEqual({ name: 'Error', message: 'just text' });
  });
});
