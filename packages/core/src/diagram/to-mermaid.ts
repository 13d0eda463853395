/** A machine's description as a Mermaid state diagram. */
import type { MachineDescription, MachineEdge, MachineNode } from '@holdfast/protocol';

/** Events between the same two states share an arrow; events that change no state are left out. */
export const toMermaid = ({ initial, nodes, edges }: MachineDescription): string => {
  const lines = ['stateDiagram-v2', `  [*] --> ${toId(initial)}`];
  const childrenOf = (parent: string | undefined): MachineNode[] =>
    nodes.filter((node) => node.parent === parent);
  const draw = (node: MachineNode, indent: string): void => {
    const children = childrenOf(node.id);
    if (children.length === 0) {
      lines.push(`${indent}${toId(node.id)}: ${nameOf(node.id)}`);
      return;
    }
    lines.push(`${indent}state "${nameOf(node.id)}" as ${toId(node.id)} {`);
    if (node.initial) lines.push(`${indent}  [*] --> ${toId(node.initial)}`);
    for (const child of children) draw(child, `${indent}  `);
    lines.push(`${indent}}`);
  };
  for (const node of childrenOf(undefined)) draw(node, '  ');
  for (const [arrow, labels] of groupByArrow(edges)) lines.push(`  ${arrow}: ${labels.join(', ')}`);
  return `${lines.join('\n')}\n`;
};

const groupByArrow = (edges: MachineEdge[]): Map<string, string[]> => {
  const arrows = new Map<string, string[]>();
  for (const { from, to, event, guard } of edges) {
    if (from === to) continue;
    const arrow = `${toId(from)} --> ${toId(to)}`;
    const label = guard ? `${event} [${guard}]` : event;
    const labels = arrows.get(arrow) ?? [];
    if (!labels.includes(label)) labels.push(label);
    arrows.set(arrow, labels);
  }
  return arrows;
};

// Mermaid takes no dots in ids.
const toId = (path: string): string => path.replaceAll('.', '_');
const nameOf = (path: string): string => path.split('.').at(-1) ?? path;
