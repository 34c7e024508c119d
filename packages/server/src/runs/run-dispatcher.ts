import type { QueueStatus, RunDetail, RunReport, RunUpdate, ServerEventBody } from '@unclip-studio/protocol';
import type { PreparedRuns } from '../engine/prepared-runs.js';
import { SHARED_OUT } from '../store/run-parts-table.js';
import type { RunEnding, StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { StoreFullError } from '../store/store-errors.js';
import { type ActiveRun, createActiveRun } from './active-run.js';
import type { Clock } from './clock.js';
import type { DiskWatch } from './disk-watch.js';
import { createNeedsMemo, type NeedsMemo } from './needs-memo.js';
import { wholeRunId } from './parts-of-plan.js';
import { type ClaimOptions, createRunClaims, type RunClaims } from './run-claims.js';
import { toRunEnding } from './run-ending.js';
import { createRunOrder } from './run-order.js';
import type { Claim, CreateRunPlace, FromPlace, Loss, RunPlace } from './run-place.js';
import type { RunQueue } from './run-queue.js';
import type { RunFigures } from './run-service.js';

export interface DispatcherOptions {
  readonly store: Store;
  readonly prepared: PreparedRuns;
  readonly clock: Clock;
  readonly queue: RunQueue;
  readonly disk: DiskWatch;
  readonly place: CreateRunPlace;
  /** Called before a run is taken from the queue. */
  isPaused(): boolean;
  tell(event: ServerEventBody): void;
  tellRun(run: StoredRun): void;
  tellStatus(): void;
  /** What a worker says that is not about the course of a run. */
  onMessage(message: FromPlace): void;
}

// What a drained run may take to reach its next step, so that the server is gone within ten seconds.
const DRAIN_MS = 8_000;

type RunFindings = Pick<RunReport, 'timings' | 'warnings'>;

/** Takes runs from the queue to where they are evaluated and writes down what becomes of them. */
export class RunDispatcher {
  readonly #options: DispatcherOptions;
  readonly #place: RunPlace;
  /** By run, in the order in which they were started. */
  readonly #active = new Map<string, ActiveRun>();
  readonly #needs: NeedsMemo;
  readonly #claims: RunClaims;
  /** What users know about waiting runs. */
  readonly #toldWaiting = new Map<string, string>();
  readonly #queueDelay = { count: 0, sumMs: 0 };
  #isClosing = false;
  #onDrained: (() => void) | undefined;

  constructor(options: DispatcherOptions) {
    this.#options = options;
    this.#needs = createNeedsMemo(options);
    this.#place = options.place({
      onEvents: (claim, updates) => this.#hearEvents(claim, updates),
      onEnded: (claim, updates, report) => this.#hearEnd(claim, updates, report),
      onLost: (claim, loss) => this.#lose(claim, loss),
      onMessage: (message) => {
        if (message.type !== 'preview') options.onMessage(message);
        else if (this.activeRun(message.runId)?.isOver === false) {
          options.onMessage({ ...message, runId: wholeRunId(message.runId) });
        }
      },
      onChange: () => {
        options.tellStatus();
        this.pump();
      },
      onWorker: options.tell,
      onHoldings: () => this.#tellWaiting(),
    });
    this.#claims = createRunClaims({
      ...options,
      place: this.#place,
      needs: this.#needs,
      active: () => this.#active.values(),
      onSharedOut: (whole) => this.#beginInParts(whole),
    });
  }

  /** Takes over the runs of an earlier server, and those that have continued elsewhere, and starts dispatching. */
  start(): void {
    const { disk, queue, store } = this.#options;
    const goesOn = (run: StoredRun) => this.#place.outlivesServer && run.worker !== null;
    disk.settle(() => {
      if (!this.#place.outlivesServer) store.parts.dropAll();
      queue.recover(goesOn);
    });
    for (const run of store.runs.running()) if (goesOn(run)) this.#adopt(run);
    this.#place.open();
  }

  get place(): RunPlace {
    return this.#place;
  }

  /** The run, if some worker has it. */
  activeRun(runId: string): ActiveRun | undefined {
    return this.#active.get(runId);
  }

  nodesOf(runId: string): RunDetail['nodes'] | undefined {
    return this.activeRun(runId)?.nodes();
  }

  status(): Pick<QueueStatus, 'running' | 'worker' | 'canTakeWork' | 'reason'> {
    const reason = this.#reasonNotToWork();
    const running = [...this.#active.values()].find(({ isOver, run }) => !isOver && run.partOf === null);
    return {
      ...(running === undefined ? {} : { running: running.run.id }),
      worker: this.#place.status(),
      canTakeWork: reason === undefined,
      ...(reason === undefined ? {} : { reason }),
    };
  }

  figures(): Omit<RunFigures, 'results' | 'workflows'> {
    return { ...this.#place.figures(), queueDelay: { ...this.#queueDelay } };
  }

  /** Why a queued run would wait although there is room. */
  whyWaiting(run: StoredRun): string | undefined {
    return this.#place.whyWaiting(() => this.#needs.of(run));
  }

  /** Dispatches the next runs to workers, while there are some and it is allowed. */
  pump(): void {
    try {
      for (let run = this.claim(); run !== undefined; run = this.claim()) this.startRun(run);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#options.disk.reportFull(error.neededBytes);
    }
  }

  /**
   * Takes the next run that can start now out of the queue; the caller must start it. See {@link RunClaims}.
   *
   * @throws StoreFullError
   */
  claim(options: ClaimOptions = { mayShareOut: true }): StoredRun | undefined {
    const { disk, isPaused } = this.#options;
    if (this.#isClosing || isPaused() || disk.isFull()) return undefined;
    return this.#claims.next(options);
  }

  startRun(run: StoredRun): void {
    const { queue, prepared, store } = this.#options;
    if (run.partOf === null && !this.#active.has(run.id)) this.#noteDelay(run);
    const order = createRunOrder(queue.readText(run.id), run.targets, { prepared, images: store.images });
    this.#activate(run);
    this.#tellRun(run);
    this.#place.start(toClaim(run), order, () => this.#needs.of(run));
  }

  /** Notifies the worker about a run that has its final state. */
  stop(runId: string): void {
    this.#needs.forget(runId);
    this.#toldWaiting.delete(runId);
    const active = this.activeRun(runId);
    if (active === undefined) return;
    active.isOver = true;
    if (active.run.worker === SHARED_OUT) this.#endShared(active);
    else this.#place.cancel(toClaim(active.run));
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    if (!this.#place.outlivesServer) await this.#drain();
    await this.#place.close();
    if (!this.#place.outlivesServer) for (const active of this.#active.values()) this.#callOff(active);
  }

  async #drain(): Promise<void> {
    if (this.#active.size === 0) return;
    const drained = new Promise<void>((resolve) => {
      this.#onDrained = resolve;
      setTimeout(resolve, DRAIN_MS).unref();
    });
    for (const { run } of this.#active.values()) this.#place.cancel(toClaim(run));
    await drained;
  }

  #adopt(run: StoredRun): void {
    this.#activate(run);
    if (run.worker !== SHARED_OUT) this.#place.adopt(toClaim(run), () => this.#needs.of(run));
  }

  /** Reports a run whose shards are queued as started. */
  #beginInParts(whole: StoredRun): void {
    const { queue, prepared } = this.#options;
    this.#noteDelay(whole);
    const active = this.#activate(whole);
    this.#tellRun(whole);
    const { plan } = prepared.prepare(queue.readText(whole.id), whole.targets);
    active.apply([{ type: 'run-started', nodes: plan.ok ? plan.value.nodes.map(({ id }) => id) : [] }], []);
  }

  #activate(run: StoredRun): ActiveRun {
    // A shard is not reported itself; its progress is reported as that of the whole run.
    const tell = run.partOf === null ? this.#options.tell : () => {};
    const active = createActiveRun(run, tell, this.#active.get(run.id));
    this.#active.set(run.id, active);
    this.#toldWaiting.delete(run.id);
    return active;
  }

  #wholeOf({ run }: ActiveRun): ActiveRun | undefined {
    return run.partOf === null ? undefined : this.#active.get(run.partOf);
  }

  /** Ends its shards too; their rows were removed with its own end. */
  #endShared(whole: ActiveRun): void {
    this.#release(whole);
    for (const part of this.#active.values()) {
      if (part.run.partOf !== whole.run.id || part.isOver) continue;
      part.isOver = true;
      this.#needs.forget(part.run.id);
      this.#place.cancel(toClaim(part.run));
    }
  }

  #noteDelay({ createdAt }: StoredRun): void {
    this.#queueDelay.count++;
    this.#queueDelay.sumMs += Math.max(0, this.#options.clock.wallMs() - createdAt);
  }

  #tellRun(run: StoredRun): void {
    if (run.partOf === null) this.#options.tellRun(run);
  }

  #hearEvents(claim: Claim, updates: readonly RunUpdate[]): boolean {
    const active = this.#held(claim);
    if (active !== undefined) this.#applyUpdates(active, updates);
    return active !== undefined;
  }

  #hearEnd(claim: Claim, updates: readonly RunUpdate[], report: RunReport): boolean {
    const active = this.#held(claim);
    if (active === undefined) return false;
    this.#applyUpdates(active, updates);
    this.#release(active);
    if (!active.isOver) {
      if (this.#isClosing && report.outcome === 'cancelled') this.#callOff(active);
      else {
        this.#end(active, toRunEnding(report, active), report);
        if (report.diskNeededBytes !== undefined) this.#options.disk.reportFull(report.diskNeededBytes);
      }
    }
    this.#settleDrain();
    return true;
  }

  #applyUpdates(active: ActiveRun, updates: readonly RunUpdate[]): void {
    if (active.isOver) return;
    const { clock, store } = this.#options;
    const { id, token } = active.run;
    try {
      // Listed before clients are notified; their bytes have been safe since before the worker reported them.
      const made = updates.flatMap((update) => (update.type === 'outputs-made' ? update.outputs : []));
      const outputs =
        made.length === 0
          ? []
          : store.database.transaction(() =>
              store.runs.isHeld(id, token) ? store.outputs.record(id, made, clock.wallMs()) : [],
            );
      active.apply(updates, outputs);
      // The nodes of the whole run were reported when it was split.
      const ofWhole = updates.filter(({ type }) => type !== 'run-started');
      this.#wholeOf(active)?.apply(ofWhole, outputs);
    } catch (error) {
      if (!(error instanceof StoreFullError)) throw error;
      this.#stopForFullDisk(active, error);
    }
  }

  /** The bytes are stored, but cannot be listed; so the run has failed, whatever the worker reports. */
  #stopForFullDisk(active: ActiveRun, { message, neededBytes }: StoreFullError): void {
    this.#end(active, { state: 'failed', error: { code: 'disk-full', message }, nodes: active.nodes() });
    this.#options.disk.reportFull(neededBytes);
    this.#place.cancel(toClaim(active.run));
  }

  /** Sets the final state of a run, unless it has one; on a full disk as soon as there is room. */
  #end(active: ActiveRun, ending: RunEnding, { timings, warnings = [] }: RunFindings = { timings: [] }): void {
    active.isOver = true;
    const { id, token, partOf } = active.run;
    const { database, runs, timings: timingsTable } = this.#options.store;
    this.#options.disk.settle(() => {
      const hasEnded = database.transaction(() => {
        timingsTable.learn(new Map(timings), this.#options.clock.wallMs());
        const isEnd = runs.finish(id, ending, this.#options.clock.wallMs(), token);
        // Users see the run as a whole, and never its shards.
        if (isEnd) runs.addWarnings(partOf ?? id, warnings);
        return isEnd;
      });
      if (hasEnded) this.#tellRun(this.#options.queue.read(id));
    });
    this.#needs.forget(id);
    if (active.run.worker === SHARED_OUT) this.#endShared(active);
    else if (ending.state !== 'succeeded') this.#endWhole(active, ending);
  }

  /** A run is not made without one of its parts. */
  #endWhole(part: ActiveRun, { state, error }: Pick<RunEnding, 'state' | 'error'>): void {
    const whole = this.#wholeOf(part);
    if (whole === undefined || whole.isOver) return;
    const nodes = whole.nodes();
    this.#end(whole, { state, nodes, ...(error === undefined ? {} : { error }) });
  }

  /** The run did nothing wrong and keeps its place and its attempts. */
  #callOff(active: ActiveRun): void {
    if (active.isOver) return;
    active.isOver = true;
    const { id, token } = active.run;
    this.#options.disk.settle(() => {
      if (this.#options.store.runs.requeue(id, { keepsAttempt: false, token })) {
        this.#tellRun(this.#options.queue.read(id));
      }
    });
  }

  #lose(claim: Claim, { exit: { reason, detail }, isBlameless }: Loss): boolean {
    const active = this.#held(claim);
    if (active === undefined) return false;
    this.#release(active);
    if (reason === 'device-lost') this.#warn(active, `The device failed, so the run was started again: ${detail}.`);
    if (isBlameless) this.#callOff(active);
    else if (!active.isOver) {
      active.isOver = true;
      const lost = {
        exit: reason,
        detail: `the worker ended (${reason}: ${detail})`,
        node: active.currentNode(),
      };
      this.#options.disk.settle(() => {
        const run = this.#options.queue.takeBack(active.run, lost);
        this.#tellRun(run);
        if (run.state === 'failed') this.#endWhole(active, { state: 'failed', ...(run.error && { error: run.error }) });
      });
    }
    this.#settleDrain();
    return true;
  }

  #warn({ run: { id, partOf } }: ActiveRun, message: string): void {
    const { store, disk } = this.#options;
    disk.settle(() => store.runs.addWarnings(partOf ?? id, [{ message }]));
  }

  #held({ runId, token }: Claim): ActiveRun | undefined {
    const active = this.#active.get(runId);
    return active?.run.token === token ? active : undefined;
  }

  #release({ run }: ActiveRun): void {
    this.#active.delete(run.id);
  }

  #settleDrain(): void {
    if (this.#active.size === 0) this.#onDrained?.();
  }

  /** Reports runs, queued or in shards, whose reason for waiting has changed. */
  #tellWaiting(): void {
    const { queue, store, tellRun } = this.#options;
    const inParts = [...this.#active.values()].filter(({ run, isOver }) => run.worker === SHARED_OUT && !isOver);
    for (const id of [...store.runs.queueOrder(), ...inParts.map(({ run }) => run.id)]) {
      const run = queue.read(id);
      const why = this.whyWaiting(run) ?? '';
      if (why === (this.#toldWaiting.get(id) ?? '')) continue;
      this.#toldWaiting.set(id, why);
      tellRun(run);
    }
  }

  #reasonNotToWork(): string | undefined {
    if (this.#isClosing) return 'The server is shutting down.';
    if (this.#options.disk.isFull())
      return 'The disk that holds the data folder is full. Work continues when there is room.';
    return this.#place.problem();
  }
}

function toClaim({ id, token, worker }: StoredRun): Claim {
  return { runId: id, token, worker };
}
