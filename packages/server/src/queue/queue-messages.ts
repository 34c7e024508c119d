import type { FromWorker, RunOrder, RunReport, RunUpdate, ToWorker, WorkerRecord } from '@unclip-studio/protocol';
import type { WorkerExit } from '../worker/exit-reason.js';
import type { Message } from './signer.js';

/**
 * What server and workers say to each other. A run's order, progress and result go by BullMQ; everything else goes by
 * pub/sub, where any of it may be lost.
 */

/** One lease of a run, among all leases of all servers: messages about it are only for its own server. */
export interface ClaimName {
  /** Its tokens are separate. */
  readonly server: string;
  readonly runId: string;
  readonly token: number;
}

/** The data of a BullMQ job. */
export interface JobOrder extends ClaimName {
  readonly order: RunOrder;
}

/** The progress of a BullMQ job: everything since the last one. */
export interface JobProgress extends ClaimName {
  /** 0, 1, 2, ... */
  readonly seq: number;
  readonly updates: readonly RunUpdate[];
}

/** The return value of a BullMQ job. */
export interface JobResult extends ClaimName {
  /** How many parts its progress had. */
  readonly seq: number;
  /** All of that progress, for a server that has missed some of it. */
  readonly updates: readonly RunUpdate[];
  readonly end: JobEnd;
}

export type JobEnd =
  | { readonly type: 'ended'; readonly report: RunReport }
  /** The process that evaluated it has crashed. */
  | { readonly type: 'lost'; readonly exit: WorkerExit }
  /** The worker has stopped it, for a reason that the run has no part in. */
  | { readonly type: 'given-back'; readonly why: string };

export type ToRemoteWorker =
  /** Sent by the server that owns the queue; workers answer with a hello. */
  | { readonly type: 'who'; readonly server: string; readonly isWatching: boolean }
  | ({ readonly type: 'cancel' } & ClaimName)
  | Extract<ToWorker, { readonly type: 'watch-previews' | 'forecast' | 'describe' | 'free-memory' }>;

export type FromRemoteWorker =
  | {
      readonly type: 'hello';
      readonly worker: WorkerRecord;
      /** Its current run. */
      readonly claims: readonly ClaimName[];
      /** Equal for workers that find each other's results; left out by one that keeps none. */
      readonly resultsId?: string;
      /** How often it has run a model since it began. */
      readonly modelRuns: number;
    }
  /** Takes nothing more and leaves. */
  | { readonly type: 'bye'; readonly id: string }
  | ({ readonly type: 'preview-of'; readonly preview: Extract<FromWorker, { readonly type: 'preview' }> } & ClaimName)
  | Extract<FromWorker, { readonly type: 'forecast' | 'forecast-problems' | 'described' | 'results' }>;

/** Arrays go as bytes. */
export function packFromWorker(message: FromRemoteWorker): Message<unknown> {
  if (message.type === 'preview-of') {
    const { bytes, ...preview } = message.preview;
    return { body: { ...message, preview }, bytes: bytesOf(bytes) };
  }
  if (message.type === 'described' && message.vector !== undefined) {
    const { vector, ...body } = message;
    return { body: { ...body, hasVector: true }, bytes: bytesOf(vector) };
  }
  return { body: message };
}

export function unpackFromWorker({ body, bytes = new Uint8Array() }: Message<unknown>): FromRemoteWorker {
  // Signed by a worker; written by `packFromWorker`.
  const message = body as FromRemoteWorker & { readonly hasVector?: true };
  if (message.type === 'preview-of') {
    return { ...message, preview: { ...message.preview, bytes } };
  }
  if (message.type === 'described' && message.hasVector) return { ...message, vector: Int8Array.from(bytes) };
  return message;
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
