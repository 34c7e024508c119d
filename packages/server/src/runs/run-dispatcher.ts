import { type Catalog, type QueueStatus, type ServerEventBody, unreachable } from '@unclip-studio/graph-core';
import type { RunEnding, StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import type { WorkerExit } from '../worker/exit-reason.js';
import type { FromWorker, RunEventBatch, RunReport } from '../worker/messages.js';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../worker/supervisor.js';
import { type ActiveRun, createActiveRun } from './active-run.js';
import type { Clock } from './clock.js';
import type { DiskWatch } from './disk-watch.js';
import { toRunEnding } from './run-ending.js';
import { createRunOrder } from './run-order.js';
import type { RunQueue } from './run-queue.js';

export interface DispatcherOptions {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly queue: RunQueue;
  readonly disk: DiskWatch;
  readonly worker: Pick<SupervisorOptions, 'config' | 'limits' | 'nodeArguments' | 'onWords'>;
  /** Asked before a run is taken from the queue. */
  isPaused(): boolean;
  tell(event: ServerEventBody): void;
  tellRun(run: StoredRun): void;
  tellStatus(): void;
  /** What the worker says that is not about the course of a run. */
  onMessage(message: Extract<FromWorker, { readonly type: 'preview' | 'forecast' | 'forecast-problems' }>): void;
}

// A worker that is not there for longer than this does not start at all.
const WORKER_PATIENCE_MS = 15_000;
// What a drained run may take to reach its next step, so that the server is gone within ten seconds.
const DRAIN_MS = 8_000;

/** Takes runs from the queue to the worker and writes down what becomes of them. */
export class RunDispatcher {
  readonly #options: DispatcherOptions;
  readonly #supervisor: Supervisor;
  #active: ActiveRun | undefined;
  #isClosing = false;
  #workerSeenMs = performance.now();
  #onDrained: (() => void) | undefined;

  /** Starts the worker. */
  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#supervisor = createSupervisor({
      ...options.worker,
      onMessage: (message) => this.#hear(message),
      onLost: (exit, runId) => this.#loseWorker(exit, runId),
      onStatus: ({ phase }) => {
        if (phase !== 'starting' && phase !== 'restarting') this.#workerSeenMs = performance.now();
        this.#options.tellStatus();
        this.pump();
      },
    });
  }

  get supervisor(): Supervisor {
    return this.#supervisor;
  }

  /** The run that has the worker, if it is this one. */
  activeRun(runId: string): ActiveRun | undefined {
    return this.#active?.run.id === runId ? this.#active : undefined;
  }

  status(): Pick<QueueStatus, 'running' | 'worker' | 'canTakeWork' | 'reason'> {
    const reason = this.#reasonNotToWork();
    return {
      ...(this.#active === undefined || this.#active.isOver ? {} : { running: this.#active.run.id }),
      worker: this.#supervisor.status(),
      canTakeWork: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  /** Gives the worker the next run, if there is one and it may. */
  pump(): void {
    try {
      const run = this.claim();
      if (run !== undefined) this.start(run);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#options.disk.reportFull(error.neededBytes);
    }
  }

  /**
   * Takes the next run out of the queue if the worker could begin with it; whoever claims it must start it.
   *
   * @throws StoreFullError
   */
  claim(): StoredRun | undefined {
    const { clock, disk, isPaused, store } = this.#options;
    if (this.#isClosing || isPaused() || disk.isFull() || this.#active !== undefined) return undefined;
    if (this.#supervisor.status().phase !== 'idle') return undefined;
    return store.runs.claimNext(clock.wallMs());
  }

  start(run: StoredRun): void {
    const { catalog, queue, store, tell, tellRun } = this.#options;
    const stored = queue.readStoredWorkflow(run.id);
    const order = createRunOrder({ ...stored, targets: run.targets }, { catalog, images: store.images });
    this.#active = createActiveRun(run, tell);
    tellRun(run);
    this.#supervisor.startRun(run.id, order);
  }

  /** Tells the worker of a run that has been given its terminal state. */
  stop(runId: string): void {
    const active = this.activeRun(runId);
    if (active === undefined) return;
    active.flush();
    active.isOver = true;
    this.#supervisor.cancelRun(runId);
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (this.#active !== undefined) {
      const drained = new Promise<void>((resolve) => {
        this.#onDrained = resolve;
        setTimeout(resolve, DRAIN_MS).unref();
      });
      this.#supervisor.cancelRun(this.#active.run.id);
      await drained;
    }
    await this.#supervisor.close();
    if (this.#active !== undefined) this.#callOff(this.#active);
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'run-events':
        this.#applyBatch(message.runId, message.batch);
        break;
      case 'run-ended':
        this.#applyBatch(message.runId, message.batch);
        this.#finishActive(message.report);
        break;
      case 'preview':
        if (this.activeRun(message.runId)?.isOver === false) this.#options.onMessage(message);
        break;
      case 'forecast':
      case 'forecast-problems':
        this.#options.onMessage(message);
        break;
      case 'ready':
      case 'alive':
      case 'native-call':
        // The supervisor's business.
        break;
      default:
        unreachable(message);
    }
  }

  #applyBatch(runId: string, batch: RunEventBatch): void {
    const active = this.activeRun(runId);
    if (active === undefined || active.isOver) return;
    try {
      // Listed before anybody is told; their bytes are safe since before the worker spoke of them.
      const outputs =
        batch.outputs.length === 0
          ? []
          : this.#options.store.outputs.record(runId, batch.outputs, this.#options.clock.wallMs());
      active.apply(batch, outputs);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#stopForFullDisk(active, error);
    }
  }

  /** The bytes are there, but cannot be listed; so the run has failed, whatever the worker will say. */
  #stopForFullDisk(active: ActiveRun, { message, neededBytes }: StoreFullError): void {
    this.#end(active, { state: 'failed', error: { code: 'disk-full', message }, nodes: active.progress.nodes() });
    this.#options.disk.reportFull(neededBytes);
    this.#supervisor.cancelRun(active.run.id);
  }

  #finishActive(report: RunReport): void {
    const active = this.#active;
    this.#active = undefined;
    if (active !== undefined && !active.isOver) {
      if (this.#isClosing && report.outcome === 'cancelled') this.#callOff(active);
      else {
        this.#end(active, toRunEnding(report, active.progress), report.timings);
        if (report.diskNeededBytes !== undefined) this.#options.disk.reportFull(report.diskNeededBytes);
      }
    }
    this.#onDrained?.();
  }

  /** Gives a run its terminal state, unless it has one; on a full disk as soon as there is room. */
  #end(active: ActiveRun, ending: RunEnding, timings: RunReport['timings'] = []): void {
    active.flush();
    active.isOver = true;
    const { database, runs, timings: timingsTable } = this.#options.store;
    this.#options.disk.settle(() => {
      const hasEnded = database.transaction(() => {
        timingsTable.learn(new Map(timings), this.#options.clock.wallMs());
        return runs.finish(active.run.id, ending, this.#options.clock.wallMs());
      });
      if (hasEnded) this.#options.tellRun(this.#options.queue.read(active.run.id));
    });
  }

  /** The server leaves; the run did nothing wrong and keeps its place and its attempts. */
  #callOff(active: ActiveRun): void {
    active.flush();
    if (active.isOver) return;
    active.isOver = true;
    this.#options.disk.settle(() => {
      if (this.#options.store.runs.requeue(active.run.id, { keepsAttempt: false })) {
        this.#options.tellRun(this.#options.queue.read(active.run.id));
      }
    });
  }

  #loseWorker({ reason, detail }: WorkerExit, runId: string | undefined): void {
    const active = this.#active;
    this.#active = undefined;
    if (active !== undefined && active.run.id === runId && !active.isOver) {
      active.flush();
      active.isOver = true;
      const lost = {
        exit: reason,
        detail: `the worker ended (${reason}: ${detail})`,
        node: active.progress.currentNode(),
      };
      this.#options.disk.settle(() => this.#options.tellRun(this.#options.queue.takeBack(active.run, lost)));
    }
    this.#onDrained?.();
  }

  #reasonNotToWork(): string | undefined {
    if (this.#isClosing) return 'The server is shutting down.';
    if (this.#options.disk.isFull())
      return 'The disk that holds the data folder is full. Work goes on when there is room.';
    const { phase, lastExit } = this.#supervisor.status();
    if (phase !== 'starting' && phase !== 'restarting') return undefined;
    if (performance.now() - this.#workerSeenMs < WORKER_PATIENCE_MS) return undefined;
    return `The worker process does not start${lastExit === undefined ? '' : ` (${lastExit.detail})`}.`;
  }
}
