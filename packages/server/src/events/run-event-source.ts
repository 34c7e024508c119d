import type { ServerEvent } from '@unclip-studio/graph-core';
import type { EventsSince, PreviewFrame, Unsubscribe } from '../runs/run-service.js';

/** The part of the run service from which events come. */
export interface RunEventSource {
  lastSeq(): number;
  /** What happened after `seq`; `undefined`: everything as it stands. */
  eventsSince(seq: number | undefined): EventsSince;
  subscribe(listener: (event: ServerEvent) => void): Unsubscribe;
  onPreview(listener: (frame: PreviewFrame) => void): Unsubscribe;
  watchPreviews(watching: boolean): void;
}
