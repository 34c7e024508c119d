import type {
  Plan,
  QueueStatus,
  Result,
  RunDetail,
  RunForecast,
  RunRecord,
  RunState,
  ServerEvent,
  ServerEventBody,
  ServerSnapshot,
  WorkerRecord,
  Workflow,
} from '@unclip-studio/graph-core';
import type { PreviewMessage } from '@unclip-studio/protocol';
import type { PreparedCounts } from '../engine/prepared-runs.js';
import type { ResultStoreCounts } from '../services/results/result-store.js';
import type { PictureVector, ToDescribe } from '../store/vectors-table.js';
import type { PlaceFigures } from './run-place.js';

export interface EnqueueRequest {
  readonly workflow: Workflow;
  /** Left out or empty: the workflow's own targets. */
  readonly targets?: readonly string[];
  readonly workflowName?: string;
  /** -100 to 100; higher goes first. 0 when left out. */
  readonly priority?: number;
  /** Whose run it is; at equal priority clients take turns. */
  readonly clientId?: string;
  /** It only shows what a change would lead to. */
  readonly isPreview?: boolean;
  /** Asked again with the same key and the same request, the first run is given back. */
  readonly idempotencyKey?: string;
}

export interface ListRequest {
  readonly states?: readonly RunState[];
  /** 1 to 500; 50 when left out. */
  readonly limit?: number;
  /** Id of a run: list those created before it. */
  readonly before?: string;
}

/** Events after a number: all of them, or, when they are no longer kept, everything as it stands. */
export type EventsSince =
  | { readonly kind: 'events'; readonly events: readonly ServerEvent[] }
  | { readonly kind: 'snapshot'; readonly snapshot: ServerSnapshot };

/** What was counted since the server began. */
export interface RunFigures extends PlaceFigures {
  /** How the results kept on disk have fared. */
  readonly results: ResultStoreCounts;
  /** What this process has done with workflows, each once. */
  readonly workflows: PreparedCounts;
  /** Of all runs that were begun: how long they had been queued. */
  readonly queueDelay: { readonly count: number; readonly sumMs: number };
}

export type Unsubscribe = () => void;

/**
 * The runs of one server: a durable queue, the worker that takes from it, and the events of both.
 * What a call has returned is on disk. Calls that change something throw StoreFullError when the disk is full.
 */
export interface RunService {
  /**
   * Checks the workflow and puts it into the queue.
   *
   * @throws WorkflowProblems, QueueFull, IdempotencyConflict, StoreFullError, WorkersOutOfReach
   */
  /**
   * Plans a workflow that is about to be queued, so that neither this process nor `enqueue` stands still for a large one.
   * What is wrong with it is said by `enqueue`.
   */
  prepare(workflow: Workflow, targets?: readonly string[]): Promise<Result<Plan>>;
  enqueue(request: EnqueueRequest): RunRecord;
  /** Newest first. */
  list(request?: ListRequest): readonly RunRecord[];
  /** @throws RunNotFound */
  read(id: string): RunDetail;
  /**
   * The workflow exactly as it was queued.
   *
   * @throws RunNotFound
   */
  readWorkflow(id: string): Workflow;

  /**
   * The run is cancelled when this returns, even if its worker still has to reach the next step. A run that has ended
   * stays as it is.
   *
   * @throws RunNotFound
   */
  cancel(id: string): RunRecord;
  /** Cancels what is queued and what is running; says how many. */
  cancelAll(): number;
  /**
   * Queues the workflow of a run that has ended once more, as a new run.
   *
   * @throws RunNotFound, WrongRunState if it has not ended, and what `enqueue` throws
   */
  retry(id: string): RunRecord;
  /**
   * Makes a queued run the next one, whatever its priority.
   *
   * @throws RunNotFound, WrongRunState if it is not queued
   */
  moveToFront(id: string): RunRecord;
  /** @throws RunNotFound, WrongRunState if it is not queued */
  setPriority(id: string, priority: number): RunRecord;

  /** Starts no further run; the running one goes on. Lasts over a restart until `resume`. */
  pause(): void;
  resume(): void;
  status(): QueueStatus;
  /** For operators. */
  figures(): RunFigures;
  /** Sorted by host and start. */
  workers(): readonly WorkerRecord[];

  /** The number of the latest event. */
  lastSeq(): number;
  /**
   * What happened after `seq`, a number from an earlier event or snapshot of this server or of one before it.
   * `undefined`: everything as it stands.
   */
  eventsSince(seq: number | undefined): EventsSince;
  /** The listener is called in order, at once for state changes, in batches for nodes. One that throws is told to the operator. */
  subscribe(listener: (event: ServerEvent) => void): Unsubscribe;
  /** Hands an event of another part of the server to all subscribers, with the next number. */
  announce(event: ServerEventBody): void;

  onPreview(listener: (frame: PreviewMessage) => void): Unsubscribe;
  /** Previews are made only while somebody watches. */
  watchPreviews(watching: boolean): void;

  /**
   * Says which nodes would run and how long they would take.
   *
   * @throws WorkflowProblems
   */
  forecast(workflow: Workflow, targets?: readonly string[]): Promise<RunForecast>;

  /**
   * What a picture shows, as the worker's image encoder sees it; kept.
   *
   * @returns `undefined` if the worker is busy, or none of the checkpoints can look
   */
  describe(picture: ToDescribe): Promise<PictureVector | undefined>;
  /** Describes pictures that never were, one after the other, while the worker has nothing else to do. */
  describeOthers(): void;

  /**
   * Takes no more work, lets the running node reach its next step, puts its run back to its place in the queue and ends
   * the worker; all within ten seconds. The store stays open.
   */
  /** Goes through a run without a trace, if all its results are known, so that the run itself is quick. */
  rehearse(workflow: Workflow, targets: readonly string[]): void;
  close(): Promise<void>;
}
