/** The manager that was given, or one of the service's own, which ends with it. */
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { createSessionManager } from 'holdfast';

export interface ManagerInUse {
  manager: RuntimeSessionManager;
  /** Ends an own manager and its sessions; leaves a given one alone. */
  release(): Promise<void>;
}

export const useManager = (given: RuntimeSessionManager | undefined): ManagerInUse => {
  if (given) return { manager: given, release: async () => undefined };
  const manager = createSessionManager();
  return { manager, release: async () => manager[Symbol.asyncDispose]() };
};
