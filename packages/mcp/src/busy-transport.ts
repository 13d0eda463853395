/** Knows whether a client waits for an answer: one that does must not be sent away. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  CancelledNotificationSchema,
  isJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';

/** Looks at the messages of a transport that is connected. Returns what tells. */
export const watchRequests = (transport: Transport): (() => boolean) => {
  const open = new Set<RequestId>();
  const receive = transport.onmessage;
  transport.onmessage = (message, extra) => {
    if (isJSONRPCRequest(message)) open.add(message.id);
    // No answer follows.
    const cancelled = CancelledNotificationSchema.safeParse(message);
    if (cancelled.success && cancelled.data.params.requestId !== undefined) {
      open.delete(cancelled.data.params.requestId);
    }
    receive?.(message, extra);
  };
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if ((isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) && message.id !== undefined) {
      open.delete(message.id);
    }
    return send(message, options);
  };
  return () => open.size > 0;
};
