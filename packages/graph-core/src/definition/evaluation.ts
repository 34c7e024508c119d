import type { RecordedNode } from '@unclip-studio/protocol';
import type { RunOutput } from '../run-events.js';

/** The part of AbortSignal that graph-core and nodes read; a browser's or Node's AbortSignal fits. */
export interface CancelSignal {
  readonly aborted: boolean;
  throwIfAborted(): void;
}

/** What `evaluate` may use besides its inputs; one per evaluation. */
export interface EvaluateContext<Services> {
  readonly signal: CancelSignal;
  readonly services: Services;
  /** Reports that `step` of `steps` is done. */
  progress(step: number, steps: number): void;
  /** Offers a value to look at while the node still works; it is dropped when nobody watches. */
  preview(value: unknown): void;
  /** Hands out a file which this evaluation made, so that the user can find it. */
  publish(output: RunOutput): void;
  /** How this evaluation's result comes to be, for what carries it along; left out where nobody asks. */
  record?(): ResultRecord;
}

/** How a result came to be: the node that gave it, last, and all that it read, each after what it reads itself. */
export type ResultRecord = readonly RecordedNode[];
