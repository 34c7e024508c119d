import {
  type Catalog,
  finishInSlices,
  type Plan,
  type Result,
  type Workflow,
  withReason,
} from '@unclip-studio/graph-core';
import type {
  QueueStatus,
  ResultStoreCounts,
  RunDetail,
  RunForecast,
  RunOrder,
  RunRecord,
  ServerSnapshot,
  WorkerRecord,
} from '@unclip-studio/protocol';
import { createPreparedRuns, type PreparedRuns, type WorkflowText } from '../engine/prepared-runs.js';
import type { EventBus } from '../events/event-bus.js';
import { takeTurns } from '../services/take-turns.js';
import type { RunEnding, StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import { type StoreSweeper, sweepHourly } from '../store/store-sweeper.js';
import { expectedMsOf, timingKeysOf, workInSteps } from '../worker/timing-keys.js';
import type { Clock } from './clock.js';
import { createDiskWatch, type DiskWatch } from './disk-watch.js';
import { type DispatcherOptions, RunDispatcher } from './run-dispatcher.js';
import { WorkersOutOfReach, WorkflowProblems, WrongRunState } from './run-errors.js';
import { needsOf } from './run-needs.js';
import { createRunOrder } from './run-order.js';
import type { CreateRunPlace } from './run-place.js';
import { createRunQueue, type RunQueue } from './run-queue.js';
import { createRunRecords, type RunRecords } from './run-records.js';
import type { EnqueueRequest, ListRequest, RunFigures, RunService } from './run-service.js';
import { toForecast } from './to-forecast.js';
import { createWorkerQuestions, type ImageDescription, type WorkerQuestions } from './worker-questions.js';

export interface RunServiceOptions {
  /** Open; the caller closes it after the service. */
  readonly store: Store;
  /** The same nodes as the worker has; others once plug-ins have changed. */
  readonly catalog: () => Catalog;
  readonly clock: Clock;
  /** Where everything that happens is published. */
  readonly events: EventBus;
  /** Where runs are evaluated. */
  readonly place: CreateRunPlace;
  /** As many runs may wait. */
  readonly maxQueued: number;
  /** As many ended runs are kept regardless of their outputs; those whose images exist always are. */
  readonly historyRuns: number;
  /** Webhooks of every run except previews. */
  readonly webhooks?: readonly string[];
  /** Rejects a planned run with an error that says why; called when it is prepared. Left out, none is rejected. */
  admit?(plan: Plan): Promise<void>;
  /** Called when damaged cached results were recomputed, and when nothing can be cached for a while. */
  onResultTrouble(trouble: Pick<ResultStoreCounts, 'damaged' | 'problem'>): void;
  /** Called if removing old data failed; it is tried again later. */
  onSweepError(error: unknown): void;
  /** How often to look whether a full disk has room again; 1 s when left out. */
  readonly diskPollMs?: number;
}

/** Takes up the runs that the last server left, and starts the worker. */
export function createRunService(options: RunServiceOptions): RunService {
  const service = new StoredRunService(options);
  service.start();
  return service;
}

const RECENT_RUNS = 20;
const DEFAULT_LIST_LIMIT = 50;

class StoredRunService implements RunService {
  readonly #options: RunServiceOptions;
  readonly #store: Store;
  readonly #prepared: PreparedRuns;
  readonly #queue: RunQueue;
  readonly #records: RunRecords;
  readonly #events: EventBus;
  readonly #disk: DiskWatch;
  readonly #sweeper: StoreSweeper;
  readonly #dispatcher: RunDispatcher;
  readonly #questions: WorkerQuestions;
  #isPaused: boolean;
  #results: ResultStoreCounts = { read: 0, written: 0, damaged: 0, dropped: 0 };
  /** Without the number of waiting runs, which other events report. */
  #toldStatus = '';

  constructor(options: RunServiceOptions) {
    this.#options = options;
    const { store, diskPollMs } = options;
    this.#store = store;
    this.#prepared = createPreparedRuns(options.catalog);
    this.#queue = createRunQueue({ ...options, prepared: this.#prepared });
    this.#records = createRunRecords(store, (run) => this.#dispatcher.whyWaiting(run));
    this.#isPaused = store.settings.read('queue-paused') === 'yes';
    this.#events = options.events;
    this.#disk = createDiskWatch({
      folder: store.folder,
      ...(diskPollMs === undefined ? {} : { pollMs: diskPollMs }),
      onChange: (isFull) => {
        this.#tellStatus();
        if (!isFull) this.#dispatcher.pump();
      },
    });
    this.#questions = createWorkerQuestions((message, needs) => this.#dispatcher.place.send(message, needs));
    this.#sweeper = sweepHourly({
      ...{ store, keepRuns: options.historyRuns, wallMs: () => this.#now() },
      onError: options.onSweepError,
    });
    this.#dispatcher = new RunDispatcher({
      ...options,
      prepared: this.#prepared,
      queue: this.#queue,
      disk: this.#disk,
      isPaused: () => this.#isPaused,
      tell: (event) => this.#events.publish(event),
      tellRun: (run) => this.#tellRun(run),
      tellStatus: () => this.#tellStatus(),
      onMessage: (message) => this.#hear(message),
    });
  }

  start(): void {
    this.#dispatcher.start();
  }

  async prepare(workflow: Workflow, targets: readonly string[] = []): Promise<Result<Plan>> {
    const { plan } = await this.#prepared.prepareInTurns(this.#prepared.toText(workflow), targets);
    if (plan.ok) await this.#options.admit?.(plan.value);
    return plan;
  }

  enqueue(request: EnqueueRequest): RunRecord {
    return this.#addToQueue(() => this.#queue.enqueue(request));
  }

  list({ states = [], limit = DEFAULT_LIST_LIMIT, before }: ListRequest = {}): readonly RunRecord[] {
    return this.#records.ofAll(this.#store.runs.list({ states, limit, ...(before === undefined ? {} : { before }) }));
  }

  read(id: string): RunDetail {
    return this.#detail(this.#records.of(this.#queue.read(id)));
  }

  readWorkflow(id: string): Workflow {
    return this.#prepared.toWorkflow(this.#queue.readText(id));
  }

  cancel(id: string): RunRecord {
    const run = this.#queue.read(id);
    if (run.state === 'queued' || run.state === 'running') this.#cancelOne(run);
    return this.#records.of(this.#queue.read(id));
  }

  cancelAll(): number {
    const { database, runs } = this.#store;
    const all = [...this.#running(), ...runs.list({ states: ['queued'], limit: this.#options.maxQueued + 1 })];
    database.transaction(() => {
      for (const run of all) runs.finish(run.id, this.#cancelled(run.id), this.#now());
    });
    for (const run of all) this.#endCancelled(run.id);
    return all.length;
  }

  retry(id: string): RunRecord {
    return this.#addToQueue(() => ({ run: this.#queue.retry(id), isNew: true }));
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
    this.#dispatcher.pump();
  }

  status(): QueueStatus {
    return {
      paused: this.#isPaused,
      queued: this.#store.runs.countQueued(),
      ...this.#dispatcher.status(),
    };
  }

  figures(): RunFigures {
    return { ...this.#dispatcher.figures(), results: this.#results, workflows: { ...this.#prepared.counts } };
  }

  workers(): readonly WorkerRecord[] {
    return this.#dispatcher.place.workers();
  }

  watchPreviews(watching: boolean): void {
    this.#dispatcher.place.send({ type: 'watch-previews', watching });
  }

  reloadPlugins(): void {
    this.#dispatcher.place.send({ type: 'reload-plugins' });
  }

  freeMemory(results: boolean): void {
    this.#dispatcher.place.send({ type: 'free-memory', results });
  }

  async describe(sha256: string, checkpoints: readonly string[]): Promise<ImageDescription | undefined> {
    const { worker, queued } = this.status();
    return worker.phase === 'idle' && queued === 0 ? this.#questions.describe(sha256, checkpoints) : undefined;
  }

  async forecast(workflow: Workflow, targets: readonly string[] = []): Promise<RunForecast> {
    await this.prepare(workflow, targets);
    const { plan, ...checked } = this.#queue.check(workflow, targets);
    const order = this.#orderOf(checked, targets);
    const answer = await this.#questions.forecast(order, needsOf(plan, order.pictures));
    if (answer?.type === 'forecast-problems') throw new WorkflowProblems(answer.diagnostics);
    if (answer !== undefined) return toForecast(answer, this.#store.timings);
    const { device } = this.status().worker;
    const work = await finishInSlices(workInSteps(plan.nodes, device?.option ?? 'cpu'), takeTurns());
    const known = this.#store.timings.read(timingKeysOf(work.map(({ whole }) => whole)));
    const nodes = plan.nodes.map((node, place) => {
      const own = work[place];
      const expectedMs = own && expectedMsOf([own.whole], known);
      return { node: node.id, willRun: true, ...(expectedMs === undefined ? {} : { expectedMs }) };
    });
    return { nodes, cacheKnown: false };
  }

  rehearse(workflow: Workflow, targets: readonly string[]): void {
    this.#dispatcher.place.rehearse(this.#orderOf(this.#queue.check(workflow, targets), targets));
  }

  async close(): Promise<void> {
    this.#questions.close();
    await this.#dispatcher.close();
    await this.#sweeper.stop();
    this.#disk.close();
  }

  #orderOf(text: WorkflowText, targets: readonly string[]): RunOrder {
    return createRunOrder(text, targets, { prepared: this.#prepared, images: this.#store.images });
  }

  #hear(message: Parameters<DispatcherOptions['onMessage']>[0]): void {
    if (message.type === 'results') this.#countResults(message.counts);
    else if (message.type === 'preview') this.#events.publishPreview(message);
    else this.#questions.answer(message);
  }

  #countResults({ read, written, damaged, dropped, problem }: ResultStoreCounts): void {
    const before = this.#results;
    this.#results = {
      read: before.read + read,
      written: before.written + written,
      damaged: before.damaged + damaged,
      dropped: before.dropped + dropped,
      ...(problem === undefined ? {} : { problem }),
    };
    if (damaged > 0 || (problem !== undefined && problem !== before.problem)) {
      this.#options.onResultTrouble({ damaged, ...(problem === undefined ? {} : { problem }) });
    }
  }

  #cancelOne(run: StoredRun): void {
    if (this.#store.runs.finish(run.id, this.#cancelled(run.id), this.#now())) this.#endCancelled(run.id);
  }

  #cancelled(runId: string): RunEnding {
    const nodes = this.#dispatcher.nodesOf(runId);
    return { state: 'cancelled', ...(nodes === undefined ? {} : { nodes }) };
  }

  #endCancelled(runId: string): void {
    this.#dispatcher.stop(runId);
    this.#tellRun(this.#queue.read(runId));
  }

  /** An idle worker gets the run in the same transaction, which spares the user one wait for the disk. */
  #addToQueue(add: () => { readonly run: StoredRun; readonly isNew: boolean }): RunRecord {
    if (this.#disk.isFull()) throw new StoreFullError('the run', 0);
    const refusal = this.#dispatcher.place.refusal();
    if (refusal !== undefined) throw new WorkersOutOfReach(refusal);
    const { queued, isNew, claimed } = this.#store.database.transaction(() => {
      const { run, isNew } = add();
      return {
        queued: this.#records.of(run),
        isNew,
        claimed: isNew ? this.#dispatcher.claim({ mayShareOut: false }) : undefined,
      };
    });
    if (!isNew) return queued;
    this.#events.publish({ type: 'run-queued', run: queued });
    if (claimed !== undefined) this.#dispatcher.startRun(claimed);
    this.#dispatcher.pump();
    return this.#records.of(this.#queue.read(queued.id));
  }

  #reorder(id: string, change: () => boolean): RunRecord {
    const { state } = this.#queue.read(id);
    if (!change()) {
      const error = new WrongRunState(`The run is ${state}; only a queued run has a place in the queue.`);
      throw withReason(error, { code: 'run-not-queued' });
    }
    this.#tellQueue();
    return this.#records.of(this.#queue.read(id));
  }

  #setPaused(paused: boolean): void {
    this.#store.settings.write('queue-paused', paused ? 'yes' : 'no');
    this.#isPaused = paused;
    this.#tellQueue();
  }

  #tellRun(run: StoredRun): void {
    // As in a list: of a run of thousands of images the whole record would have megabytes, for every client.
    for (const record of this.#records.ofAll([run])) this.#events.publish({ type: 'run-changed', run: record });
  }

  #tellQueue(): void {
    this.#events.publish({ type: 'queue-changed', order: this.#store.runs.queueOrder(), paused: this.#isPaused });
  }

  #tellStatus(): void {
    const status = this.status();
    const text = JSON.stringify({ ...status, queued: 0 });
    if (text === this.#toldStatus) return;
    this.#toldStatus = text;
    this.#events.publish({ type: 'status-changed', status });
  }

  #detail(record: RunRecord): RunDetail {
    return { ...record, nodes: this.#dispatcher.nodesOf(record.id) ?? this.#store.runs.readNodes(record.id) };
  }

  snapshot(): ServerSnapshot {
    const { runs } = this.#store;
    const waiting = runs.queueOrder().flatMap((id) => runs.read(id) ?? []);
    const recent = runs.list({
      states: ['succeeded', 'failed', 'cancelled'],
      limit: RECENT_RUNS,
      withoutPreviews: true,
    });
    return {
      seq: this.#events.lastSeq(),
      status: this.status(),
      active: this.#records.ofAll([...this.#running(), ...waiting]).map((record) => this.#detail(record)),
      recent: this.#records.ofAll(recent),
    };
  }

  #running(): readonly StoredRun[] {
    return this.#store.runs.running().filter(({ partOf }) => partOf === null);
  }

  #now(): number {
    return this.#options.clock.wallMs();
  }
}
