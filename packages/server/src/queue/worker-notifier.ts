import type { WorkerRecord } from '@unclip-studio/protocol';
import type { RunPlaceListeners } from '../runs/run-place.js';
import { differingProblem } from './queue-problems.js';
import type { RemoteWorker } from './remote-workers.js';

export interface WorkerNotifierOptions {
  readonly listeners: Pick<RunPlaceListeners, 'onWorker' | 'onHoldings'>;
  living(): readonly RemoteWorker[];
  /** As users see them. */
  records(): readonly WorkerRecord[];
  onNotice(words: string): void;
  isClosed(): boolean;
}

/** Reports the state of workers and their contents, as often as useful. */
export interface WorkerNotifier {
  /** Its state has changed. */
  changed(id: string): void;
  /** Some worker is not there any more. */
  left(): void;
}

// A worker that has many short runs changes many times a second.
const TELL_MS = 250;

export function createWorkerNotifier({
  listeners,
  living,
  records,
  onNotice,
  isClosed,
}: WorkerNotifierOptions): WorkerNotifier {
  const untold = new Set<string>();
  let toldHoldings = '';
  let toldDiffering: ReadonlySet<string> = new Set();

  /** Goes through everything that waits, so listeners are called only when something may have changed. */
  function tellHoldings(): void {
    const names = living().flatMap(({ record }) => record.checkpoints?.map(({ name }) => name) ?? []);
    const holdings = [...new Set(names)].sort().join('\n');
    if (holdings === toldHoldings) return;
    toldHoldings = holdings;
    listeners.onHoldings();
  }

  function noteDiffering(): void {
    const differing = differingCheckpoints(living());
    for (const name of differing) if (!toldDiffering.has(name)) onNotice(differingProblem(name, living()));
    toldDiffering = new Set(differing);
  }

  function tell(): void {
    const ids = new Set(untold);
    untold.clear();
    if (isClosed()) return;
    for (const worker of records()) if (ids.has(worker.id)) listeners.onWorker({ type: 'worker-changed', worker });
    noteDiffering();
    tellHoldings();
  }

  return {
    changed(id) {
      if (untold.add(id).size === 1) setTimeout(tell, TELL_MS).unref();
    },
    left: tellHoldings,
  };
}

/** Names under which these workers hold different files, so that the image depends on who makes it. */
function differingCheckpoints(workers: readonly RemoteWorker[]): readonly string[] {
  const identities = new Map<string, Set<string>>();
  for (const { record } of workers) {
    for (const { name, identity } of record.checkpoints ?? []) {
      if (identity === undefined) continue;
      const known = identities.get(name);
      if (known === undefined) identities.set(name, new Set([identity]));
      else known.add(identity);
    }
  }
  return [...identities].filter(([, those]) => those.size > 1).map(([name]) => name);
}
