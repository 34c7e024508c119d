import {
  decodePreviewMessage,
  type PreviewMessage,
  type ServerEvent,
  type ServerSnapshot,
} from '@unclip-studio/graph-core';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** How the page stands with the server. */
export type Connection =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open' }
  /** Tried again at `retryAtMs`, in milliseconds since 1970. */
  | { readonly phase: 'lost'; readonly attempts: number; readonly retryAtMs: number }
  /** The server is there, but does not know this browser. */
  | { readonly phase: 'signed-out' };

export interface EventSocketOptions {
  readonly connect: () => WebSocket;
  readonly onEvents: (events: readonly ServerEvent[]) => void;
  /** Everything as it stands: what was known before may be out of date. */
  readonly onSnapshot: (snapshot: ServerSnapshot) => void;
  readonly onPreview: (preview: PreviewMessage) => void;
  /** Asked when a connection was refused, since browsers do not tell why. */
  readonly isSignedOut: () => Promise<boolean>;
  /** Milliseconds to wait before try `attempt`, counted from 1. */
  readonly retryDelayMs?: (attempt: number) => number;
}

/** The stream of events from the server, which goes on where it stopped after each break. */
export interface EventSocket {
  readonly connection: StoreApi<Connection>;
  /** Whether preview pictures are wanted. */
  watchPreviews(wanted: boolean): void;
  /** Tries now instead of waiting, as when the user asks or the network is back. */
  retryNow(): void;
  close(): void;
}

// A half-open connection looks like silence; the server sees it by its own pings, a page has to ask.
const PING_MS = 20_000;
const MAX_DELAY_MS = 10_000;

type ServerMessage =
  | { readonly type: 'welcome'; readonly seq: number }
  | { readonly type: 'events'; readonly events: readonly ServerEvent[] }
  | { readonly type: 'snapshot'; readonly snapshot: ServerSnapshot }
  | { readonly type: 'pong' };

export function openEventSocket(options: EventSocketOptions): EventSocket {
  const { retryDelayMs = backoffMs } = options;
  const connection = createStore<Connection>(() => ({ phase: 'connecting' }));
  let socket: WebSocket | undefined;
  let lastSeq: number | undefined;
  let wantsPreviews = false;
  let attempts = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let isAlive = true;
  let isClosed = false;

  function open(): void {
    clearTimeout(retry);
    const current = options.connect();
    socket = current;
    current.binaryType = 'arraybuffer';
    current.addEventListener('open', () => {
      attempts = 0;
      isAlive = true;
      say({ type: 'hello', ...(lastSeq !== undefined && { lastSeq }) });
      if (wantsPreviews) say({ type: 'watch', previews: true });
      clearInterval(heartbeat);
      heartbeat = setInterval(beat, PING_MS);
      connection.setState({ phase: 'open' }, true);
    });
    current.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      isAlive = true;
      if (socket === current) receive(data);
    });
    current.addEventListener('close', () => {
      if (socket === current) void lose();
    });
  }

  function receive(data: unknown): void {
    if (data instanceof ArrayBuffer) {
      const preview = decodePreviewMessage(new Uint8Array(data));
      if (preview !== undefined) options.onPreview(preview);
      return;
    }
    const message = JSON.parse(String(data)) as ServerMessage;
    if (message.type === 'snapshot') {
      lastSeq = message.snapshot.seq;
      options.onSnapshot(message.snapshot);
    } else if (message.type === 'events') {
      lastSeq = message.events.at(-1)?.seq ?? lastSeq;
      options.onEvents(message.events);
    }
  }

  async function lose(): Promise<void> {
    clearInterval(heartbeat);
    socket = undefined;
    if (isClosed) return;
    attempts++;
    const delayMs = retryDelayMs(attempts);
    connection.setState({ phase: 'lost', attempts, retryAtMs: Date.now() + delayMs }, true);
    retry = setTimeout(open, delayMs);
    if (!(await options.isSignedOut().catch(() => false))) return;
    clearTimeout(retry);
    connection.setState({ phase: 'signed-out' }, true);
  }

  function beat(): void {
    if (!isAlive) {
      const silent = socket;
      // Its own close event may take minutes to come, so nobody waits for it.
      void lose();
      silent?.close();
      return;
    }
    isAlive = false;
    say({ type: 'ping' });
  }

  function say(message: unknown): void {
    if (socket?.readyState === socket?.OPEN) socket?.send(JSON.stringify(message));
  }

  open();
  return {
    connection,
    watchPreviews(wanted) {
      wantsPreviews = wanted;
      say({ type: 'watch', previews: wanted });
    },
    retryNow() {
      if (socket !== undefined || isClosed) return;
      connection.setState({ phase: 'connecting' }, true);
      open();
    },
    close() {
      isClosed = true;
      clearTimeout(retry);
      clearInterval(heartbeat);
      socket?.close();
    },
  };
}

/** Half a second, doubled each time up to ten; spread, so that many pages do not come back at one moment. */
function backoffMs(attempt: number): number {
  return Math.min(MAX_DELAY_MS, 500 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
}
