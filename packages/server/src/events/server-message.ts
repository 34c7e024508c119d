import type { ServerEvent, ServerSnapshot } from '@unclip-studio/graph-core';

/** What the server says in text messages; previews are binary. */
export type ServerMessage =
  /** The first message. `seq`: the last event there is. */
  | { readonly type: 'welcome'; readonly protocol: 1; readonly seq: number }
  /** One or more events, in their order. */
  | { readonly type: 'events'; readonly events: readonly ServerEvent[] }
  /** Everything as it stands: the answer to a hello that is too old, or names no event. */
  | { readonly type: 'snapshot'; readonly snapshot: ServerSnapshot }
  | { readonly type: 'pong' };

/** Encoded once for all who get it. */
export function encodeMessage(message: ServerMessage): Buffer {
  return Buffer.from(JSON.stringify(message));
}
