import { unreachable } from '@unclip-studio/graph-core';
import type { RunOrder, RunUpdate, WorkerRecord, WorkerStatus } from '@unclip-studio/protocol';
import type { RunNeeds } from '../runs/run-needs.js';
import type { Claim, CreateRunPlace, Loss, RunPlace, RunPlaceListeners, ToPlace } from '../runs/run-place.js';
import { chooseWorkerToAsk } from './ask-worker.js';
import { handOver } from './hand-over.js';
import { createJobQueues, type JobQueues } from './job-queues.js';
import { noWorkerWords, otherOwnerWords, outOfReachWords, unsignedWords, whyWaitingWords } from './place-words.js';
import { placeRun } from './placement.js';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import type { ClaimName, FromRemoteWorker, Job, RunNews } from './queue-messages.js';
import { jobIdOf, queueNames } from './queue-names.js';
import { createQueueOwner, type QueueOwner } from './queue-owner.js';
import { createRemoteClaims, type RemoteClaim, type RemoteClaims, takeNews } from './remote-claims.js';
import { createRemoteWorkers, type RemoteWorker, type RemoteWorkers } from './remote-workers.js';
import { createSeal } from './seal.js';
import { createServerPost, type ServerPost } from './server-post.js';
import { summarizeWorkers } from './summarize-workers.js';
import { createWorkerTeller, type WorkerTeller } from './worker-teller.js';

export interface BullmqPlaceOptions {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  /** Of the data folder: the same after a restart, and no other server's. */
  readonly server: string;
  /** Told of what only the operator can see to. */
  onNotice(words: string): void;
}

// A worker that does not take what lies in its queue for so many signs of life is asked for it back.
const HELLOS_TO_TAKE = 2;

/** Workers on other machines, reached through BullMQ on Redis. */
export function bullmqPlace(options: BullmqPlaceOptions): CreateRunPlace {
  return (listeners) => new BullmqPlace(options, listeners);
}

class BullmqPlace implements RunPlace {
  readonly outlivesServer = true;
  readonly #options: BullmqPlaceOptions;
  readonly #listeners: RunPlaceListeners;
  readonly #owner: QueueOwner;
  readonly #post: ServerPost;
  readonly #jobs: JobQueues;
  readonly #workers: RemoteWorkers;
  readonly #teller: WorkerTeller;
  readonly #claims: RemoteClaims = createRemoteClaims();
  readonly #figures = { lost: 0, refused: 0, unsigned: 0 };
  readonly #timer: NodeJS.Timeout;
  #isWatching = false;
  #isClosed = false;
  #hasChanged = false;

