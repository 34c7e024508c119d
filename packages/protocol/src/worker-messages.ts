import type { Diagnostic } from './diagnostics.js';
import type { ServerEventBody } from './events.js';
import type { PreviewMessage } from './preview-frame.js';
import type { Reason } from './reasons.js';
import type { OutputRecord, RunOutcome, RunWarning } from './runs.js';
import type { WorkerStatus } from './workers.js';

// What a server and the process that evaluates its runs say to each other. Types without schemas: both ends are the same
// program, and what comes from another machine is signed.

/** What a run needs from the server; the worker itself knows no database. */
export interface RunOrder {
  /** As text, which crosses to the worker faster than an object and is read only if its plan is not known. */
  readonly workflowJson: string;
  /** Of the text. */
  readonly workflowSha256: string;
  readonly targets: readonly string[];
  /** Name of an uploaded image -> its sha256, for the images that the workflow names. */
  readonly pictures: Readonly<Record<string, string>>;
}

export type ToWorker =
  | { readonly type: 'start-run'; readonly runId: string; readonly order: RunOrder }
  | { readonly type: 'cancel-run'; readonly runId: string }
  | { readonly type: 'watch-previews'; readonly watching: boolean }
  | { readonly type: 'forecast'; readonly request: number; readonly order: RunOrder }
  /** Of a run that may come next; nothing is kept of it, and nothing told. */
  | { readonly type: 'rehearse'; readonly order: RunOrder }
  /** For an idle worker. `checkpoints`: whose image encoder may embed the image, the best first. */
  | {
      readonly type: 'describe';
      readonly request: number;
      readonly sha256: string;
      readonly checkpoints: readonly string[];
    }
  /** Models that no run uses are unloaded. `results`: and what runs left for each other in memory is let go of. */
  | { readonly type: 'free-memory'; readonly results: boolean }
  /** Nodes of plug-ins have changed; runs that begin after it use them as they are now. */
  | { readonly type: 'reload-plugins' }
  /** Leave as soon as nothing is running. */
  | { readonly type: 'close' };

/** What made an output; with the run's workflow enough to make it again. */
export interface OutputReceipt {
  readonly nodeType: string;
  readonly nodeVersion: number;
  /** The node's fingerprint in that run: equal fingerprints, equal results. */
  readonly fingerprint: string;
}

/** An output before the server has given it its id. */
export interface NewOutput extends Omit<OutputRecord, 'id' | 'runId' | 'createdAt'> {
  readonly receipt: OutputReceipt;
}

type RunEvents = Extract<ServerEventBody, { readonly runId: string }>;
type WithoutRun<Event> = Event extends unknown ? Omit<Event, 'runId'> : never;

/** What happened in a run, as the server publishes it; outputs are as it is to list them. */
export type RunUpdate =
  | WithoutRun<Exclude<RunEvents, { readonly type: 'outputs-made' }>>
  | { readonly type: 'outputs-made'; readonly outputs: readonly NewOutput[] };

export interface RunReport {
  readonly outcome: RunOutcome;
  /** The workflow could not be planned, or files it needs are missing; no node was evaluated. */
  readonly diagnostics?: readonly Diagnostic[];
  /** The disk was full; so many bytes had to be written. */
  readonly diskNeededBytes?: number;
  /** What nodes told the user while they ran. */
  readonly warnings?: readonly RunWarning[];
  /** Durations to forecast by: timing key -> milliseconds for a unit of work. */
  readonly timings: readonly (readonly [string, number])[];
}

/** Something that takes time: the first of its timings that is known says how much. */
export interface TimedPart {
  /** Under which keys the duration of one unit is remembered, the most telling first, and how many units there are. */
  readonly timings: readonly { readonly key: string; readonly units: number }[];
}

export interface ForecastNode {
  readonly node: string;
  readonly willRun: boolean;
  /** All that takes time; none of a node that will not run. */
  readonly parts: readonly TimedPart[];
}

/** How a store of kept results has fared since it was opened. */
export interface ResultStoreCounts {
  readonly read: number;
  readonly written: number;
  /** Were not what had been written; removed, so that they are made again. */
  readonly damaged: number;
  /** Were removed to make room. */
  readonly dropped: number;
  /** Why nothing is written at the moment, such as a full disk. */
  readonly problem?: string;
}

export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'alive' }
  /** What models run on, and why. */
  | { readonly type: 'device'; readonly device: NonNullable<WorkerStatus['device']> }
  /** For the user: a device failed, or memory ran out, and the consequence. */
  | { readonly type: 'notice'; readonly words: string; readonly because?: Reason | undefined }
  /** The device is gone for this process, which ends now. */
  | { readonly type: 'device-lost'; readonly words: string }
  /** Native code blocks the thread, so no message will arrive until it is done. */
  | { readonly type: 'native-call'; readonly underWay: boolean }
  | { readonly type: 'run-events'; readonly runId: string; readonly updates: readonly RunUpdate[] }
  | {
      readonly type: 'run-ended';
      readonly runId: string;
      readonly updates: readonly RunUpdate[];
      readonly report: RunReport;
    }
  | ({ readonly type: 'preview' } & PreviewMessage)
  | {
      readonly type: 'forecast';
      readonly request: number;
      readonly nodes: readonly ForecastNode[];
      readonly peakMemoryBytes?: number;
    }
  /** How the kept results have fared since the last such message. */
  | { readonly type: 'results'; readonly counts: ResultStoreCounts }
  /** What an image shows, and the identity of the checkpoint that looked; both left out if none could. */
  | { readonly type: 'described'; readonly request: number; readonly model?: string; readonly vector?: Int8Array }
  /** The workflow cannot be planned. */
  | { readonly type: 'forecast-problems'; readonly request: number; readonly diagnostics: readonly Diagnostic[] };
