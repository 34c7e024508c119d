import type { PreparedRuns } from '../engine/prepared-runs.js';
import type { StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { wholeRunId } from './parts-of-plan.js';
import { NEEDS_NOTHING, needsOf, type RunNeeds } from './run-needs.js';
import { createRunOrder } from './run-order.js';
import type { RunQueue } from './run-queue.js';

/** What the runs need that wait or are under way, each found out once. */
export interface NeedsMemo {
  of(run: StoredRun): RunNeeds;
  /** The run has ended, and with it its parts. */
  forget(runId: string): void;
}

export interface NeedsMemoOptions {
  readonly queue: RunQueue;
  readonly prepared: PreparedRuns;
  readonly store: Pick<Store, 'images'>;
}

export function createNeedsMemo({ queue, prepared, store: { images } }: NeedsMemoOptions): NeedsMemo {
  const known = new Map<string, RunNeeds>();

  function find(run: StoredRun): RunNeeds {
    const text = queue.readText(run.id);
    const { plan } = prepared.prepare(text, run.targets);
    // It was good when it was queued; a node type that it needs may have gone since.
    if (!plan.ok) return NEEDS_NOTHING;
    return needsOf(plan.value, createRunOrder(text, run.targets, { prepared, images }).pictures);
  }

  return {
    of(run) {
      const needs = known.get(run.id) ?? find(run);
      known.set(run.id, needs);
      return needs;
    },
    forget(runId) {
      known.delete(runId);
      for (const id of known.keys()) if (wholeRunId(id) === runId) known.delete(id);
    },
  };
}
