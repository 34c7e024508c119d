import type { OutputRecord, RunRecord } from '@unclip-studio/protocol';
import { MAX_LISTED_OUTPUTS, MAX_LISTED_OUTPUTS_OF_RUN } from '../limits.js';
import { SHARED_OUT } from '../store/run-parts-table.js';
import type { StoredRun } from '../store/runs-table.js';
import type { Store } from '../store/store.js';

/** Reads runs as lists and events show them. */
export interface RunRecords {
  /** With all that it made. */
  of(run: StoredRun): RunRecord;
  /** Each with its first outputs, since a list of runs with thousands of images would take megabytes. */
  ofAll(runs: readonly StoredRun[]): readonly RunRecord[];
}

/** @param whyWaiting called for queued runs, and for active ones in shards */
export function createRunRecords(
  { runs, outputs }: Pick<Store, 'runs' | 'outputs'>,
  whyWaiting: (run: StoredRun) => string | undefined,
): RunRecords {
  const outputsOf = (run: StoredRun, limit?: number) => (run.attempts === 0 ? [] : outputs.ofRun(run.id, limit));
  return {
    of(run) {
      const place = run.state === 'queued' ? runs.queueOrder().indexOf(run.id) : -1;
      return toRecord(run, { place, whyWaiting, outputs: outputsOf(run) });
    },
    ofAll(all) {
      const isAnyQueued = all.some((run) => run.state === 'queued');
      const places = new Map((isAnyQueued ? runs.queueOrder() : []).map((id, place) => [id, place]));
      let left = MAX_LISTED_OUTPUTS;
      return all.map((run) => {
        const limit = Math.min(left, MAX_LISTED_OUTPUTS_OF_RUN);
        const first = outputsOf(run, limit);
        left -= first.length;
        const more = first.length < limit || run.attempts === 0 ? 0 : outputs.countOfRun(run.id) - first.length;
        const place = places.get(run.id) ?? -1;
        return toRecord(run, { place, whyWaiting, outputs: first, moreOutputs: more });
      });
    },
  };
}

interface Beside {
  readonly place: number;
  readonly outputs: readonly OutputRecord[];
  readonly moreOutputs?: number;
  whyWaiting(run: StoredRun): string | undefined;
}

function toRecord(run: StoredRun, { place, outputs, moreOutputs = 0, whyWaiting }: Beside): RunRecord {
  const mayWait = run.state === 'queued' || (run.state === 'running' && run.worker === SHARED_OUT);
  const waitsBecause = mayWait ? whyWaiting(run) : undefined;
  return {
    id: run.id,
    state: run.state,
    ...(run.workflowName === null ? {} : { workflowName: run.workflowName }),
    title: run.title,
    createdAt: toIso(run.createdAt),
    ...(run.startedAt === null ? {} : { startedAt: toIso(run.startedAt) }),
    ...(run.finishedAt === null ? {} : { finishedAt: toIso(run.finishedAt) }),
    priority: run.priority,
    ...(place < 0 ? {} : { place }),
    ...(waitsBecause === undefined ? {} : { waitsBecause }),
    attempts: run.attempts,
    ...(run.error === null ? {} : { error: run.error }),
    ...(run.warnings.length === 0 ? {} : { warnings: run.warnings }),
    targets: run.targets,
    ...(run.retryOf === null ? {} : { retryOf: run.retryOf }),
    ...(run.isPreview ? { preview: true } : {}),
    outputs,
    ...(moreOutputs > 0 ? { moreOutputs } : {}),
  };
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
