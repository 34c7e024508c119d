import type { FromWorker, RunOrder, RunReport, RunUpdate, ToWorker, WorkerRecord } from '@unclip-studio/protocol';
import type { WorkerExit } from '../worker/exit-reason.js';
import type { Sealed } from './seal.js';

/** What server and workers say to each other by pub/sub. Any of it may be lost, and is then said again. */

/** One claim of a run, among all claims of all servers: whatever is said of it is for its own server only. */
export interface ClaimName {
  /** Tokens are its own. */
  readonly server: string;
  readonly runId: string;
  readonly token: number;
}

/** What a worker finds in its BullMQ queue. */
export interface Job extends ClaimName {
  readonly order: RunOrder;
}

export type ToRemoteWorker =
  /** Of the server that has the queue now: whoever is there answers with a hello. */
  | { readonly type: 'who'; readonly server: string; readonly isWatching: boolean }
  /** There is something in your queue. */
  | { readonly type: 'work' }
  | ({ readonly type: 'cancel' } & ClaimName)
  /** All before this number has arrived. */
  | ({ readonly type: 'acknowledge'; readonly before: number } & ClaimName)
  /** Say all again from this number on. */
  | ({ readonly type: 'repeat'; readonly from: number } & ClaimName)
  | Extract<ToWorker, { readonly type: 'watch-previews' | 'forecast' | 'describe' | 'free-memory' }>;

/** What happened to a run, in this order and without gaps; `ended`, `lost` and `given-back` are the last. */
export type RunNews =
  | { readonly type: 'events'; readonly updates: readonly RunUpdate[] }
  | { readonly type: 'ended'; readonly updates: readonly RunUpdate[]; readonly report: RunReport }
  /** The process that evaluated it has ended. */
  | { readonly type: 'lost'; readonly exit: WorkerExit }
  /** The worker has stopped it, for a reason that the run has no part in. */
  | { readonly type: 'given-back'; readonly why: string };

export type FromRemoteWorker =
  | {
      readonly type: 'hello';
      readonly worker: WorkerRecord;
      /** What it works on. */
      readonly claims: readonly ClaimName[];
      /** Equal for workers that find each other's results; left out by one that keeps none. */
      readonly resultsId?: string;
      /** How often it has run a model since it began. */
      readonly modelRuns: number;
    }
  /** Takes nothing more and leaves. */
  | { readonly type: 'bye'; readonly id: string }
  | ({
      readonly type: 'news';
      readonly id: string;
      /** The numbers of what is told: from the first to before the last. */
      readonly from: number;
      readonly before: number;
      readonly news: readonly RunNews[];
    } & ClaimName)
  | ({ readonly type: 'preview-of'; readonly preview: Extract<FromWorker, { readonly type: 'preview' }> } & ClaimName)
  | Extract<FromWorker, { readonly type: 'forecast' | 'forecast-problems' | 'described' | 'results' }>;

/** Arrays go as bytes. */
export function packFromWorker(message: FromRemoteWorker): Sealed<unknown> {
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

export function unpackFromWorker({ body, bytes = new Uint8Array() }: Sealed<unknown>): FromRemoteWorker {
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
