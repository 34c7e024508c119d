import { wholeRunId } from '../runs/parts-of-plan.js';
import type { RunNeeds } from '../runs/run-needs.js';
import type { Claim } from '../runs/run-place.js';
import { jobIdOf } from './queue-names.js';

/** A claim that a worker has, or is about to be given. */
export interface Lease {
  readonly claim: Claim & { readonly worker: string };
  readonly needs: RunNeeds;
  /** Its job is in the worker's queue. */
  isDispatched: boolean;
  isCancelled: boolean;
  /** Redis was away while the run was under way, so that a lost worker says nothing about the run. */
  sawOutage: boolean;
  isBeingTaken: boolean;
  /** When its worker last said that it has it, or its job was added. */
  seenMs: number;
  /** Of the progress that comes next. */
  nextSeq: number;
}

/** The claims that workers have, by run. */
export interface Leases extends Iterable<Lease> {
  readonly size: number;
  add(claim: Claim, needs: RunNeeds): Lease;
  /** @returns whether it was there */
  remove(lease: Lease): boolean;
  /** `undefined` if it is over, or another claim of the run counts. */
  find(claim: Pick<Claim, 'runId' | 'token'>): Lease | undefined;
  /** @param jobId of BullMQ */
  findJob(worker: string, jobId: string): Lease | undefined;
  ofWorker(id: string): readonly Lease[];
  /** The runs, as users know them, that it has or has parts of. */
  runsOfWorker(id: string): readonly string[];
  /** The claims that have still to make, or read, some result which a run needs and which is kept. */
  makersOf(needs: RunNeeds): readonly Lease[];
  /** @returns whether somebody may have waited for a result of this node */
  hasMade(lease: Lease, node: string): boolean;
  /** It will not get to its results. */
  makesNothing(lease: Lease): void;
}

export function createLeases(): Leases {
  const byRun = new Map<string, Lease>();
  // By worker and by result, since with a thousand workers nothing may look through all claims for each run that waits.
  const byWorker = new Map<string, Set<Lease>>();
  const byResult = new Map<string, Set<Lease>>();

  function makesNothing(lease: Lease): void {
    for (const result of lease.needs.kept) forget(byResult, result, lease);
  }

  return {
    [Symbol.iterator]: () => [...byRun.values()][Symbol.iterator](),
    get size() {
      return byRun.size;
    },
    add(claim, needs) {
      const { worker } = claim;
      if (worker === null) throw new Error('Internal error: a claim for no worker');
      const lease: Lease = {
        claim: { ...claim, worker },
        needs,
        isDispatched: false,
        isCancelled: false,
        sawOutage: false,
        isBeingTaken: false,
        seenMs: performance.now(),
        nextSeq: 0,
      };
      byRun.set(claim.runId, lease);
      note(byWorker, worker, lease);
      for (const result of needs.kept) note(byResult, result, lease);
      return lease;
    },
    remove(lease) {
      const { claim } = lease;
      if (byRun.get(claim.runId) !== lease) return false;
      byRun.delete(claim.runId);
      forget(byWorker, claim.worker, lease);
      makesNothing(lease);
      return true;
    },
    find({ runId, token }) {
      const lease = byRun.get(runId);
      return lease?.claim.token === token ? lease : undefined;
    },
    findJob: (worker, jobId) => [...(byWorker.get(worker) ?? [])].find(({ claim }) => jobIdOf(claim) === jobId),
    ofWorker: (id) => [...(byWorker.get(id) ?? [])],
    runsOfWorker: (id) => [...new Set([...(byWorker.get(id) ?? [])].map(({ claim }) => wholeRunId(claim.runId)))],
    makersOf({ kept }) {
      const makers = new Set<Lease>();
      for (const result of kept) for (const maker of byResult.get(result) ?? []) makers.add(maker);
      return [...makers];
    },
    hasMade(lease, node) {
      const result = lease.needs.results.get(node);
      return result !== undefined && forget(byResult, result, lease);
    },
    makesNothing,
  };
}

function note(index: Map<string, Set<Lease>>, key: string, lease: Lease): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([lease]));
  else known.add(lease);
}

function forget(index: Map<string, Set<Lease>>, key: string, lease: Lease): boolean {
  const known = index.get(key);
  const wasThere = known?.delete(lease) ?? false;
  if (known?.size === 0) index.delete(key);
  return wasThere;
}
