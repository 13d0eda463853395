/** The machines as data and as diagrams. Safe to load without starting anything. */
export { describeKernelMachine, describeMachine, describeSessionMachine } from './describe-machine.ts';
export { toMermaid } from './to-mermaid.ts';
