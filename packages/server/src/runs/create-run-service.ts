import {
  type Catalog,
  planRun,
  type QueueStatus,
  type RunDetail,
  type RunForecast,
  type RunRecord,
  type ServerEvent,
  type ServerEventBody,
  type ServerSnapshot,
  unreachable,
  type Workflow,
} from '@unclip-studio/graph-core';
import type { RunEnding, StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import type { WorkerExit } from '../worker/exit-reason.js';
import type { FromWorker, RunEventBatch, RunReport } from '../worker/messages.js';
import { createSupervisor, type Supervisor, type SupervisorOptions } from '../worker/supervisor.js';
import { timingKeys } from '../worker/timing-keys.js';
import { type ActiveRun, createActiveRun } from './active-run.js';
import type { Clock } from './clock.js';
import { createDiskWatch, type DiskWatch } from './disk-watch.js';
import { createEventLog, type EventLog } from './event-log.js';
import { toRunEnding } from './run-ending.js';
import { WorkflowProblems, WrongRunState } from './run-errors.js';
import { createRunForecasts, type RunForecasts } from './run-forecasts.js';
import { createRunOrder } from './run-order.js';
import { createRunQueue, type RunQueue } from './run-queue.js';
import { createRunRecords, type RunRecords } from './run-records.js';
import type { EnqueueRequest, EventsSince, ListRequest, PreviewFrame, RunService, Unsubscribe } from './run-service.js';

export interface RunServiceOptions {
  /** Open; whoever opened it closes it, after the service. */
  readonly store: Store;
  /** The same nodes as the worker has. */
  readonly catalog: Catalog;
  readonly clock: Clock;
  readonly worker: Pick<SupervisorOptions, 'config' | 'limits' | 'nodeArguments' | 'onWords'>;
  /** As many runs may wait. */
  readonly maxQueued: number;
  /** How often to look whether a full disk has room again; 1 s when left out. */
  readonly diskPollMs?: number;
}

/** Takes up the runs that the last server left, and starts the worker. */
export function createRunService(options: RunServiceOptions): RunService {
  return new StoredRunService(options);
}

// Each start of the server has a range of event numbers of its own, so that numbers rise over a restart too.
const SEQS_PER_START = 1e9;
// A worker that is not there for longer than this does not start at all.
const WORKER_PATIENCE_MS = 15_000;
// What a drained run may take to reach its next step, so that the server is gone within ten seconds.
const DRAIN_MS = 8_000;
const RECENT_RUNS = 20;
const DEFAULT_LIST_LIMIT = 50;

class StoredRunService implements RunService {
  readonly #options: RunServiceOptions;
  readonly #store: Store;
  readonly #queue: RunQueue;
  readonly #records: RunRecords;
  readonly #log: EventLog;
  readonly #disk: DiskWatch;
  readonly #supervisor: Supervisor;
  readonly #forecasts: RunForecasts;
  readonly #previewListeners = new Set<(frame: PreviewFrame) => void>();
  #active: ActiveRun | undefined;
  #isPaused: boolean;
  #isClosing = false;
  #workerSeenMs = performance.now();
  #onDrained: (() => void) | undefined;

  constructor(options: RunServiceOptions) {
    this.#options = options;
    const { store, diskPollMs, worker } = options;
    this.#store = store;
    this.#queue = createRunQueue(options);
    this.#records = createRunRecords(store);
    this.#isPaused = store.settings.read('queue-paused') === 'yes';
    this.#log = createEventLog({ startSeq: countStart(store) * SEQS_PER_START });
    this.#disk = createDiskWatch({
      folder: store.folder,
      ...(diskPollMs === undefined ? {} : { pollMs: diskPollMs }),
      onChange: () => this.#tellStatus(),
    });
    this.#forecasts = createRunForecasts({
      timings: store.timings,
      send: (message) => this.#supervisor.send(message),
    });
    this.#disk.settle(() => this.#queue.recover());
    this.#supervisor = createSupervisor({
      ...worker,
      onMessage: (message) => this.#hear(message),
      onLost: (exit, runId) => this.#loseWorker(exit, runId),
      onStatus: () => this.#tellStatus(),
    });
  }

  enqueue(request: EnqueueRequest): RunRecord {
    if (this.#disk.isFull()) throw new StoreFullError('the run', 0);
    const { run, isNew } = this.#queue.enqueue(request);
    return isNew ? this.#announceQueued(run) : this.#records.of(run);
  }

  list({ states = [], limit = DEFAULT_LIST_LIMIT, before }: ListRequest = {}): readonly RunRecord[] {
    return this.#records.ofAll(this.#store.runs.list({ states, limit, ...(before === undefined ? {} : { before }) }));
  }

  read(id: string): RunDetail {
    return this.#detail(this.#records.of(this.#queue.read(id)));
  }

  readWorkflow(id: string): Workflow {
    return this.#queue.readWorkflow(id);
  }

  cancel(id: string): RunRecord {
    const run = this.#queue.read(id);
    if (run.state === 'queued' || run.state === 'running') this.#cancelOne(run);
    return this.#records.of(this.#queue.read(id));
  }

  cancelAll(): number {
    const { database, runs } = this.#store;
    const all = [...runs.running(), ...runs.list({ states: ['queued'], limit: this.#options.maxQueued + 1 })];
    database.transaction(() => {
      for (const run of all) runs.finish(run.id, this.#cancelled(run.id), this.#now());
    });
    for (const run of all) this.#endCancelled(run.id);
    return all.length;
  }

  retry(id: string): RunRecord {
    return this.#announceQueued(this.#queue.retry(id));
  }

  moveToFront(id: string): RunRecord {
    return this.#reorder(id, () => this.#store.runs.moveToFront(id));
  }

  setPriority(id: string, priority: number): RunRecord {
    return this.#reorder(id, () => this.#store.runs.setPriority(id, priority));
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
    this.#pump();
  }

  status(): QueueStatus {
    const reason = this.#reasonNotToWork();
    return {
      paused: this.#isPaused,
      queued: this.#store.runs.countQueued(),
      ...(this.#active === undefined || this.#active.isOver ? {} : { running: this.#active.run.id }),
      worker: this.#supervisor.status(),
      canTakeWork: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  eventsSince(seq: number): EventsSince {
    const events = this.#log.since(seq);
    return events === undefined ? { kind: 'snapshot', snapshot: this.#snapshot() } : { kind: 'events', events };
  }

  subscribe(listener: (event: ServerEvent) => void): Unsubscribe {
    return this.#log.subscribe(listener);
  }

  announce(event: ServerEventBody): void {
    this.#log.append(event);
  }

  onPreview(listener: (frame: PreviewFrame) => void): Unsubscribe {
    this.#previewListeners.add(listener);
    return () => this.#previewListeners.delete(listener);
  }

  watchPreviews(watching: boolean): void {
    this.#supervisor.send({ type: 'watch-previews', watching });
  }

  async forecast(workflow: Workflow, targets: readonly string[] = []): Promise<RunForecast> {
    const { catalog } = this.#options;
    const planned = planRun(workflow, catalog, targets.length === 0 ? undefined : targets);
    if (!planned.ok) throw new WorkflowProblems(planned.diagnostics);
    const order = createRunOrder({ workflow, targets }, { catalog, images: this.#store.images });
    const answer = await this.#forecasts.ask(order);
    if (answer !== undefined) return answer;
    const nodes = planned.value.nodes.map((node) => {
      const known = this.#store.timings.read(timingKeys(node));
      const expectedMs = timingKeys(node)
        .map((key) => known.get(key))
        .find((ms) => ms !== undefined);
      return { node: node.id, willRun: true, ...(expectedMs === undefined ? {} : { expectedMs }) };
    });
    return { nodes, cacheKnown: false };
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
    this.#disk.close();
  }

  /** Gives the worker the next run, if there is one and it may. */
  #pump(): void {
    if (this.#isClosing || this.#isPaused || this.#disk.isFull() || this.#active !== undefined) return;
    if (this.#supervisor.status().phase !== 'idle') return;
    const run = this.#claim();
    if (run === undefined) return;
    const { catalog, store } = this.#options;
    const workflow = this.#queue.readWorkflow(run.id);
    const order = createRunOrder({ workflow, targets: run.targets }, { catalog, images: store.images });
    this.#active = createActiveRun(run, (event) => this.#log.append(event));
    this.#tellRun(run);
    this.#supervisor.startRun(run.id, order);
  }

  #claim(): StoredRun | undefined {
    try {
      return this.#store.runs.claimNext(this.#now());
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#disk.reportFull(error.neededBytes);
      return undefined;
    }
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
        if (this.#active?.run.id === message.runId && !this.#active.isOver) {
          for (const listener of this.#previewListeners) listener(message);
        }
        break;
      case 'forecast':
      case 'forecast-problems':
        this.#forecasts.answer(message);
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
    const active = this.#active;
    if (active?.run.id !== runId || active.isOver) return;
    try {
      // Listed before anybody is told; their bytes are safe since before the worker spoke of them.
      const outputs = batch.outputs.length === 0 ? [] : this.#store.outputs.record(runId, batch.outputs, this.#now());
      active.apply(batch, outputs);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#stopForFullDisk(active, error);
    }
  }

  /** The bytes are there, but cannot be listed; so the run has failed, whatever the worker will say. */
  #stopForFullDisk(active: ActiveRun, { message, neededBytes }: StoreFullError): void {
    this.#end(active, { state: 'failed', error: { code: 'disk-full', message }, nodes: active.progress.nodes() });
    this.#disk.reportFull(neededBytes);
    this.#supervisor.cancelRun(active.run.id);
  }

  #finishActive(report: RunReport): void {
    const active = this.#active;
    this.#active = undefined;
    if (active !== undefined && !active.isOver) {
      if (this.#isClosing && report.outcome === 'cancelled') this.#callOff(active);
      else {
        this.#end(active, toRunEnding(report, active.progress), report.timings);
        if (report.diskNeededBytes !== undefined) this.#disk.reportFull(report.diskNeededBytes);
      }
    }
    this.#onDrained?.();
  }

  /** Gives a run its terminal state, unless it has one; on a full disk as soon as there is room. */
  #end(active: ActiveRun, ending: RunEnding, timings: RunReport['timings'] = []): void {
    active.flush();
    active.isOver = true;
    const { database, runs, timings: timingsTable } = this.#store;
    this.#disk.settle(() => {
      const hasEnded = database.transaction(() => {
        timingsTable.learn(new Map(timings), this.#now());
        return runs.finish(active.run.id, ending, this.#now());
      });
      if (hasEnded) this.#tellRun(this.#queue.read(active.run.id));
    });
  }

  /** The server leaves; the run did nothing wrong and keeps its place and its attempts. */
  #callOff(active: ActiveRun): void {
    active.flush();
    if (active.isOver) return;
    active.isOver = true;
    this.#disk.settle(() => {
      if (this.#store.runs.requeue(active.run.id, { keepsAttempt: false })) {
        this.#tellRun(this.#queue.read(active.run.id));
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
      this.#disk.settle(() => this.#tellRun(this.#queue.takeBack(active.run, lost)));
    }
    this.#onDrained?.();
  }

  #cancelOne(run: StoredRun): void {
    if (this.#store.runs.finish(run.id, this.#cancelled(run.id), this.#now())) this.#endCancelled(run.id);
  }

  #cancelled(runId: string): RunEnding {
    const active = this.#active?.run.id === runId ? this.#active : undefined;
    return { state: 'cancelled', ...(active === undefined ? {} : { nodes: active.progress.nodes() }) };
  }

  #endCancelled(runId: string): void {
    if (this.#active?.run.id === runId) {
      this.#active.flush();
      this.#active.isOver = true;
      this.#supervisor.cancelRun(runId);
    }
    this.#tellRun(this.#queue.read(runId));
  }

  #announceQueued(run: StoredRun): RunRecord {
    this.#log.append({ type: 'run-queued', run: this.#records.of(run) });
    this.#pump();
    return this.#records.of(this.#queue.read(run.id));
  }

  #reorder(id: string, change: () => boolean): RunRecord {
    const { state } = this.#queue.read(id);
    if (!change()) throw new WrongRunState(`The run is ${state}; only a queued run has a place in the queue.`);
    this.#tellQueue();
    return this.#records.of(this.#queue.read(id));
  }

  #setPaused(paused: boolean): void {
    this.#store.settings.write('queue-paused', paused ? 'yes' : 'no');
    this.#isPaused = paused;
    this.#tellQueue();
  }

  #reasonNotToWork(): string | undefined {
    if (this.#isClosing) return 'The server is shutting down.';
    if (this.#disk.isFull()) return 'The disk that holds the data folder is full. Work goes on when there is room.';
    const { phase, lastExit } = this.#supervisor.status();
    if (phase !== 'starting' && phase !== 'restarting') return undefined;
    if (performance.now() - this.#workerSeenMs < WORKER_PATIENCE_MS) return undefined;
    return `The worker process does not start${lastExit === undefined ? '' : ` (${lastExit.detail})`}.`;
  }

  #tellRun(run: StoredRun): void {
    this.#log.append({ type: 'run-changed', run: this.#records.of(run) });
  }

  #tellQueue(): void {
    this.#log.append({ type: 'queue-changed', order: this.#store.runs.queueOrder(), paused: this.#isPaused });
  }

  #tellStatus(): void {
    const { phase } = this.#supervisor.status();
    if (phase !== 'starting' && phase !== 'restarting') this.#workerSeenMs = performance.now();
    this.#log.append({ type: 'status-changed', status: this.status() });
    this.#pump();
  }

  #detail(record: RunRecord): RunDetail {
    const active = this.#active?.run.id === record.id ? this.#active : undefined;
    return { ...record, nodes: active?.progress.nodes() ?? this.#store.runs.readNodes(record.id) };
  }

  #snapshot(): ServerSnapshot {
    const { runs } = this.#store;
    const waiting = runs.queueOrder().flatMap((id) => runs.read(id) ?? []);
    const recent = runs.list({ states: ['succeeded', 'failed', 'cancelled'], limit: RECENT_RUNS });
    return {
      seq: this.#log.lastSeq(),
      status: this.status(),
      active: this.#records.ofAll([...runs.running(), ...waiting]).map((record) => this.#detail(record)),
      recent: this.#records.ofAll(recent),
    };
  }

  #now(): number {
    return this.#options.clock.wallMs();
  }
}

function countStart({ settings }: Store): number {
  const starts = Number(settings.read('starts') ?? 0) + 1;
  try {
    settings.write('starts', String(starts));
  } catch (error) {
    // The next start may then use these numbers again; better than a server that does not start on a full disk.
    if (!(error instanceof StoreFullError)) throw error;
  }
  return starts;
}
