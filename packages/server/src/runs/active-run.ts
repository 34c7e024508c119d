import type { OutputRecord, RunEventBatch, ServerEventBody } from '@unclip-studio/protocol';
import type { StoredRun } from '../store/runs-table.js';
import { createRunProgress, type RunProgress } from './run-progress.js';

/** The run that has the worker: from its claim until the worker reports its end or is lost. */
export interface ActiveRun {
  readonly run: StoredRun;
  readonly progress: RunProgress;
  /** Its state is terminal already, as after a cancel, though the worker still has to stop. */
  isOver: boolean;
  /** Takes note of a batch and tells of it, now or with others that come soon after. */
  apply(batch: RunEventBatch, outputs: readonly OutputRecord[]): void;
  /** Tells what has not been told. */
  flush(): void;
}

// Twenty times a second, as often as progress is worth showing.
const FLUSH_INTERVAL_MS = 50;

/** @param progress of the same run before, if it goes on from there */
export function createActiveRun(
  run: StoredRun,
  tell: (event: ServerEventBody) => void,
  progress: RunProgress = createRunProgress(run.id),
): ActiveRun {
  let lastFlushMs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const active: ActiveRun = {
    run,
    progress,
    isOver: false,
    apply(batch, outputs) {
      if (active.isOver) return;
      progress.apply(batch, outputs);
      if (timer !== undefined) return;
      const waitMs = lastFlushMs + FLUSH_INTERVAL_MS - performance.now();
      if (waitMs <= 0) active.flush();
      else timer = setTimeout(active.flush, waitMs);
    },
    flush() {
      clearTimeout(timer);
      timer = undefined;
      lastFlushMs = performance.now();
      for (const event of progress.takeEvents()) tell(event);
    },
  };
  return active;
}
