/**
 * Manager, session thread, supervision of kernels: all that is the same for every language.
 *
 * ```
 * host/     what the host app holds: manager, session, execution; one worker thread per session
 * rpc/      typed calls over message ports
 * thread/   in the session's thread: the session machine, its queue, its records, the output pump
 * kernel/   language processes: the driver contract, start, pipes, control channel, end
 * diagram/  the machines as data and as Mermaid
 * testing/  the driver conformance suite
 * ```
 *
 * A command goes host → thread → kernel, its output comes back the same way; nothing in a lower
 * folder imports from a higher one.
 */
export {
  describeKernelMachine,
  describeMachine,
  describeSessionMachine,
} from './diagram/describe-machine.ts';
export { toMermaid } from './diagram/to-mermaid.ts';
export { createSessionManager, type Logger, type SessionManagerOptions } from './host/session-manager.ts';
