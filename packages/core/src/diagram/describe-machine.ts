/** A machine's definition as data: nodes and edges, for a diagram or a tool. */
import type { MachineDescription, MachineEdge, MachineNode } from '@holdfast/protocol';
import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';
import { kernelMachine } from '../thread/kernel-machine.ts';
import { sessionMachine } from '../thread/session-machine.ts';

export const describeSessionMachine = (): MachineDescription => describeMachine(sessionMachine);
export const describeKernelMachine = (): MachineDescription => describeMachine(kernelMachine);

/** XState's own graph leaves out eventless transitions, so the state nodes are walked here. */
export const describeMachine = (machine: AnyStateMachine): MachineDescription => {
  const nodes: MachineNode[] = [];
  const edges: MachineEdge[] = [];
  const visit = (node: AnyStateNode): void => {
    if (node.parent) nodes.push(toNode(node));
    for (const [event, transitions] of node.transitions) {
      for (const transition of transitions) edges.push(...toEdges(node, eventLabel(event), transition));
    }
    for (const transition of node.always ?? []) edges.push(...toEdges(node, 'always', transition));
    for (const child of Object.values(node.states)) visit(child);
  };
  visit(machine.root);
  return { id: machine.id, initial: initialOf(machine.root) ?? '', nodes, edges };
};

const toNode = (node: AnyStateNode): MachineNode => {
  const parent = node.parent && pathOf(node.parent);
  const initial = initialOf(node);
  return {
    id: pathOf(node),
    ...(parent ? { parent } : {}),
    ...(initial ? { initial: `${pathOf(node)}.${initial}` } : {}),
    final: node.type === 'final',
  };
};

/** A transition without a target stays where it is: it is shown as an edge to itself. */
const toEdges = (node: AnyStateNode, event: string, transition: AnyTransitionDefinition): MachineEdge[] => {
  const from = pathOf(node);
  const targets = transition.target?.map(pathOf) ?? [from];
  const { guard } = transition;
  return targets.map((to) => ({ from, to, event, ...(typeof guard === 'string' ? { guard } : {}) }));
};

const pathOf = (node: AnyStateNode): string => node.path.join('.');

const initialOf = (node: AnyStateNode): string | undefined => node.initial?.target?.[0]?.key;

/** `xstate.after.backoff.kernel.starting` as `after backoff`. */
const eventLabel = (event: string): string => {
  const delayed = /^xstate\.after\.([^.]+)\./.exec(event);
  return delayed ? `after ${delayed[1]}` : event;
};
