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
  /** Offers a value as a preview while the node is running; it is dropped if no client is watching. */
  preview(value: unknown): void;
  /** Reports a file that this evaluation wrote, so that the user can find it. */
  publish(output: RunOutput): void;
  /** How this evaluation's result is made, for outputs that record it; left out if it is not needed. */
  record?(): ResultRecord;
}

/** How a result was made: its node, last, and everything it depends on, each after its own inputs. */
export type ResultRecord = readonly RecordedNode[];
