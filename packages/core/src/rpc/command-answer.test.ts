import type { CommandId, CommandOutcome } from '@holdfast/protocol';
import { QueueFullError } from '@holdfast/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packOutcome, packRejection, unpackAnswer } from './command-answer.ts';

const id = 'cmd_1' as CommandId;

const outcomes: fc.Arbitrary<CommandOutcome> = fc.record(
  {
    commandId: fc.constant(id),
    language: fc.constantFrom('bash', 'python', 'node'),
    stdout: fc.uint8Array({ maxLength: 40 }),
    stderr: fc.string().map((text) => new TextEncoder().encode(text)),
    exitCode: fc.option(fc.nat(255)),
    signal: fc.constantFrom(null, 'SIGKILL'),
    success: fc.boolean(),
    error: fc.constant({ name: 'Error', message: 'no' }),
    result: fc.constant({ text: '2', data: {} }),
    durationMs: fc.double({ min: 0, noNaN: true }),
    timedOut: fc.boolean(),
    interrupted: fc.boolean(),
    interruption: fc.constant({ asked: 'SIGINT', stateKept: true }),
    exited: fc.boolean(),
    truncated: fc.constant({ stdoutOmittedBytes: 1, stderrOmittedBytes: 0 }),
    fullOutputPath: fc.string(),
    epoch: fc.nat(),
    stateLost: fc.record({ reason: fc.string(), language: fc.constantFrom('bash', 'python') }),
    streamedBytes: fc.nat(),
    cancelled: fc.boolean(),
  },
  {
    requiredKeys: [
      'commandId',
      'language',
      'stdout',
      'stderr',
      'exitCode',
      'signal',
      'success',
      'durationMs',
      'timedOut',
      'interrupted',
      'exited',
      'epoch',
      'streamedBytes',
      'cancelled',
    ],
  },
) as fc.Arbitrary<CommandOutcome>;

const toBytes = (output: string | Uint8Array): number[] => [
  ...(typeof output === 'string' ? Buffer.from(output, 'latin1') : output),
];

describe('an answer', () => {
  it('is the outcome again when it has been unpacked, on the other side of a clone', () => {
    fc.assert(
      fc.property(outcomes, (outcome) => {
        const answer = unpackAnswer(structuredClone(packOutcome(outcome)));
        const { stdout, stderr, streamedBytes, cancelled, output } = answer;
        const { stdout: sentOut, stderr: sentErr, ...sent } = outcome;
        const { stdout: _out, stderr: _err, ...facts } = output;
        expect({ ...facts, streamedBytes, cancelled }).toEqual(sent);
        expect([toBytes(stdout), toBytes(stderr)]).toEqual([[...sentOut], [...sentErr]]);
      }),
    );
  });

  it('is short for a plain success', () => {
    const outcome: CommandOutcome = {
      commandId: id,
      language: 'bash',
      stdout: new Uint8Array(Buffer.from('hi\n')),
      stderr: new Uint8Array(0),
      exitCode: 0,
      signal: null,
      success: true,
      durationMs: 1,
      timedOut: false,
      interrupted: false,
      exited: false,
      epoch: 1,
      streamedBytes: 0,
      cancelled: false,
    };
    expect(packOutcome(outcome)).toEqual([id, 'bash', 0, true, 1, 1, 0, 'hi\n', '']);
  });

  it('throws the error a command was rejected with, with its class, code and data', () => {
    const answer = packRejection(id, new QueueFullError('full', { data: { maxQueue: 3 } }));
    expect(() => unpackAnswer(structuredClone(answer))).toThrow(QueueFullError);
    expect(() => unpackAnswer(answer)).toThrow(expect.objectContaining({ data: { maxQueue: 3 } }));
  });
});
