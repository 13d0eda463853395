import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { describeKernelMachine, describeMachine, describeSessionMachine } from './describe-machine.ts';
import { toMermaid } from './to-mermaid.ts';

describe('machine as data', () => {
  it('has the five states, what nests in them, and every transition', () => {
    const { id, initial, nodes, edges } = describeSessionMachine();
    expect({ id, initial }).toEqual({ id: 'session', initial: 'spawning' });
    expect(nodes.filter(({ parent }) => parent === undefined).map((node) => node.id)).toEqual([
      'spawning',
      'idle',
      'busy',
      'resetting',
      'terminated',
    ]);
    expect(nodes.filter(({ parent }) => parent === 'busy').map((node) => node.id)).toEqual([
      'busy.running',
      'busy.interrupting',
      'busy.killing',
    ]);
    expect(edges).toContainEqual({ from: 'idle', to: 'busy', event: 'EXEC' });
    expect(edges).toContainEqual({
      from: 'busy',
      to: 'spawning.recovering',
      event: 'COMMAND.SETTLED',
      guard: 'mustRecover',
    });
  });

  it('names eventless and delayed transitions', () => {
    const restless = createMachine({
      initial: 'here',
      states: { here: { always: { guard: 'isOver', target: 'there' } }, there: {} },
    });
    expect(describeMachine(restless).edges).toEqual([
      { from: 'here', to: 'there', event: 'always', guard: 'isOver' },
    ]);
    const { edges } = describeKernelMachine();
    expect(edges).toContainEqual({
      from: 'starting.launching',
      to: 'running',
      event: 'LAUNCHED',
      guard: 'hasCommand',
    });
    expect(edges).toContainEqual({
      from: 'starting.backoff',
      to: 'starting.launching',
      event: 'after backoff',
    });
  });

  it('is plain data', () => {
    const description = describeSessionMachine();
    expect(structuredClone(description)).toEqual(JSON.parse(JSON.stringify(description)));
  });

  it('draws as Mermaid', () => {
    const lines = toMermaid(describeSessionMachine()).split('\n');
    expect(lines[0]).toBe('stateDiagram-v2');
    expect(lines).toContain('  [*] --> spawning');
    expect(lines).toContain('  idle --> busy: EXEC');
    expect(lines).toContain('  state "busy" as busy {');
  });
});
