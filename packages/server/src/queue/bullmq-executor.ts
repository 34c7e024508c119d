import { unreachable } from '@unclip-studio/graph-core';
import type { RunOrder, WorkerRecord, WorkerStatus } from '@unclip-studio/protocol';
import type { RunNeeds } from '../runs/run-needs.js';
import type { Claim, CreateRunPlace, RunPlace, RunPlaceListeners, ToPlace } from '../runs/run-place.js';
import { chooseWorker, chooseWorkerToAsk } from './choose-worker.js';
import { createLeases, type Leases } from './leases.js';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import type { FromRemoteWorker } from './queue-messages.js';
import { queueNames } from './queue-names.js';
import { createQueueOwner, type QueueOwner } from './queue-owner.js';
import {
  noWorkerProblem,
  otherOwnerProblem,
  outOfReachProblem,
  unsignedProblem,
  whyWaitingProblem,
} from './queue-problems.js';
import { RemoteRuns } from './remote-runs.js';
import { createRemoteWorkers, type RemoteWorker, type RemoteWorkers, summarizeWorkers } from './remote-workers.js';
import { createServerChannel, type ServerChannel } from './server-channel.js';
import { createSigner } from './signer.js';
import { createWorkerNotifier, type WorkerNotifier } from './worker-notifier.js';
import { createWorkerQueues, type WorkerQueues } from './worker-queues.js';

export interface BullmqPlaceOptions {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  /** Of the data folder: the same after a restart, and no other server's. */
  readonly server: string;
  /** Called with problems that only the operator can fix. */
  onNotice(words: string): void;
}

/** Workers on other machines, reached through BullMQ on Redis. */
export function bullmqPlace(options: BullmqPlaceOptions): CreateRunPlace {
  return (listeners) => new BullmqPlace(options, listeners);
}

class BullmqPlace implements RunPlace {
  readonly outlivesServer = true;
  readonly #options: BullmqPlaceOptions;
  readonly #listeners: RunPlaceListeners;
  readonly #owner: QueueOwner;
  readonly #channel: ServerChannel;
  readonly #queues: WorkerQueues;
  readonly #workers: RemoteWorkers;
  readonly #notifier: WorkerNotifier;
  readonly #leases: Leases = createLeases();
  /** Workers that have said goodbye. */
  readonly #leaving = new Set<string>();
  readonly #runs: RemoteRuns;
  readonly #timer: NodeJS.Timeout;
  #unsigned = 0;
  #isWatching = false;
  #isClosed = false;
  #hasChanged = false;
  #cleaning: NodeJS.Timeout | undefined;

