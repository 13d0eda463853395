/** A manager that knows bash, Python and Node. */
import {
  type SessionManagerOptions as CoreOptions,
  createSessionManager as createCoreManager,
} from '@holdfast/core';
import { node } from '@holdfast/node-worker';
import type { RuntimeSessionManager } from '@holdfast/protocol';
import { python } from '@holdfast/python-worker';
import { bash } from '@holdfast/shell-worker';

export interface SessionManagerOptions extends Omit<CoreOptions, 'languages'> {
  /** Default: `[bash(), python(), node()]`. The first is the default of sessions that name none. */
  languages?: CoreOptions['languages'];
}

/** No thread or process is started before the first session. */
export const createSessionManager = (options: SessionManagerOptions = {}): RuntimeSessionManager =>
  createCoreManager({ ...options, languages: options.languages ?? [bash(), python(), node()] });
