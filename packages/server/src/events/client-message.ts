import { scanJson } from '@unclip-studio/graph-core';

/** What a client may say. */
export type ClientMessage =
  /** Starts the stream after event `lastSeq`; without it, with everything as it stands. */
  | { readonly type: 'hello'; readonly lastSeq?: number }
  /** Asks for preview pictures, of these runs or of all; `previews: false` ends them. */
  | { readonly type: 'watch'; readonly previews: boolean; readonly runs?: readonly string[] }
  /** Answered by `pong`: browsers cannot send a WebSocket's own pings. */
  | { readonly type: 'ping' };

const MAX_WATCHED_RUNS = 100;

/** Written by hand: it runs for every message, and the start of the server need not wait for a schema library. */
export function parseClientMessage(text: string): ClientMessage | undefined {
  if (scanJson(text) !== undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, lastSeq, previews, runs } = value as Readonly<Record<string, unknown>>;
  switch (type) {
    case 'hello':
      if (lastSeq === undefined) return { type };
      return isSeq(lastSeq) ? { type, lastSeq } : undefined;
    case 'watch':
      if (typeof previews !== 'boolean') return undefined;
      if (runs === undefined) return { type, previews };
      return isRunList(runs) ? { type, previews, runs } : undefined;
    case 'ping':
      return { type };
    default:
      return undefined;
  }
}

export function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isRunList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= MAX_WATCHED_RUNS && value.every((run) => typeof run === 'string');
}
