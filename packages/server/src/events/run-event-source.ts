import type { ServerEvent } from '@unclip-studio/graph-core';
import type { PreviewMessage } from '@unclip-studio/protocol';
import type { EventsSince, RunService, Unsubscribe } from '../runs/run-service.js';

/** The part of the run service from which events come. */
export interface RunEventSource {
  lastSeq(): number;
  /** What happened after `seq`; `undefined`: everything as it stands. */
  eventsSince(seq: number | undefined): EventsSince;
  subscribe(listener: (event: ServerEvent) => void): Unsubscribe;
  onPreview(listener: (frame: PreviewMessage) => void): Unsubscribe;
  watchPreviews(watching: boolean): void;
}

// Before every number, so that the answer is everything as it stands.
const BEFORE_ALL = -1;

export function toEventSource(runs: RunService): RunEventSource {
  const start = runs.eventsSince(BEFORE_ALL);
  let lastSeq = start.kind === 'snapshot' ? start.snapshot.seq : (start.events.at(-1)?.seq ?? 0);
  runs.subscribe((event) => {
    lastSeq = event.seq;
  });
  return {
    lastSeq: () => lastSeq,
    eventsSince: (seq = BEFORE_ALL) => runs.eventsSince(seq),
    subscribe: (listener) => runs.subscribe(listener),
    onPreview: (listener) => runs.onPreview(listener),
    watchPreviews: (watching) => runs.watchPreviews(watching),
  };
}
