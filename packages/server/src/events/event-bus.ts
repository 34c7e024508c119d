import type { PreviewMessage, ServerEvent, ServerEventBody, ServerSnapshot } from '@unclip-studio/protocol';
import type { SettingsTable } from '../store/settings-table.js';
import { StoreFullError } from '../store/store-errors.js';

export type Unsubscribe = () => void;

/** Events after a number: all of them, or, when they are no longer kept, the complete state. */
export type EventsSince =
  | { readonly kind: 'events'; readonly events: readonly ServerEvent[] }
  | { readonly kind: 'snapshot'; readonly snapshot: ServerSnapshot };

/** All events of a server are published and numbered here; the latest are kept for clients that were disconnected. */
export interface EventBus {
  /** Of the latest event; of the one before the first, if there was none. */
  lastSeq(): number;
  publish(event: ServerEventBody): void;
  /** @returns `undefined` if events after `seq` have been dropped, or if `seq` is none of ours */
  since(seq: number): readonly ServerEvent[] | undefined;
  /** Listeners are called synchronously, in order. If one throws, the error is logged. */
  subscribe(listener: (event: ServerEvent) => void): Unsubscribe;
  /** Previews have no number, and are not kept. */
  publishPreview(preview: PreviewMessage): void;
  onPreview(listener: (preview: PreviewMessage) => void): Unsubscribe;
}

export interface EventBusOptions {
  /** The number before the first one. */
  readonly startSeq: number;
  /** How much is kept: each event counts one, and one more for each name in it. */
  readonly maxWeight?: number;
  /** Called for a listener that threw; the others still get the event. */
  onListenerError?(error: unknown): void;
}

// A run of 500 nodes weighs about 2,000, a minute of sampling about 1,200, so this bridges some minutes; who was away for
// longer gets a snapshot. Each 10,000 take about 2 MB.
const DEFAULT_MAX_WEIGHT = 20_000;

export function createEventBus({
  startSeq,
  maxWeight = DEFAULT_MAX_WEIGHT,
  onListenerError = () => {},
}: EventBusOptions): EventBus {
  const listeners = new Set<(event: ServerEvent) => void>();
  const previewListeners = new Set<(preview: PreviewMessage) => void>();
  // Dropped from the front in large pieces, so that keeping the log costs nothing for each event.
  let kept: ServerEvent[] = [];
  let weight = 0;
  let droppedUpTo = startSeq;
  let lastSeq = startSeq;

  function dropOldest(): void {
    let dropped = 0;
    while (weight > maxWeight / 2 && dropped < kept.length) {
      const event = kept[dropped++] as ServerEvent;
      weight -= weightOf(event);
      droppedUpTo = event.seq;
    }
    kept = kept.slice(dropped);
  }

  /** Events report what has already happened: an error in one listener must not affect the others. */
  function tellAll<Told>(all: Iterable<(told: Told) => void>, told: Told): void {
    for (const listener of all) {
      try {
        listener(told);
      } catch (error) {
        onListenerError(error);
      }
    }
  }

  return {
    lastSeq: () => lastSeq,
    publish(body) {
      lastSeq++;
      const event = { ...body, seq: lastSeq };
      kept.push(event);
      weight += weightOf(event);
      if (weight > maxWeight) dropOldest();
      tellAll(listeners, event);
    },
    since(seq) {
      if (seq < droppedUpTo || seq > lastSeq) return undefined;
      // Numbers have no gaps after `droppedUpTo`.
      return kept.slice(seq - droppedUpTo);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    publishPreview: (preview) => tellAll(previewListeners, preview),
    onPreview(listener) {
      previewListeners.add(listener);
      return () => previewListeners.delete(listener);
    },
  };
}

/** The events a reader needs that has all up to `seq`; `undefined`: a full snapshot. */
export function eventsSince(
  bus: Pick<EventBus, 'since'>,
  seq: number | undefined,
  snapshot: () => ServerSnapshot,
): EventsSince {
  const events = seq === undefined ? undefined : bus.since(seq);
  return events === undefined ? { kind: 'snapshot', snapshot: snapshot() } : { kind: 'events', events };
}

// Each start of the server has its own range of event numbers, so that numbers increase across restarts.
const SEQS_PER_START = 1e9;

/** The number before the first event of this start. */
export function nextStartSeq(settings: SettingsTable): number {
  const starts = Number(settings.read('starts') ?? 0) + 1;
  try {
    settings.write('starts', String(starts));
  } catch (error) {
    // The next start may then use these numbers again; better than a server that does not start on a full disk.
    if (!(error instanceof StoreFullError)) throw error;
  }
  return starts * SEQS_PER_START;
}

function weightOf(event: ServerEvent): number {
  switch (event.type) {
    case 'run-started':
    case 'nodes-cached':
    case 'nodes-started':
      return 1 + event.nodes.length;
    case 'nodes-finished':
      return 1 + Object.keys(event.durationsMs).length;
    case 'queue-changed':
      return 1 + event.order.length;
    default:
      return 1;
  }
}
