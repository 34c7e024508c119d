import type { ServerMessage } from '@unclip-studio/protocol';

/** Encoded once for all who get it. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}
