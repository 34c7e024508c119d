import { meaningChanged } from '../../document/change-scheduler.js';
import { staleNodes } from '../../live/stale-nodes.js';
import type { SessionCore } from '../core.js';
import type { Runner } from './runner.js';

// Longer than the pauses within one drag of a slider, shorter than a thought.
const SETTLE_MS = 250;

/** While live mode is on, runs the workflow again after each change that affects results; outdated runs are cancelled. */
export function startLiveMode({ store, changes }: SessionCore, runner: Runner): void {
  let lastRun = store.whole.nodes;
  let lastSubgraphs = store.whole.subgraphs;
  let isBusy = false;
  let isDue = false;

  async function runNow(): Promise<void> {
    if (isBusy) {
      isDue = true;
      return;
    }
    const { nodes } = store.whole;
    const hasNewNode = Object.keys(nodes).some((id) => lastRun[id] === undefined);
    const hasNewInside = store.whole.subgraphs !== lastSubgraphs;
    if (staleNodes(lastRun, nodes).size === 0 && !hasNewNode && !hasNewInside) return;
    lastRun = nodes;
    lastSubgraphs = store.whole.subgraphs;
    isBusy = true;
    await runner.runAnew();
    isBusy = false;
    if (!isDue) return;
    isDue = false;
    void runNow();
  }

  store.subscribe(({ whole, origin }) => {
    if (origin === 'open') lastRun = whole.nodes;
  });
  const task = changes.add({
    delayMs: SETTLE_MS,
    concerns: (change) => runner.state.getState().isLive && change.origin !== 'open' && meaningChanged(change),
    run: () => void runNow(),
  });
  runner.state.subscribe(({ isLive }, before) => {
    if (isLive === before.isLive) return;
    task.cancel();
    // Switched on: shows the image of the current document, at the cost that remains with the cache.
    if (isLive) {
      lastRun = store.whole.nodes;
      void runner.runAnew();
    }
  });
}
