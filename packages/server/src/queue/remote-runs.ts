import { unreachable } from '@unclip-studio/graph-core';
import type { RunOrder, RunUpdate } from '@unclip-studio/protocol';
import type { RunNeeds } from '../runs/run-needs.js';
import type { Claim, Loss, RunPlaceListeners } from '../runs/run-place.js';
import type { Lease, Leases } from './leases.js';
import type { QueueTimes } from './queue-address.js';
import type { ClaimName, JobOrder, JobProgress, JobResult } from './queue-messages.js';
import { jobAddressesOf, jobIdOf } from './queue-names.js';
import type { RemoteWorkers } from './remote-workers.js';
import type { ServerChannel } from './server-channel.js';
import type { Signer } from './signer.js';
import type { TakenBack, WorkerQueues } from './worker-queues.js';

export interface RemoteRunsOptions {
  readonly server: string;
  readonly times: QueueTimes;
  readonly signer: Signer;
  readonly channel: ServerChannel;
  readonly queues: WorkerQueues;
  readonly workers: RemoteWorkers;
  readonly leases: Leases;
  readonly listeners: Pick<RunPlaceListeners, 'onEvents' | 'onEnded' | 'onLost'>;
  /** The worker has another run than before, or none. */
  onWorker(id: string): void;
  /** There may be room, or a result for which a run waits. */
  onRoom(): void;
  onUnsigned(): void;
  isClosed(): boolean;
}

// A worker that has not reported on its run for this many heartbeats may have lost it.
const HELLOS_TO_LOSE = 2;
// A job that Redis does not take goes back to the run table, which dispatches it again once Redis is available.
const DISPATCH_PATIENCE_MS = 5_000;
const DISPATCH_PAUSE_MS = 250;

/** The runs that workers have, from the job that is added until its result, or until the run is taken back. */
export class RemoteRuns {
  readonly figures = { lost: 0, refused: 0 };
  readonly #options: RemoteRunsOptions;

  constructor(options: RemoteRunsOptions) {
    this.#options = options;
  }

  start(claim: Claim, order: RunOrder, needs: RunNeeds): void {
    const { leases, workers } = this.#options;
    const lease = leases.add(claim, needs);
    workers.get(lease.claim.worker)?.noteStart(needs);
    this.#options.onRoom();
    void this.#dispatch(lease, order);
  }

  /** Takes up what a server before this one has started; its events so far are read again. */
  adopt(claim: Claim, needs: RunNeeds): void {
    const { leases, queues } = this.#options;
    const lease = leases.add(claim, needs);
    lease.isDispatched = true;
    queues.open(lease.claim.worker);
  }

  cancel(claim: Claim): void {
    const { leases } = this.#options;
    const lease = leases.find(claim);
    if (lease === undefined) return;
    lease.isCancelled = true;
    leases.makesNothing(lease);
    this.#tellToCancel(lease);
    // One that no worker has taken yet is over with that.
    if (lease.isDispatched) void this.#takeBack(lease);
  }

  /** What the worker has, as it says. */
  hearClaims(worker: string, claims: readonly ClaimName[]): void {
    const { channel, leases, server } = this.#options;
    for (const name of claims) {
      if (name.server !== server) continue;
      const lease = leases.find(name);
      if (lease !== undefined) lease.seenMs = performance.now();
      if (lease === undefined || lease.isCancelled) channel.tell(worker, { type: 'cancel', ...name });
    }
  }

  hearProgress(worker: string, jobId: string, signed: unknown): void {
    const lease = this.#leaseOf(worker, jobId);
    const progress = lease && this.#verify<JobProgress>(lease, signed, jobAddressesOf(worker).progress);
    if (lease === undefined || progress === undefined) return;
    lease.seenMs = performance.now();
    // A command that was sent again is received twice. After a gap the result contains what was missed.
    if (progress.seq !== lease.nextSeq) return;
    lease.nextSeq++;
    this.#learn(lease, progress.updates);
    if (!this.#options.listeners.onEvents(lease.claim, progress.updates)) this.figures.refused++;
  }

  hearResult(worker: string, jobId: string, signed: unknown): void {
    const lease = this.#leaseOf(worker, jobId);
    if (lease === undefined) return;
    const result = this.#verify<JobResult>(lease, signed, jobAddressesOf(worker).result);
    if (result === undefined) {
      this.#lose(lease, { exit: { reason: 'lost', detail: 'its worker did not accept it' }, isBlameless: true });
      return;
    }
    const missed = result.seq === lease.nextSeq ? [] : result.updates;
    this.#learn(lease, missed);
    this.#end(lease, missed, result);
  }

  /** BullMQ has given the job up, as it does with one whose lock has lapsed. */
  hearFailed(worker: string, jobId: string): void {
    const lease = this.#leaseOf(worker, jobId);
    if (lease !== undefined) void this.#takeBack(lease);
  }

  /** Takes back what no worker has any more; a lock that has not lapsed keeps it. */
  look(): void {
    const { channel, leases, times } = this.#options;
    const isUp = channel.link.isUp();
    for (const lease of leases) {
      if (!isUp) lease.sawOutage = true;
      const isUnseen = performance.now() - lease.seenMs > times.helloMs * HELLOS_TO_LOSE;
      if (isUp && isUnseen && lease.isDispatched) void this.#takeBack(lease);
    }
  }

  /** Their silence was ours. */
  resetSilence(): void {
    for (const lease of this.#options.leases) lease.seenMs = performance.now();
  }

  async #dispatch(lease: Lease, order: RunOrder): Promise<void> {
    const { claim } = lease;
    const problem = await this.#add(lease, order);
    if (problem !== undefined) {
      const detail = `it could not be sent to its worker: ${problem}`;
      this.#lose(lease, { exit: { reason: 'lost', detail }, isBlameless: true });
      return;
    }
    lease.isDispatched = true;
    lease.seenMs = performance.now();
    if (lease.isCancelled) this.cancel(claim);
  }

  /** Tries again for a while. @returns why that was given up, if it was */
  async #add(lease: Lease, order: RunOrder): Promise<string | undefined> {
    const { isClosed, leases, queues, signer } = this.#options;
    const { worker } = lease.claim;
    const job: JobOrder = { ...this.#nameOf(lease), order };
    const signed = signer.signText(jobAddressesOf(worker).order, job);
    const startMs = performance.now();
    for (;;) {
      try {
        await queues.add(worker, jobIdOf(lease.claim), signed);
        return undefined;
      } catch (error) {
        const isWanted = !isClosed() && !lease.isCancelled && leases.find(lease.claim) === lease;
        if (!isWanted || performance.now() - startMs > DISPATCH_PATIENCE_MS) {
          return error instanceof Error ? error.message : String(error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, DISPATCH_PAUSE_MS).unref());
    }
  }

  #leaseOf(worker: string, jobId: string): Lease | undefined {
    return this.#options.isClosed() ? undefined : this.#options.leases.findJob(worker, jobId);
  }

  #verify<Body extends ClaimName>(lease: Lease, signed: unknown, to: string): Body | undefined {
    // Signed by the worker.
    const body = this.#options.signer.verifyText(to, signed) as Body | undefined;
    const { server, runId, token } = this.#nameOf(lease);
    if (body?.server === server && body.runId === runId && body.token === token) return body;
    this.#options.onUnsigned();
    return undefined;
  }

