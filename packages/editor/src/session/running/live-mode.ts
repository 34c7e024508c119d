import type { WorkflowDocument } from '../../document/document.js';
import { staleNodes } from '../../live/stale-nodes.js';
import type { SessionCore } from '../core.js';
import type { Runner } from './runner.js';

// Longer than the pauses within one drag of a slider, shorter than a thought.
const SETTLE_MS = 250;

/** While live mode is on, runs the workflow anew after each change of its meaning; what is out of date is cancelled. */
export function startLiveMode({ store }: SessionCore, runner: Runner): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
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

  store.subscribe(({ whole, previousWhole, origin }) => {
    if (origin === 'open') lastRun = whole.nodes;
    if (!runner.state.getState().isLive || origin === 'open' || meaningIsSame(whole, previousWhole)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void runNow(), SETTLE_MS);
  });
  runner.state.subscribe(({ isLive }, before) => {
    if (isLive === before.isLive) return;
    clearTimeout(timer);
    // Switched on: shows the picture of what stands there, at the cost that the cache leaves.
    if (isLive) {
      lastRun = store.whole.nodes;
      void runner.runAnew();
    }
  });
}

function meaningIsSame(a: WorkflowDocument, b: WorkflowDocument): boolean {
  return a.nodes === b.nodes && a.subgraphs === b.subgraphs;
}
