import type { ClientMessage, ServerEvent, ServerMessage, ServerSnapshot } from '@unclip-studio/protocol';
import { decodePreviewMessage, type PreviewMessage } from '@unclip-studio/protocol/preview-frame';

/** The state of the client's connection. */
export type Connection =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open' }
  /** Tried again at `retryAtMs`, in milliseconds since 1970. */
  | { readonly phase: 'lost'; readonly attempts: number; readonly retryAtMs: number }
  /** The server is there, but the token or the cookie is not right. */
  | { readonly phase: 'signed-out' };

/** The part of a WebSocket that is used, so that those of browsers and packages work. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  readonly OPEN: number;
  send(text: string): void;
  close(): void;
  addEventListener(type: 'open' | 'close', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

export interface EventSocketOptions {
  readonly connect: () => SocketLike;
  /** Called on each change; the first state is `connecting`. */
  readonly onConnection?: (connection: Connection) => void;
  readonly onEvents: (events: readonly ServerEvent[]) => void;
  /** The complete state: earlier data may be out of date. */
  readonly onSnapshot: (snapshot: ServerSnapshot) => void;
  readonly onPreview: (preview: PreviewMessage) => void;
  /** Called when a connection was refused, since browsers do not say why. */
  readonly isSignedOut: () => Promise<boolean>;
  /** Milliseconds to wait before try `attempt`, counted from 1. */
  readonly retryDelayMs?: (attempt: number) => number;
  /** How long a connection may take to open before it is given up and tried again. */
  readonly openMs?: number;
}

// A half-open connection looks idle; the server detects it with pings, a client has to ask.
const PING_MS = 20_000;
const MAX_DELAY_MS = 10_000;
// What answers on the port, such as a server that is starting or a proxy, may take a connection and then say nothing.
const OPEN_MS = 5_000;

/** The stream of events from the server, which resumes after each disconnect. It connects immediately. */
export class EventSocket {
  readonly #options: EventSocketOptions;
  #socket: SocketLike | undefined;
  #lastSeq: number | undefined;
  #wantsPreviews = false;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;
  #opening: ReturnType<typeof setTimeout> | undefined;
  /** Something came since the last ping. */
  #isAlive = true;
  #isClosed = false;

  constructor(options: EventSocketOptions) {
    this.#options = options;
    this.#open();
  }

  /** Whether preview images are wanted. */
  watchPreviews(wanted: boolean): void {
    this.#wantsPreviews = wanted;
    this.#say({ type: 'watch', previews: wanted });
  }

  /** Tries now instead of waiting, as when the user asks or the network is back. */
  retryNow(): void {
    if (this.#socket !== undefined || this.#isClosed) return;
    this.#options.onConnection?.({ phase: 'connecting' });
    this.#open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    clearInterval(this.#heartbeat);
    clearTimeout(this.#opening);
    this.#socket?.close();
  }

  #open(): void {
    clearTimeout(this.#retry);
    const socket = this.#options.connect();
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    this.#opening = setTimeout(() => this.#giveUp(), this.#options.openMs ?? OPEN_MS);
    // An abandoned socket may still emit events; they are ignored.
    const ifCurrent = (act: () => void) => () => {
      if (this.#socket === socket) act();
    };
    socket.addEventListener(
      'open',
      ifCurrent(() => this.#begin()),
    );
    socket.addEventListener(
      'close',
      ifCurrent(() => void this.#lose()),
    );
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket === socket) this.#receive(data);
    });
  }

  #begin(): void {
    clearTimeout(this.#opening);
    this.#attempts = 0;
    this.#isAlive = true;
    this.#say({ type: 'hello', ...(this.#lastSeq !== undefined && { lastSeq: this.#lastSeq }) });
    if (this.#wantsPreviews) this.#say({ type: 'watch', previews: true });
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#beat(), PING_MS);
    this.#options.onConnection?.({ phase: 'open' });
  }

  #receive(data: unknown): void {
    this.#isAlive = true;
    if (data instanceof ArrayBuffer) {
      const preview = decodePreviewMessage(new Uint8Array(data));
      if (preview !== undefined) this.#options.onPreview(preview);
      return;
    }
    const message = JSON.parse(String(data)) as ServerMessage;
    switch (message.type) {
      case 'snapshot':
        this.#lastSeq = message.snapshot.seq;
        this.#options.onSnapshot(message.snapshot);
        return;
      case 'events':
        this.#lastSeq = message.events.at(-1)?.seq ?? this.#lastSeq;
        this.#options.onEvents(message.events);
        return;
      case 'welcome':
      case 'pong':
        return;
      default:
        // A newer server may say more than this client knows.
        message satisfies never;
    }
  }

  async #lose(): Promise<void> {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#opening);
    this.#socket = undefined;
    if (this.#isClosed) return;
    this.#attempts++;
    const delayMs = (this.#options.retryDelayMs ?? backoffMs)(this.#attempts);
    this.#options.onConnection?.({ phase: 'lost', attempts: this.#attempts, retryAtMs: Date.now() + delayMs });
    this.#retry = setTimeout(() => this.#open(), delayMs);
    if (!(await this.#options.isSignedOut().catch(() => false))) return;
    clearTimeout(this.#retry);
    this.#options.onConnection?.({ phase: 'signed-out' });
  }

  #beat(): void {
    if (this.#isAlive) {
      this.#isAlive = false;
      this.#say({ type: 'ping' });
      return;
    }
    this.#giveUp();
  }

  /** Its own close event may take minutes, so nothing waits for it. */
  #giveUp(): void {
    const silent = this.#socket;
    void this.#lose();
    silent?.close();
  }

  #say(message: ClientMessage): void {
    if (this.#socket?.readyState === this.#socket?.OPEN) this.#socket?.send(JSON.stringify(message));
  }
}

/** Half a second, doubled each time up to ten; spread, so that many pages do not come back at one moment. */
function backoffMs(attempt: number): number {
  return Math.min(MAX_DELAY_MS, 500 * 2 ** (attempt - 1)) * (0.75 + Math.random() / 2);
}