  constructor(options: BullmqPlaceOptions, listeners: RunPlaceListeners) {
    const { address, times, server } = options;
    this.#options = options;
    this.#listeners = listeners;
    const names = queueNames(address.name);
    const signer = createSigner(address.key);
    const isClosed = () => this.#isClosed;
    this.#workers = createRemoteWorkers(times);
    this.#notifier = createWorkerNotifier({
      ...{ listeners, onNotice: options.onNotice, isClosed },
      living: () => this.#workers.living(),
      records: () => this.workers(),
    });
    this.#owner = createQueueOwner({
      key: names.owner,
      server,
      ttlMs: Math.max(times.lockMs / 2, times.probeMs * 3),
      onChange: () => this.#noteReach(this.#channel.link.isUp()),
    });
    const onUnsigned = () => {
      if (this.#unsigned++ === 0) options.onNotice(unsignedProblem(address));
    };
    this.#channel = createServerChannel({
      ...{ address, times, names, server, signer, onUnsigned },
      probe: (redis) => this.#owner.claim(redis),
      onMessage: (message) => this.#hear(message),
      onChange: (isUp) => this.#noteReach(isUp),
    });
    this.#queues = createWorkerQueues({
      ...{ redis: this.#channel.link.redis, names, times },
      onProgress: (worker, jobId, progress) => this.#runs.hearProgress(worker, jobId, progress),
      onCompleted: (worker, jobId, result) => this.#runs.hearResult(worker, jobId, result),
      onFailed: (worker, jobId) => this.#runs.hearFailed(worker, jobId),
    });
    this.#runs = new RemoteRuns({
      ...{ server, times, signer, listeners, isClosed, onUnsigned },
      ...{ channel: this.#channel, queues: this.#queues, workers: this.#workers, leases: this.#leases },
      onWorker: (id) => this.#noteLease(id),
      onRoom: () => this.#changed(),
    });
    this.#timer = setInterval(() => this.#look(), Math.max(20, Math.min(1_000, times.lockMs / 20)));
  }

  /** It is open as soon as Redis answers. */
  open(): void {}

  hasRoom(): boolean {
    return this.#channel.link.isUp() && !this.#owner.isOther() && this.#free().length > 0;
  }

  choose(needs: () => RunNeeds): string | undefined {
    const makers = this.#leases.makersOf(needs()).map(({ claim }) => this.#workers.get(claim.worker)?.resultsId);
    return chooseWorker({ needs: needs(), free: this.#free(), makers })?.record.id;
  }

  countSharers({ checkpoints }: RunNeeds): number {
    return this.#workers.countSharers(checkpoints);
  }

  start(claim: Claim, order: RunOrder, needs: () => RunNeeds): void {
    this.#runs.start(claim, order, needs());
  }

  adopt(claim: Claim, needs: () => RunNeeds): void {
    this.#runs.adopt(claim, needs());
  }

  cancel(claim: Claim): void {
    this.#runs.cancel(claim);
  }

  send(message: ToPlace, needs?: RunNeeds): void {
    if (message.type === 'watch-previews') {
      this.#isWatching = message.watching;
      this.#channel.tellAll(message);
      return;
    }
    // Each watches the folders of its own machine.
    if (message.type === 'reload-plugins') return;
    if (message.type === 'free-memory') {
      this.#channel.tellAll(message);
      return;
    }
    const worker = chooseWorkerToAsk({ message, needs, living: this.#workers.living(), free: this.#free() });
    if (worker !== undefined) this.#channel.tell(worker.record.id, message);
  }

  /** Workers elsewhere have continued while the server was away. */
  rehearse(): void {}

  status(): WorkerStatus {
    const summary = summarizeWorkers(this.#workers.living(), this.#free().length > 0);
    return this.#isClosed ? { ...summary, phase: 'closed' } : summary;
  }

  problem(): string | undefined {
    if (this.#owner.isOther() || !this.#channel.link.isUp()) return this.refusal() ?? this.#outOfReach();
    return this.#workers.living().length > 0 ? undefined : noWorkerProblem(this.#options.address);
  }

  refusal(): string | undefined {
    const { address, times } = this.#options;
    if (this.#owner.isOther()) return otherOwnerProblem(address);
    return this.#channel.link.silentMs() < times.patienceMs ? undefined : this.#outOfReach();
  }

  whyWaiting(needs: () => RunNeeds): string | undefined {
    const living = this.#workers.living();
    return living.length === 0 ? undefined : whyWaitingProblem(living, needs());
  }

  workers(): readonly WorkerRecord[] {
    const key = ({ host, startedAt }: WorkerRecord) => `${host} ${startedAt}`;
    return this.#workers
      .living()
      .map(({ record }) => ({ ...record, runs: this.#leases.runsOfWorker(record.id) }))
      .sort((a, b) => (key(a) < key(b) ? -1 : 1));
  }

  figures() {
    const modelRuns = this.#workers.modelRuns();
    return { ...this.#runs.figures, unsigned: this.#unsigned, inFlight: this.#leases.size, modelRuns };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    clearTimeout(this.#cleaning);
    this.#queues.close();
    this.#channel.link.close();
  }

  #hear(message: FromRemoteWorker): void {
    if (this.#isClosed) return;
    switch (message.type) {
      case 'hello':
        this.#hearHello(message);
        break;
      case 'bye':
        this.#workers.get(message.id)?.amend({ phase: 'closed' });
        this.#leaving.add(message.id);
        this.#noteLease(message.id);
        break;
      case 'preview-of':
        if (message.server !== this.#options.server || this.#leases.find(message) === undefined) break;
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
    this.#queues.open(id);
    this.#runs.hearClaims(id, hello.claims);
    if (!isChanged) return;
    this.#notifier.changed(id);
    this.#changed();
  }

  /** The worker has another run than before, or none. */
  #noteLease(id: string): void {
    this.#notifier.changed(id);
    // The result of its last run may come after its goodbye.
    if (this.#leaving.has(id) && this.#leases.ofWorker(id).length === 0) this.#dismiss(id);
  }

  #look(): void {
    this.#runs.look();
    if (!this.#channel.link.isUp()) return;
    const silent = this.#workers.dropSilent((worker) => this.#leases.ofWorker(worker).length > 0);
    for (const id of silent) this.#dismiss(id);
  }

  #dismiss(id: string): void {
    this.#workers.drop(id);
    this.#leaving.delete(id);
    void this.#queues.remove(id).catch(() => {});
    this.#listeners.onWorker({ type: 'worker-left', id });
    this.#notifier.left();
    this.#changed();
  }

  #noteReach(isUp: boolean): void {
    if (isUp && !this.#owner.isOther()) {
      this.#workers.resetSilence();
      this.#runs.resetSilence();
      this.#channel.tellAll({ type: 'who', server: this.#options.server, isWatching: this.#isWatching });
      // After the connected workers have replied.
      this.#cleaning ??= setTimeout(() => this.#clean(), this.#options.times.lockMs).unref();
    }
    this.#changed();
  }

  /** Removes the queues of workers that ended while no server was there. */
  #clean(): void {
    if (!this.#channel.link.isUp() || this.#owner.isOther()) return;
    const known = [...this.#workers.all()].map(({ record }) => record.id);
    const leased = [...this.#leases].map(({ claim }) => claim.worker);
    void this.#queues.removeOthers(new Set([...known, ...leased])).catch(() => {});
  }

  #free(): readonly RemoteWorker[] {
    return this.#workers
      .living()
      .filter((worker) => worker.isFit && this.#leases.ofWorker(worker.record.id).length < worker.record.slots);
  }

  #outOfReach(): string {
    const { link } = this.#channel;
    return outOfReachProblem(this.#options.address, link.silentMs(), link.lastProblem());
  }

  /** Reports everything from one turn of the event loop at once. */
  #changed(): void {
    if (this.#hasChanged) return;
    this.#hasChanged = true;
    setImmediate(() => {
      this.#hasChanged = false;
      if (!this.#isClosed) this.#listeners.onChange();
    });
  }
}
