/** The peers that are on this machine. None is needed: what is missing is told in its row. */
import { findPythonWith } from '../machine.ts';
import { findNodePty, type NodePty } from './terminal.ts';

export interface Peers {
  /** A Python that can drive ipykernel. */
  jupyter: string | undefined;
  /** A Python that has pexpect. */
  pexpect: string | undefined;
  nodePty: NodePty | undefined;
}

export const findPeers = async (): Promise<Peers> => ({
  jupyter: findPythonWith('jupyter_client, ipykernel'),
  pexpect: findPythonWith('pexpect'),
  nodePty: await findNodePty(),
});

/** How to get them, for the report. */
export const peerSources = {
  jupyter: 'Jupyter (Debian: python3-jupyter-client python3-ipykernel)',
  pexpect: 'pexpect (Debian: python3-pexpect)',
  nodePty: 'node-pty (npm install --no-save node-pty; needs a compiler)',
} satisfies Record<keyof Peers, string>;
