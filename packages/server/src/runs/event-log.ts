import type { ServerEvent, ServerEventBody } from '@unclip-studio/graph-core';

/** The latest events with their numbers, and those who listen. */
export interface EventLog {
  /** Of the latest event; of the one before the first, if there was none. */
  lastSeq(): number;
  append(body: ServerEventBody): void;
  /** @returns `undefined` if events after `seq` have been dropped, or if `seq` is none of ours */
  since(seq: number): readonly ServerEvent[] | undefined;
  subscribe(listener: (event: ServerEvent) => void): () => void;
}

export interface EventLogOptions {
  /** The number before the first one. */
  readonly startSeq: number;
  /** How much is kept: each event counts one, and one more for each name in it. */
  readonly maxWeight?: number;
  /** Told of a listener that threw; the others are told of the event all the same. */
  onListenerError?(error: unknown): void;
}

// A run of 500 nodes weighs about 2,000, a minute of sampling about 1,200, so this bridges some minutes; who was away for
// longer gets a snapshot. Each 10,000 take about 2 MB.
const DEFAULT_MAX_WEIGHT = 20_000;

export function createEventLog({
  startSeq,
  maxWeight = DEFAULT_MAX_WEIGHT,
  onListenerError = () => {},
}: EventLogOptions): EventLog {
  const listeners = new Set<(event: ServerEvent) => void>();
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

  return {
    lastSeq: () => lastSeq,
    append(body) {
      lastSeq++;
      const event = { ...body, seq: lastSeq };
      kept.push(event);
      weight += weightOf(event);
      if (weight > maxWeight) dropOldest();
      for (const listener of listeners) {
        // What is told has been done already: a mistake of one listener must not undo or stop the rest of it.
        try {
          listener(event);
        } catch (error) {
          onListenerError(error);
        }
      }
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
  };
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
