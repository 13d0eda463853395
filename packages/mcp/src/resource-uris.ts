/** Addresses of the resources. */

/** All live sessions. */
export const sessionsUri = 'holdfast://sessions';
export const historyTemplate = 'holdfast://sessions/{session_id}/history';
export const outputTemplate = 'holdfast://sessions/{session_id}/commands/{command_id}/{stream}';

/** @param session - id or name */
export const historyUri = (session: string): string =>
  `${sessionsUri}/${encodeURIComponent(session)}/history`;

/** @param session - id or name */
export const outputUri = (session: string, commandId: string, stream: string): string =>
  `${sessionsUri}/${encodeURIComponent(session)}/commands/${encodeURIComponent(commandId)}/${stream}`;
