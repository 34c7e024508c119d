import { encodePreviewMessage, type ServerEvent, type ServerSnapshot } from '@unclip-studio/protocol';
import { type EventBus, eventsSince } from './event-bus.js';
import { EventClient, type EventSocket, type EventSource } from './event-client.js';
import { encodeMessage } from './sockets.js';

export interface EventHub {
  /** @param lastSeq given with the address: the stream begins at once, without a hello */
  connect(socket: EventSocket, lastSeq?: number): EventClient;
  disconnect(client: EventClient): void;
  readonly clientCount: number;
  /** What waits in this process until its clients read it, of all together. */
  readonly backlogBytes: number;
  readonly figures: EventFigures;
  close(): void;
}

/** What happened since the start, for metrics and tests. */
interface EventFigures {
  readonly events: number;
  readonly messages: number;
  readonly previewsEncoded: number;
  readonly previewsDropped: number;
}

interface EventHubOptions {
  readonly events: EventBus;
  /** The complete state. */
  snapshot(): ServerSnapshot;
  /** Previews are made only while somebody watches. */
  watchPreviews(watching: boolean): void;
  now(): number;
}

const CATCH_UP_INTERVAL_MS = 100;
const GOING_AWAY = 1001;
const MAX_NODE_LENGTH = 255;

/** Sends all events to all listeners: each message is encoded once, and each preview too. */
export function createEventHub({ events: bus, snapshot, watchPreviews, now }: EventHubOptions): EventHub {
  const clients = new Set<EventClient>();
  const source: EventSource = { lastSeq: bus.lastSeq, since: (seq) => eventsSince(bus, seq, snapshot) };
  const figures = { events: 0, messages: 0, previewsEncoded: 0, previewsDropped: 0 };
  let pending: ServerEvent[] = [];
  let isWatched = false;

  const flush = () => {
    const events = pending;
    pending = [];
    figures.events += events.length;
    figures.messages++;
    if (clients.size === 0) return;
    const batch = { events, message: encodeMessage({ type: 'events', events }) };
    for (const client of clients) client.deliver(batch);
  };
  const unsubscribe = bus.subscribe((event) => {
    // What happens in one turn of the event loop goes out in one message.
    if (pending.push(event) === 1) setImmediate(flush);
  });

  const stopPreviews = bus.onPreview((preview) => {
    // The message has one byte for the length; only nodes deep inside subgraphs have longer ids.
    if (clients.size === 0 || preview.node.length > MAX_NODE_LENGTH) return;
    figures.previewsEncoded++;
    const bytes = encodePreviewMessage(preview);
    for (const client of clients) client.deliverPreview(preview.runId, bytes);
  });
  const onWatchChange = () => {
    const watched = [...clients].some((client) => client.isWatching);
    if (watched !== isWatched) watchPreviews(watched);
    isWatched = watched;
  };

  const timer = setInterval(() => {
    for (const client of clients) client.catchUp();
  }, CATCH_UP_INTERVAL_MS);
  timer.unref();

  return {
    connect(socket, lastSeq) {
      const client = new EventClient({ socket, source, now, onWatchChange });
      clients.add(client);
      if (lastSeq !== undefined) client.start(lastSeq);
      return client;
    },
    disconnect(client) {
      figures.previewsDropped += client.droppedPreviews;
      clients.delete(client);
      onWatchChange();
    },
    get clientCount() {
      return clients.size;
    },
    get backlogBytes() {
      return [...clients].reduce((sum, client) => sum + client.backlogBytes, 0);
    },
    figures,
    close() {
      clearInterval(timer);
      unsubscribe();
      stopPreviews();
      if (pending.length > 0) flush();
      for (const client of clients) client.close(GOING_AWAY, 'the server is stopping');
    },
  };
}
