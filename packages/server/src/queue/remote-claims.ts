import { wholeRunId } from '../runs/parts-of-plan.js';
import type { RunNeeds } from '../runs/run-needs.js';
import type { Claim } from '../runs/run-place.js';
import type { RunNews } from './queue-messages.js';
import { jobIdOf } from './queue-names.js';

/** A claim that a worker has, or is about to be given. */
export interface RemoteClaim {
  readonly claim: Claim & { readonly worker: string };
  readonly needs: RunNeeds;
  readonly startedMs: number;
  isHandedOver: boolean;
  isCancelled: boolean;
  /** Redis was away while the run was under way, so that a lost worker says nothing about the run. */
  sawOutage: boolean;
  isBeingTaken: boolean;
  /** When its worker last said that it has it, or it was handed over. */
  seenMs: number;
  /** The number of the next news. */
  nextNews: number;
}

/** The claims that workers have, by run. */
export interface RemoteClaims extends Iterable<RemoteClaim> {
  readonly size: number;
  add(claim: Claim, needs: RunNeeds): RemoteClaim;
  /** @returns whether it was there */
  remove(placed: RemoteClaim): boolean;
  /** `undefined` if it is over, or another claim of the run counts. */
  find(claim: Pick<Claim, 'runId' | 'token'>): RemoteClaim | undefined;
  /** Whether it was one of the last that ended: what is said of it again is no mistake. */
  hasEnded(claim: Pick<Claim, 'runId' | 'token'>): boolean;
  ofWorker(id: string): readonly RemoteClaim[];
  /** The runs, as users know them, that it has or has parts of. */
  runsOfWorker(id: string): readonly string[];
  /** The claims that have still to make, or read, some result which a run needs and which is kept. */
  makersOf(needs: RunNeeds): readonly RemoteClaim[];
  /** @returns whether somebody may have waited for a result of this node */
  hasMade(placed: RemoteClaim, node: string): boolean;
  /** It will not get to its results. */
  makesNothing(placed: RemoteClaim): void;
}

const KEPT_ENDED = 1_000;

export function createRemoteClaims(): RemoteClaims {
  const byRun = new Map<string, RemoteClaim>();
  const ended = new Set<string>();
  // By worker and by result, since with a thousand workers nothing may look through all claims for each run that waits.
  const byWorker = new Map<string, Set<RemoteClaim>>();
  const byResult = new Map<string, Set<RemoteClaim>>();

  function makesNothing(placed: RemoteClaim): void {
    for (const result of placed.needs.kept) forget(byResult, result, placed);
  }

  return {
    [Symbol.iterator]: () => [...byRun.values()][Symbol.iterator](),
    get size() {
      return byRun.size;
    },
    add(claim, needs) {
      const { worker } = claim;
      if (worker === null) throw new Error('Internal error: a claim for no worker');
      const placed: RemoteClaim = {
        claim: { ...claim, worker },
        needs,
        startedMs: performance.now(),
        isHandedOver: false,
        isCancelled: false,
        sawOutage: false,
        isBeingTaken: false,
        seenMs: performance.now(),
        nextNews: 0,
      };
      byRun.set(claim.runId, placed);
      note(byWorker, worker, placed);
      for (const result of needs.kept) note(byResult, result, placed);
      return placed;
    },
    remove(placed) {
      const { claim } = placed;
      if (byRun.get(claim.runId) !== placed) return false;
      byRun.delete(claim.runId);
      forget(byWorker, claim.worker, placed);
      makesNothing(placed);
      ended.add(jobIdOf(claim));
      if (ended.size > KEPT_ENDED) ended.delete(ended.values().next().value ?? '');
      return true;
    },
    find({ runId, token }) {
      const placed = byRun.get(runId);
      return placed?.claim.token === token ? placed : undefined;
    },
    hasEnded: (claim) => ended.has(jobIdOf(claim)),
    ofWorker: (id) => [...(byWorker.get(id) ?? [])],
    runsOfWorker: (id) => [...new Set([...(byWorker.get(id) ?? [])].map(({ claim }) => wholeRunId(claim.runId)))],
    makersOf({ kept }) {
      const makers = new Set<RemoteClaim>();
      for (const result of kept) for (const maker of byResult.get(result) ?? []) makers.add(maker);
      return [...makers];
    },
    hasMade(placed, node) {
      const result = placed.needs.results.get(node);
      return result !== undefined && forget(byResult, result, placed);
    },
    makesNothing,
  };
}

function note(index: Map<string, Set<RemoteClaim>>, key: string, placed: RemoteClaim): void {
  const known = index.get(key);
  if (known === undefined) index.set(key, new Set([placed]));
  else known.add(placed);
}

function forget(index: Map<string, Set<RemoteClaim>>, key: string, placed: RemoteClaim): boolean {
  const known = index.get(key);
  const wasThere = known?.delete(placed) ?? false;
  if (known?.size === 0) index.delete(key);
  return wasThere;
}

interface ToldNews {
  readonly from: number;
  readonly before: number;
  readonly news: readonly RunNews[];
}

/**
 * Those of the news that are new, which then count as heard; of others only what comes after what was heard before.
 *
 * @returns `undefined` if some before them are missing
 */
export function takeNews(
  placed: Pick<RemoteClaim, 'nextNews'>,
  { from, before, news }: ToldNews,
): readonly RunNews[] | undefined {
  const { nextNews } = placed;
  if (from > nextNews) return undefined;
  placed.nextNews = Math.max(nextNews, before);
  if (from === nextNews) return news;
  // A telling in short has fewer news than numbers, and is asked for only by who has heard none.
  return news.length === before - from ? news.slice(nextNews - from) : [];
}
