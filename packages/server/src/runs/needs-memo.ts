import type { StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';
import { wholeRunId } from './part-id.js';
import { NEEDS_NOTHING, needsOf, type RunNeeds } from './run-needs.js';
import { createRunOrder } from './run-order.js';
import type { RunQueue } from './run-queue.js';

/** What the runs need that wait or are under way, each found out once. */
export interface NeedsMemo {
  of(run: StoredRun): RunNeeds;
  /** The run has ended, and with it its parts. */
  forget(runId: string): void;
}

export function createNeedsMemo({
  queue,
  store,
}: {
  readonly queue: RunQueue;
  readonly store: Pick<Store, 'images'>;
}): NeedsMemo {
  const known = new Map<string, RunNeeds>();

  function find(run: StoredRun): RunNeeds {
    const stored = queue.readStoredWorkflow(run.id);
    const plan = queue.planStored(stored, run.targets);
    const imageNames = queue.imageNames(stored, run.targets);
    const { pictures } = createRunOrder({ ...stored, targets: run.targets, imageNames }, store.images);
    return plan === undefined ? NEEDS_NOTHING : needsOf(plan, pictures);
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