  constructor(options: BullmqPlaceOptions, listeners: RunPlaceListeners) {
    const { address, times, server } = options;
    this.#options = options;
    this.#listeners = listeners;
    const names = queueNames(address.name);
    this.#workers = createRemoteWorkers(times);
    this.#teller = createWorkerTeller({
      ...{ listeners, onNotice: options.onNotice },
      living: () => this.#workers.living(),
      records: () => this.workers(),
      isOver: () => this.#isClosed,
    });
    this.#owner = createQueueOwner({
      key: names.owner,
      server,
      ttlMs: Math.max(times.lockMs / 2, times.probeMs * 3),
      onChange: () => this.#noteReach(this.#post.link.isUp()),
    });
    this.#post = createServerPost({
      ...{ address, times, names, server },
      seal: createSeal(address.key),
      probe: (redis) => this.#owner.claim(redis),
      onMessage: (message) => this.#hear(message),
      onUnsigned: () => {
        if (this.#figures.unsigned++ === 0) options.onNotice(unsignedWords(address));
      },
      onChange: (isUp) => this.#noteReach(isUp),
    });
    this.#jobs = createJobQueues(this.#post.link.redis, names);
    this.#timer = setInterval(() => this.#look(), Math.max(20, Math.min(1_000, times.lockMs / 20)));
  }

  /** It is open as soon as Redis answers. */
  open(): void {}

  hasRoom(): boolean {
    return this.#post.link.isUp() && !this.#owner.isOther() && this.#free().length > 0;
  }

  choose(needs: () => RunNeeds): string | undefined {
    const makers = this.#claims.makersOf(needs()).map(({ claim }) => this.#workers.get(claim.worker)?.resultsId);
    return placeRun({ needs: needs(), free: this.#free(), makers })?.record.id;
  }

  countSharers({ checkpoints }: RunNeeds): number {
    return this.#workers.countSharers(checkpoints);
  }

  start(claim: Claim, order: RunOrder, needs: () => RunNeeds): void {
    const placed = this.#claims.add(claim, needs());
    this.#workers.get(placed.claim.worker)?.noteStart(placed.needs);
    this.#changed();
    void this.#handOver(placed, order);
  }

  adopt(claim: Claim, needs: () => RunNeeds): void {
    this.#claims.add(claim, needs()).isHandedOver = true;
  }

  cancel(claim: Claim): void {
    const placed = this.#claims.find(claim);
    if (placed === undefined) return;
    placed.isCancelled = true;
    this.#claims.makesNothing(placed);
    this.#post.tell(placed.claim.worker, { type: 'cancel', ...this.#nameOf(placed) });
    // One that nobody has taken yet is over with that.
    if (placed.isHandedOver) void this.#takeBack(placed, 'it was cancelled before it was taken', true);
  }

  send(message: ToPlace, needs?: RunNeeds): void {
    if (message.type === 'watch-previews') {
      this.#isWatching = message.watching;
      this.#post.tellAll(message);
      return;
    }
    if (message.type === 'free-memory') {
      this.#post.tellAll(message);
      return;
    }
    const worker = chooseWorkerToAsk({ message, needs, living: this.#workers.living(), free: this.#free() });
    if (worker !== undefined) this.#post.tell(worker.record.id, message);
  }

  /** Workers elsewhere have gone on while the server was away. */
  rehearse(): void {}

  status(): WorkerStatus {
    const summary = summarizeWorkers(this.#workers.living(), this.#free().length > 0);
    return this.#isClosed ? { ...summary, phase: 'closed' } : summary;
  }

  problem(): string | undefined {
    if (this.#owner.isOther() || !this.#post.link.isUp()) return this.refusal() ?? this.#outOfReach();
    return this.#workers.living().length > 0 ? undefined : noWorkerWords(this.#options.address);
  }

  refusal(): string | undefined {
    const { address, times } = this.#options;
    if (this.#owner.isOther()) return otherOwnerWords(address);
    return this.#post.link.silentMs() < times.patienceMs ? undefined : this.#outOfReach();
  }

  whyWaiting(needs: () => RunNeeds): string | undefined {
    const living = this.#workers.living();
    return living.length === 0 ? undefined : whyWaitingWords(living, needs());
  }

  workers(): readonly WorkerRecord[] {
    const key = ({ host, startedAt }: WorkerRecord) => `${host} ${startedAt}`;
    return this.#workers
      .living()
      .map(({ record }) => ({ ...record, runs: this.#claims.runsOfWorker(record.id) }))
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  figures() {
    return { ...this.#figures, inFlight: this.#claims.size, modelRuns: this.#workers.modelRuns() };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await Promise.race([this.#jobs.close(), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    this.#post.link.close();
  }

  async #handOver(placed: RemoteClaim, order: RunOrder): Promise<void> {
    const { claim } = placed;
    const job: Job = { ...this.#nameOf(placed), order };
    const sealed = this.#post.sealJob(claim.worker, job);
    const problem = await handOver({
      add: () => this.#jobs.add(claim.worker, jobIdOf(claim), sealed),
      isWanted: () => !this.#isClosed && !placed.isCancelled && this.#claims.find(claim) === placed,
    });
    if (problem !== undefined) {
      const detail = `it could not be handed over: ${problem}`;
      this.#lose(placed, { exit: { reason: 'lost', detail }, isBlameless: true });
      return;
    }
    placed.isHandedOver = true;
    placed.seenMs = performance.now();
    if (placed.isCancelled) this.cancel(claim);
    else this.#post.tell(claim.worker, { type: 'work' });
  }

  #hear(message: FromRemoteWorker): void {
    if (this.#isClosed) return;
    switch (message.type) {
      case 'hello':
        this.#hearHello(message);
        break;
      case 'bye':
        this.#workers.get(message.id)?.amend({ phase: 'closed' });
        if (this.#claims.ofWorker(message.id).length === 0) this.#dismiss(message.id);
        break;
      case 'news':
        this.#hearNews(message);
        break;
      case 'preview-of':
        if (message.server !== this.#options.server || this.#claims.find(message) === undefined) break;
        this.#listeners.onMessage(message.preview);
        break;
      case 'forecast':
      case 'forecast-problems':
      case 'described':
      case 'results':
        this.#listeners.onMessage(message);
        break;
      default:
        unreachable(message);
    }
  }

  #hearHello(hello: Extract<FromRemoteWorker, { readonly type: 'hello' }>): void {
    const { id } = hello.worker;
    const isChanged = this.#workers.hear(hello);
    for (const name of hello.claims) {
      if (name.server !== this.#options.server) continue;
      const placed = this.#claims.find(name);
      if (placed !== undefined) placed.seenMs = performance.now();
      if (placed === undefined || placed.isCancelled) this.#post.tell(id, { type: 'cancel', ...name });
      // One that was taken up knows nothing yet of what came before.
      else if (placed.nextNews === 0) this.#post.tell(id, { type: 'repeat', ...name, from: 0 });
    }
    for (const placed of this.#claims.ofWorker(id)) this.#checkTaken(placed);
    if (!isChanged) return;
    this.#teller.changed(id);
    this.#changed();
  }

  /** A worker that is there but does not have what it was given has not heard of it, or has lost it. */
  #checkTaken(placed: RemoteClaim): void {
    if (!placed.isHandedOver) return;
    const unseenMs = performance.now() - placed.seenMs;
    const { helloMs } = this.#options.times;
    if (unseenMs > helloMs * HELLOS_TO_TAKE) {
      void this.#takeBack(placed, 'its worker did not take it', true);
    } else if (unseenMs > helloMs / 2) this.#post.tell(placed.claim.worker, { type: 'work' });
  }

  #hearNews(message: Extract<FromRemoteWorker, { readonly type: 'news' }>): void {
    const { id, server, runId, token, before } = message;
    if (server !== this.#options.server) return;
    const name = { server, runId, token };
    const placed = this.#claims.find(message);
    if (placed === undefined || placed.claim.worker !== id) {
      // Of a claim that is over: it counts for nothing, and its worker may stop.
      if (!this.#claims.hasEnded(message)) this.#figures.refused++;
      this.#post.tell(id, { type: 'acknowledge', ...name, before });
      this.#post.tell(id, { type: 'cancel', ...name });
      return;
    }
    placed.seenMs = performance.now();
    const news = takeNews(placed, message);
    if (news === undefined) {
      this.#post.tell(id, { type: 'repeat', ...name, from: placed.nextNews });
      return;
    }
    for (const item of news) this.#apply(placed, item);
    this.#post.tell(id, { type: 'acknowledge', ...name, before: placed.nextNews });
    if (placed.isCancelled && this.#claims.find(message) === placed) this.#post.tell(id, { type: 'cancel', ...name });
  }

  #apply(placed: RemoteClaim, news: RunNews): void {
    const { claim } = placed;
    switch (news.type) {
      case 'events':
        this.#learn(placed, news.updates);
        if (!this.#listeners.onEvents(claim, news.updates)) this.#figures.refused++;
        break;
      case 'ended':
        this.#learn(placed, news.updates);
        if (!this.#remove(placed)) break;
        if (!this.#listeners.onEnded(claim, news.updates, news.report)) this.#figures.refused++;
        break;
      case 'lost':
        this.#workers.get(claim.worker)?.amend({ phase: 'restarting' });
        this.#lose(placed, { exit: news.exit, isBlameless: false });
        break;
      case 'given-back':
        this.#lose(placed, { exit: { reason: 'lost', detail: news.why }, isBlameless: true });
        break;
      default:
        unreachable(news);
    }
  }

  /** Which results the worker has now, for whoever needs one of them. */
  #learn(placed: RemoteClaim, updates: readonly RunUpdate[]): void {
    const worker = this.#workers.get(placed.claim.worker);
    let hasFreed = false;
    for (const node of updates.flatMap(nodesMade)) {
      const result = placed.needs.results.get(node);
      if (result === undefined) continue;
      worker?.learn(result);
      hasFreed = this.#claims.hasMade(placed, node) || hasFreed;
    }
    if (hasFreed && this.hasRoom()) this.#changed();
  }

  #lose(placed: RemoteClaim, loss: Loss): void {
    // What is closed writes nothing down; the next start takes the claim up.
    if (this.#isClosed || !this.#remove(placed)) return;
    if (!loss.isBlameless) this.#figures.lost++;
    this.#listeners.onLost(placed.claim, loss);
  }

  #remove(placed: RemoteClaim): boolean {
    const wasThere = this.#claims.remove(placed);
    if (wasThere) this.#teller.changed(placed.claim.worker);
    this.#changed();
    return wasThere;
  }

  /** Takes a run from its worker, if the worker does not hold its lock any more. */
  async #takeBack(placed: RemoteClaim, detail: string, isBlameless: boolean): Promise<void> {
    if (placed.isBeingTaken || !this.#post.link.isUp()) return;
    placed.isBeingTaken = true;
    const isTaken = await this.#jobs.takeBack(placed.claim.worker, jobIdOf(placed.claim)).catch(() => false);
    placed.isBeingTaken = false;
    if (!isTaken) return;
    this.#post.tell(placed.claim.worker, { type: 'cancel', ...this.#nameOf(placed) });
    this.#lose(placed, { exit: { reason: 'lost', detail }, isBlameless });
  }

  #look(): void {
    const isUp = this.#post.link.isUp();
    for (const placed of this.#claims) {
      if (!isUp) placed.sawOutage = true;
      const silentMs = performance.now() - placed.seenMs;
      if (!isUp || !placed.isHandedOver || silentMs < this.#options.times.lockMs) continue;
      const detail = `nothing was heard of its worker for ${Number((silentMs / 1000).toFixed(1))} s`;
      void this.#takeBack(placed, detail, placed.sawOutage);
    }
    if (!isUp) return;
    for (const id of this.#workers.dropSilent((worker) => this.#claims.ofWorker(worker).length > 0)) this.#dismiss(id);
  }

  #dismiss(id: string): void {
    this.#workers.drop(id);
    void this.#jobs.remove(id).catch(() => {});
    this.#listeners.onWorker({ type: 'worker-left', id });
    this.#teller.left();
    this.#changed();
  }

  #noteReach(isUp: boolean): void {
    if (isUp && !this.#owner.isOther()) {
      // Their silence was ours.
      this.#workers.forgive();
      for (const placed of this.#claims) placed.seenMs = performance.now();
      this.#post.tellAll({ type: 'who', server: this.#options.server, isWatching: this.#isWatching });
    }
    this.#changed();
  }

  #free(): readonly RemoteWorker[] {
    return this.#workers
      .living()
      .filter((worker) => worker.isFit && this.#claims.ofWorker(worker.record.id).length < worker.record.slots);
  }

  #outOfReach(): string {
    const { link } = this.#post;
    return outOfReachWords(this.#options.address, link.silentMs(), link.lastProblem());
  }

  #nameOf({ claim: { runId, token } }: RemoteClaim): ClaimName {
    return { server: this.#options.server, runId, token };
  }

  /** Tells of all that happens in one turn of the event loop at once. */
  #changed(): void {
    if (this.#hasChanged) return;
    this.#hasChanged = true;
    setImmediate(() => {
      this.#hasChanged = false;
      if (!this.#isClosed) this.#listeners.onChange();
    });
  }
}

/** The nodes whose results are there now. */
function nodesMade(update: RunUpdate): readonly string[] {
  if (update.type === 'nodes-cached') return update.nodes;
  return update.type === 'nodes-finished' ? Object.keys(update.durationsMs) : [];
}