  #end(lease: Lease, missed: readonly RunUpdate[], { end }: JobResult): void {
    const { listeners, workers } = this.#options;
    switch (end.type) {
      case 'ended':
        if (!this.#remove(lease)) break;
        if (!listeners.onEnded(lease.claim, missed, end.report)) this.figures.refused++;
        break;
      case 'lost':
        workers.get(lease.claim.worker)?.amend({ phase: 'restarting' });
        listeners.onEvents(lease.claim, missed);
        this.#lose(lease, { exit: end.exit, isBlameless: end.exit.reason === 'device-lost' });
        break;
      case 'given-back':
        listeners.onEvents(lease.claim, missed);
        this.#lose(lease, { exit: { reason: 'lost', detail: end.why }, isBlameless: true });
        break;
      default:
        unreachable(end);
    }
  }

  /** Which results the worker has now, for runs that need one of them. */
  #learn(lease: Lease, updates: readonly RunUpdate[]): void {
    const { leases, workers } = this.#options;
    const worker = workers.get(lease.claim.worker);
    let hasFreed = false;
    for (const node of updates.flatMap(nodesMade)) {
      const result = lease.needs.results.get(node);
      if (result === undefined) continue;
      worker?.learn(result);
      hasFreed = leases.hasMade(lease, node) || hasFreed;
    }
    if (hasFreed) this.#options.onRoom();
  }

  /** Takes a run from its worker, unless the worker holds its lock or has completed it. */
  async #takeBack(lease: Lease): Promise<void> {
    const { channel, queues } = this.#options;
    if (lease.isBeingTaken || !channel.link.isUp()) return;
    lease.isBeingTaken = true;
    const { worker } = lease.claim;
    const found = await queues.takeBack(worker, jobIdOf(lease.claim)).catch(() => undefined);
    lease.isBeingTaken = false;
    if (found?.type === 'completed') this.hearResult(worker, jobIdOf(lease.claim), found.result);
    if (found?.type !== 'removed') return;
    this.#tellToCancel(lease);
    this.#lose(lease, this.#whyTaken(lease, found));
  }

  #whyTaken(
    { claim, isCancelled, sawOutage, seenMs }: Lease,
    { hadBegun, failedReason }: Extract<TakenBack, { readonly type: 'removed' }>,
  ): Loss {
    const lost = (detail: string, isBlameless: boolean): Loss => ({ exit: { reason: 'lost', detail }, isBlameless });
    // Counted, since the run itself may be what keeps its worker from renewing the lock.
    if (failedReason !== undefined) return lost(`BullMQ failed its job: ${failedReason}`, isCancelled || sawOutage);
    const worker = this.#options.workers.get(claim.worker);
    const isHeard = worker !== undefined && worker.silentMs < this.#options.times.helloMs * HELLOS_TO_LOSE;
    if (isCancelled || isHeard || !hadBegun) return lost('its worker does not have it', true);
    const seconds = Number(((performance.now() - seenMs) / 1000).toFixed(1));
    return lost(`nothing was heard of its worker for ${seconds} s`, sawOutage);
  }

  #lose(lease: Lease, loss: Loss): void {
    // A closed one records nothing; the next start takes the lease over.
    if (this.#options.isClosed() || !this.#remove(lease)) return;
    if (!loss.isBlameless) this.figures.lost++;
    this.#options.listeners.onLost(lease.claim, loss);
  }

  #remove(lease: Lease): boolean {
    const wasThere = this.#options.leases.remove(lease);
    if (wasThere) this.#options.onWorker(lease.claim.worker);
    this.#options.onRoom();
    return wasThere;
  }

  #tellToCancel(lease: Lease): void {
    this.#options.channel.tell(lease.claim.worker, { type: 'cancel', ...this.#nameOf(lease) });
  }

  #nameOf({ claim: { runId, token } }: Lease): ClaimName {
    return { server: this.#options.server, runId, token };
  }
}

/** The nodes whose results are there now. */
function nodesMade(update: RunUpdate): readonly string[] {
  if (update.type === 'nodes-cached') return update.nodes;
  return update.type === 'nodes-finished' ? Object.keys(update.durationsMs) : [];
}
