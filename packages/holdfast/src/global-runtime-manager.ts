/** A manager shared by the whole process, for those who need no settings of their own. */
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { createSessionManager } from './create-session-manager.ts';

/** Starts nothing until the first session is asked of it. */
export const globalRuntimeManager: RuntimeSessionManager = createSessionManager();
