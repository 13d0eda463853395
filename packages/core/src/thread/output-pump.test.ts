import type { CommandId, ThreadFrame } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOutputCollector } from './output-collector.ts';
import { createOutputPump } from './output-pump.ts';

/** @param inPipes - of what is still to be read from them, by the pump itself */
const setUp = (stream: boolean, inPipes: string[] = []) => {
  const frames: ThreadFrame[] = [];
  const pauses: boolean[] = [];
  const collectors = { stdout: createOutputCollector(1 << 20), stderr: createOutputCollector(1 << 20) };
  const pump = createOutputPump({
    id: 'cmd_1' as CommandId,
    stream,
    collectors,
    send: (frame) => frames.push(frame),
    setPaused: (paused) => pauses.push(paused),
    drain() {
      for (const text of inPipes.splice(0)) pump.push('stdout', bytes(text));
    },
  });
  const sent = (): string =>
    frames.map((frame) => (frame.type === 'chunk' ? Buffer.from(frame.data) : '')).join('');
  return { pump, frames, pauses, collectors, sent };
};

const bytes = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(text));

describe('output pump', () => {
  it('only collects while nobody reads along', () => {
    const { pump, frames, pauses, collectors } = setUp(false);
    pump.push('stdout', bytes('one'));
    expect({ frames, pauses, streamed: pump.streamedBytes() }).toEqual({
      frames: [],
      pauses: [],
      streamed: 0,
    });
    expect(Buffer.from(collectors.stdout.read().bytes).toString()).toBe('one');
  });

  it('stops reading when the credits are spent, and goes on with new ones', () => {
    const { pump, pauses, sent } = setUp(true);
    pump.credit(3);
    pump.push('stdout', bytes('abc'));
    expect(pauses).toEqual([]);
    pump.push('stdout', bytes('def'));
    expect({ pauses, sent: sent(), isDry: pump.isDry() }).toEqual({
      pauses: [true],
      sent: 'abc',
      isDry: false,
    });
    pump.credit(3);
    expect({ pauses, sent: sent(), isDry: pump.isDry() }).toEqual({
      pauses: [true, false],
      sent: 'abcdef',
      isDry: true,
    });
  });

  it('gives a late reader what came before', () => {
    const { pump, sent } = setUp(false);
    pump.push('stdout', bytes('early '));
    pump.startStreaming();
    pump.credit(100);
    pump.push('stdout', bytes('late'));
    expect(sent()).toBe('early late');
    expect(pump.streamedBytes()).toBe('early late'.length);
  });

  it('tells what was written so far, what is still in the pipes, too', () => {
    const { pump, sent } = setUp(true, ['b', 'c']);
    const soFar = (): string => Buffer.from(pump.outputSoFar().stdout.bytes).toString();
    pump.credit(2);
    pump.push('stdout', bytes('a'));
    expect(soFar()).toBe('abc');
    expect(sent()).toBe('ab');
    pump.credit(1);
    expect(sent()).toBe('abc');
  });

  it('leaves the pipes alone while a reader is behind', () => {
    const inPipes = ['b'];
    const { pump } = setUp(true, inPipes);
    pump.push('stdout', bytes('a'));
    expect(Buffer.from(pump.outputSoFar().stdout.bytes).toString()).toBe('a');
    expect(inPipes).toEqual(['b']);
  });

  it('sends every byte once and in order, whatever the credits', () => {
    const action = fc.oneof(fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme-ascii' }), fc.nat(12));
    fc.assert(
      fc.property(fc.array(action), (actions) => {
        const { pump, sent } = setUp(true);
        let pushed = '';
        for (const item of actions) {
          if (typeof item === 'number') pump.credit(item);
          else {
            pump.push('stdout', bytes(item));
            pushed += item;
          }
          expect(pushed.startsWith(sent())).toBe(true);
        }
        pump.credit(1 << 20);
        expect(sent()).toBe(pushed);
        expect(pump.streamedBytes()).toBe(pushed.length);
      }),
    );
  });
});
