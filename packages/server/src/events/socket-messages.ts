import { scanJson } from '@unclip-studio/graph-core';
import { type ClientMessage, clientMessage, eventSeq, type ServerMessage } from '@unclip-studio/protocol';

/** Encoded once for all who get it. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}

/** @returns `undefined` for what no client may say */
export function parseClientMessage(text: string): ClientMessage | undefined {
  if (scanJson(text) !== undefined) return undefined;
  try {
    const parsed = clientMessage.safeParse(JSON.parse(text));
    // zod types a missing key as undefined, which JSON cannot hold.
    return parsed.success ? (parsed.data as ClientMessage) : undefined;
  } catch {
    return undefined;
  }
}

export function isSeq(value: unknown): value is number {
  return eventSeq.safeParse(value).success;
}
