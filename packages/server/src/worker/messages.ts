import type { Diagnostic } from '@unclip-studio/graph-core';
import type { PreviewMessage, RunOutcome } from '@unclip-studio/protocol';
import type { MachineConfig } from '../machine-config.js';
import type { ResultStoreCounts, ResultStoreOptions } from '../services/results/result-store.js';
import type { StoreAddress } from '../store/bytes/store-address.js';
import type { NewOutput } from '../store/outputs-table.js';
import type { TimedPart } from './timing-keys.js';

/** How a worker is set up; handed over when it is forked. */
export interface WorkerConfig extends MachineConfig {
  readonly blobsFolder: string;
  /** Where pictures and results lie instead, for all machines; `results` is then what this one keeps of them, if it is S3. */
  readonly store?: StoreAddress | undefined;
  /** Folders with pictures that a workflow may name besides uploaded ones. */
  readonly imageFolders: readonly string[];
  /** Of one image, width times height; see `MAX_IMAGE_PIXELS`. */
  readonly maxImagePixels?: number | undefined;
  /** Where results outlive the worker; left out, none do. */
  readonly results?: ResultStoreOptions | undefined;
  /** How often the worker says that it is alive. */
  readonly heartbeatMs: number;
}

/** What a run needs from the server; the worker itself knows no database. */
export interface RunOrder {
  /** As text, which crosses to the worker faster than an object and is read only if its plan is not known. */
  readonly workflowJson: string;
  /** Of the text. */
  readonly workflowSha256: string;
  readonly targets: readonly string[];
  /** Name of an uploaded picture -> its sha256, for those which the workflow names. */
  readonly pictures: Readonly<Record<string, string>>;
}

export type ToWorker =
  | { readonly type: 'start-run'; readonly runId: string; readonly order: RunOrder }
  | { readonly type: 'cancel-run'; readonly runId: string }
  | { readonly type: 'watch-previews'; readonly watching: boolean }
  | { readonly type: 'forecast'; readonly request: number; readonly order: RunOrder }
  /** Of a run that may come next; nothing is kept of it, and nothing told. */
  | { readonly type: 'rehearse'; readonly order: RunOrder }
  /** Asked of an idle worker. `checkpoints`: whose image encoder may look at the picture, the best first. */
  | {
      readonly type: 'describe';
      readonly request: number;
      readonly sha256: string;
      readonly checkpoints: readonly string[];
    }
  /** Leave as soon as nothing is under way. */
  | { readonly type: 'close' };

/** What happened in a run since the last batch. Within a batch, in this order. */
export interface RunEventBatch {
  readonly planned?: readonly string[];
  readonly cached: readonly string[];
  readonly started: readonly string[];
  readonly progress: readonly { readonly node: string; readonly step: number; readonly steps: number }[];
  readonly finished: readonly { readonly node: string; readonly durationMs: number }[];
  readonly failed?: { readonly node: string; readonly durationMs: number; readonly message: string };
  readonly outputs: readonly NewOutput[];
}

export interface RunReport {
  readonly outcome: RunOutcome;
  /** The workflow could not be planned, or files it needs are missing; no node was evaluated. */
  readonly diagnostics?: readonly Diagnostic[];
  /** The disk was full; so many bytes had to be written. */
  readonly diskNeededBytes?: number;
  /** Durations to forecast by: timing key -> milliseconds for a unit of work. */
  readonly timings: readonly (readonly [string, number])[];
}

export interface ForecastNode {
  readonly node: string;
  readonly willRun: boolean;
  /** All that takes time; none of a node that will not run. */
  readonly parts: readonly TimedPart[];
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'alive' }
  /** What models run on, and why. */
  | { readonly type: 'device'; readonly name: string; readonly words: string }
  /** For the user: a device failed, or memory ran out, and what is done about it. */
  | { readonly type: 'notice'; readonly words: string }
  /** Native code has the thread, so nothing will be heard until it is done. */
  | { readonly type: 'native-call'; readonly underWay: boolean }
  | { readonly type: 'run-events'; readonly runId: string; readonly batch: RunEventBatch }
  | { readonly type: 'run-ended'; readonly runId: string; readonly batch: RunEventBatch; readonly report: RunReport }
  | ({ readonly type: 'preview' } & PreviewMessage)
  | {
      readonly type: 'forecast';
      readonly request: number;
      readonly nodes: readonly ForecastNode[];
      readonly peakMemoryBytes?: number;
    }
  /** How the kept results have fared since the last such message. */
  | { readonly type: 'results'; readonly counts: ResultStoreCounts }
  /** What a picture shows, and the identity of the checkpoint that looked; both left out if none could. */
  | { readonly type: 'described'; readonly request: number; readonly model?: string; readonly vector?: Int8Array }
  /** The order cannot be planned. */
  | { readonly type: 'forecast-problems'; readonly request: number; readonly diagnostics: readonly Diagnostic[] };
