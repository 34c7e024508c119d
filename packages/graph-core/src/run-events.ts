import type { Reason, RunOutcome } from '@unclip-studio/protocol';

/** A file that a run made. */
export interface RunOutput {
  /** Where the host keeps it: a path on the command line, an id on the server. */
  readonly location: string;
  readonly mediaType: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Made for looking at only; the user did not ask to keep it. */
  readonly temporary?: true;
}

export interface RunStarted {
  readonly type: 'run-started';
  /** The planned nodes, each after everything it reads. */
  readonly nodes: readonly string[];
}

export interface NodeCached {
  readonly type: 'node-cached';
  readonly node: string;
  readonly outputs: readonly RunOutput[];
}

export interface NodeStarted {
  readonly type: 'node-started';
  readonly node: string;
}

export interface NodeProgress {
  readonly type: 'node-progress';
  readonly node: string;
  readonly step: number;
  readonly steps: number;
}

export interface NodeFinished {
  readonly type: 'node-finished';
  readonly node: string;
  readonly durationMs: number;
  readonly outputs: readonly RunOutput[];
}

export interface NodeFailed {
  readonly type: 'node-failed';
  readonly node: string;
  readonly durationMs: number;
  readonly message: string;
  readonly because?: Reason;
}

export interface RunFinished {
  readonly type: 'run-finished';
  readonly outcome: RunOutcome;
  readonly durationMs: number;
}

/** Everything observable about a run, in the order in which it happened. */
export type RunEvent = RunStarted | NodeCached | NodeStarted | NodeProgress | NodeFinished | NodeFailed | RunFinished;
