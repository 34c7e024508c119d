import type { Plan, Result, Workflow } from '@unclip-studio/graph-core';
import type {
  QueueStatus,
  ResultStoreCounts,
  RunDetail,
  RunForecast,
  RunRecord,
  RunState,
  ServerSnapshot,
  WorkerRecord,
} from '@unclip-studio/protocol';
import type { PreparedCounts } from '../engine/prepared-runs.js';
import type { PlaceFigures } from './run-place.js';
import type { ImageDescription } from './worker-questions.js';

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
  /** Is sent a signed POST when the run has ended. */
  readonly webhook?: string;
  /** For the same key and the same request, the first run is returned. */
  readonly idempotencyKey?: string;
}

export interface ListRequest {
  readonly states?: readonly RunState[];
  /** 1 to 500; 50 when left out. */
  readonly limit?: number;
  /** Id of a run: list those created before it. */
  readonly before?: string;
}

/** The counters since the server started. */
export interface RunFigures extends PlaceFigures {
  /** How the results kept on disk have fared. */
  readonly results: ResultStoreCounts;
  /** What this process has done with workflows, each once. */
  readonly workflows: PreparedCounts;
  /** Of all runs that were begun: how long they had been queued. */
  readonly queueDelay: { readonly count: number; readonly sumMs: number };
}

/**
 * The runs of one server: a durable queue, and the worker that takes from it. What happens is published as events.
 * What a call has returned is on disk. Calls that change something throw StoreFullError when the disk is full.
 */
export interface RunService {
  /**
   * Plans a workflow that is about to be queued, so that neither this process nor `enqueue` is blocked by a large one.
   * `enqueue` reports its problems.
   *
   * @throws the errors of the service's `admit`
   */
  prepare(workflow: Workflow, targets?: readonly string[]): Promise<Result<Plan>>;
  /**
   * Checks the workflow and puts it into the queue.
   *
   * @throws WorkflowProblems, QueueFull, IdempotencyConflict, StoreFullError, WorkersOutOfReach
   */
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
  /** Cancels queued and running runs; returns how many. */
  cancelAll(): number;
  /**
   * Queues the workflow of a finished run again, as a new run.
   *
   * @throws RunNotFound, WrongRunState if it has not ended, and the errors of `enqueue`
   */
  retry(id: string): RunRecord;
  /**
   * Makes a queued run the next one, regardless of its priority.
   *
   * @throws RunNotFound, WrongRunState if it is not queued
   */
  moveToFront(id: string): RunRecord;
  /** @throws RunNotFound, WrongRunState if it is not queued */
  setPriority(id: string, priority: number): RunRecord;

  /** Starts no further run; the active one continues. Persists across restarts until `resume`. */
  pause(): void;
  resume(): void;
  status(): QueueStatus;
  /** For operators. */
  figures(): RunFigures;
  /** Sorted by host and start. */
  workers(): readonly WorkerRecord[];

  /** The complete state, for clients that missed events. */
  snapshot(): ServerSnapshot;
  /** Previews are made only while somebody watches. */
  watchPreviews(watching: boolean): void;
  /** Lets the worker use plug-ins as they are now, from the next run on. Workers on other machines do so when they start. */
  reloadPlugins(): void;
  /**
   * Unloads the models of all workers that no run uses.
   *
   * @param results what runs left for each other in memory goes as well; results on the disk stay
   */
  freeMemory(results: boolean): void;

  /**
   * Says which nodes would run and how long they would take.
   *
   * @throws WorkflowProblems
   */
  forecast(workflow: Workflow, targets?: readonly string[]): Promise<RunForecast>;

  /**
   * What an image shows, as the image encoder of one of the checkpoints sees it.
   *
   * @param checkpoints the best first
   * @returns `undefined` if the worker is busy, or none of the checkpoints can look
   */
  describe(sha256: string, checkpoints: readonly string[]): Promise<ImageDescription | undefined>;

  /** Goes through a run without a trace, if all its results are known, so that the run itself is quick. */
  rehearse(workflow: Workflow, targets: readonly string[]): void;
  /**
   * Takes no more work, lets the running node reach its next step, puts its run back to its place in the queue and ends
   * the worker; all within ten seconds. The store stays open.
   */
  close(): Promise<void>;
}
