import type { EditorSession } from '../app/session.js';
import { staleNodes } from '../live/stale-nodes.js';
import type { Runner } from './runner.js';

// Longer than the pauses within one drag of a slider, shorter than a thought.
const SETTLE_MS = 250;

/** While live mode is on, runs the workflow anew after each change of its meaning; what is out of date is cancelled. */
export function startLiveMode({ store }: EditorSession, runner: Runner): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lastRun = store.document.nodes;
  let isBusy = false;
  let isDue = false;

  async function runNow(): Promise<void> {
    if (isBusy) {
      isDue = true;
      return;
    }
    const { nodes } = store.document;
    const hasNewNode = Object.keys(nodes).some((id) => lastRun[id] === undefined);
    if (staleNodes(lastRun, nodes).size === 0 && !hasNewNode) return;
    lastRun = nodes;
    isBusy = true;
    await runner.runAnew();
    isBusy = false;
    if (!isDue) return;
    isDue = false;
    void runNow();
  }

  store.subscribe(({ document, previous, origin }) => {
    if (origin === 'open') lastRun = document.nodes;
    if (!runner.state.getState().isLive || origin === 'open' || document.nodes === previous.nodes) return;
    clearTimeout(timer);
    timer = setTimeout(() => void runNow(), SETTLE_MS);
  });
  runner.state.subscribe(({ isLive }, before) => {
    if (isLive === before.isLive) return;
    clearTimeout(timer);
    // Switched on: shows the picture of what stands there, at the cost that the cache leaves.
    if (isLive) {
      lastRun = store.document.nodes;
      void runner.runAnew();
    }
  });
}
