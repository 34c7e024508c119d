import type { ServerEvent } from '@unclip-studio/protocol';
import type { EventsSince } from './event-bus.js';
import { encodeMessage, parseClientMessage } from './sockets.js';

/** The part of a WebSocket that is used here. */
export interface EventSocket {
  /** Bytes passed to `send` that the system has not accepted yet. */
  readonly bufferedAmount: number;
  send(data: Uint8Array, options: { readonly binary: boolean }): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** Events that happened together, and the single message that is sent to clients that are up to date. */
export interface EventBatch {
  readonly events: readonly ServerEvent[];
  readonly message: Buffer;
}

// What a slow client loses, in this order. A preview is 1 to 10 kB, an event about 200 bytes.
const PREVIEWS_STOP_BYTES = 64 * 2 ** 10;
const PROGRESS_WAITS_BYTES = 256 * 2 ** 10;
const CLOSE_BYTES = 4 * 2 ** 20;
// A client that does not read does not read the closing message either.
const CLOSE_GRACE_MS = 1000;

const POLICY_VIOLATION = 1008;
const TRY_AGAIN_LATER = 1013;

/** Where a client's events come from. */
export interface EventSource {
  lastSeq(): number;
  /** @param seq the last that the client knows; `undefined`: none */
  since(seq: number | undefined): EventsSince;
}

interface EventClientOptions {
  readonly socket: EventSocket;
  readonly source: EventSource;
  now(): number;
  /** Called when the client begins or ends to watch. */
  onWatchChange(): void;
}

/** One connection: what it has received, what it watches, and how far behind it is. */
export class EventClient {
  readonly #options: EventClientOptions;
  readonly #mayTalk: () => boolean;
  /** The last event it knows; `undefined` until its hello. */
  #lastSeq: number | undefined;
  /** Progress held back while the client is slow: the newest of each node, oldest first. */
  readonly #heldProgress = new Map<string, ServerEvent>();
  #watchedRuns: 'none' | 'all' | ReadonlySet<string> = 'none';
  #closed = false;
  droppedPreviews = 0;

  constructor(options: EventClientOptions) {
    this.#options = options;
    this.#mayTalk = createTokenBucket({ perSecond: 10, burst: 40, now: options.now });
    this.#send(encodeMessage({ type: 'welcome', protocol: 1, seq: options.source.lastSeq() }));
  }

  get isWatching(): boolean {
    return !this.#closed && this.#watchedRuns !== 'none';
  }

  /** What waits in this process until the client reads it. */
  get backlogBytes(): number {
    return this.#options.socket.bufferedAmount;
  }

  /** Starts the stream, or restarts it from another position. */
  start(lastSeq: number | undefined): void {
    this.#heldProgress.clear();
    const since = this.#options.source.since(lastSeq);
    if (since.kind === 'snapshot') {
      this.#lastSeq = since.snapshot.seq;
      this.#send(encodeMessage({ type: 'snapshot', snapshot: since.snapshot }));
      return;
    }
    this.#lastSeq = since.events.at(-1)?.seq ?? lastSeq ?? 0;
    if (since.events.length > 0) this.#send(encodeMessage({ type: 'events', events: since.events }));
  }

  receive(data: Buffer, isBinary: boolean): void {
    if (this.#closed) return;
    if (!this.#mayTalk()) {
      this.close(POLICY_VIOLATION, 'too many messages');
      return;
    }
    const message = isBinary ? undefined : parseClientMessage(data.toString('utf8'));
    switch (message?.type) {
      case 'hello':
        this.start(message.lastSeq);
        break;
      case 'watch':
        this.#watchedRuns = !message.previews ? 'none' : message.runs === undefined ? 'all' : new Set(message.runs);
        this.#options.onWatchChange();
        break;
      case 'ping':
        this.#send(encodeMessage({ type: 'pong' }));
        break;
      default:
        this.close(POLICY_VIOLATION, 'not a message of this protocol');
    }
  }

  /** A WebSocket ping; the library answers it, here it is only counted. */
  receivePing(): void {
    if (!this.#mayTalk()) this.close(POLICY_VIOLATION, 'too many messages');
  }

  deliver(batch: EventBatch): void {
    const lastSeq = this.#lastSeq;
    const first = batch.events[0];
    const last = batch.events.at(-1);
    if (this.#closed || lastSeq === undefined || first === undefined || last === undefined) return;
    // A hello between an event and its message has sent it already.
    const isUpToDate = first.seq > lastSeq && this.#heldProgress.size === 0;
    if (isUpToDate && !this.#isSlow()) {
      this.#lastSeq = last.seq;
      this.#send(batch.message);
      return;
    }
    this.#deliverSelected(batch.events.filter((event) => event.seq > lastSeq));
  }

  /** Sends the progress that was held back, if the client has caught up. */
  catchUp(): void {
    if (this.#heldProgress.size > 0 && !this.#isSlow()) this.#deliverSelected([]);
  }

  /** @param bytes the same for all clients, so that it is held in memory once */
  deliverPreview(runId: string, bytes: Uint8Array): void {
    if (this.#closed || this.#watchedRuns === 'none') return;
    if (this.#watchedRuns !== 'all' && !this.#watchedRuns.has(runId)) return;
    if (this.#options.socket.bufferedAmount > PREVIEWS_STOP_BYTES) {
      this.droppedPreviews++;
      return;
    }
    this.#options.socket.send(bytes, { binary: true });
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#heldProgress.clear();
    const { socket } = this.#options;
    socket.close(code, reason);
    setTimeout(() => socket.terminate(), CLOSE_GRACE_MS).unref();
  }

  /** Progress waits, the newest of each node; anything else takes it along, so that the order stays. */
  #deliverSelected(events: readonly ServerEvent[]): void {
    const due: ServerEvent[] = [];
    for (const event of events) {
      this.#lastSeq = event.seq;
      if (event.type !== 'node-progress') {
        due.push(...this.#heldProgress.values(), event);
        this.#heldProgress.clear();
        continue;
      }
      const key = `${event.runId} ${event.node}`;
      // Inserted again, so that the map is in the order of the numbers.
      this.#heldProgress.delete(key);
      this.#heldProgress.set(key, event);
    }
    if (!this.#isSlow()) {
      due.push(...this.#heldProgress.values());
      this.#heldProgress.clear();
    }
    if (due.length > 0) this.#send(encodeMessage({ type: 'events', events: due }));
  }

  #isSlow(): boolean {
    return this.#options.socket.bufferedAmount > PROGRESS_WAITS_BYTES;
  }

  #send(message: Buffer): void {
    if (this.#closed) return;
    if (this.#options.socket.bufferedAmount > CLOSE_BYTES) {
      this.close(TRY_AGAIN_LATER, 'too far behind; connect again with the last seq');
      return;
    }
    this.#options.socket.send(message, { binary: false });
  }
}

/**
 * Lets `perSecond` through, and `burst` at once after a silence.
 *
 * @param now milliseconds on a clock that never runs backwards
 */
function createTokenBucket(options: {
  readonly perSecond: number;
  readonly burst: number;
  now(): number;
}): () => boolean {
  const { perSecond, burst, now } = options;
  let tokens = burst;
  let lastMs = now();
  return () => {
    const nowMs = now();
    tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1000) * perSecond);
    lastMs = nowMs;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
}
