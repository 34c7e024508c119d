import { texts } from '../../messages/texts.js';
import type { SessionCore } from '../core.js';
import type { RunFollower } from './run-follower.js';
import { fractionDone } from './run-progress.js';

const PROGRAM = 'unclip-studio';

/**
 * Keeps the title of the browser's tab: the workflow's, behind how far its run is. How a run ended while nobody looked
 * stays there until somebody does.
 */
export function startTabTitle({ store }: SessionCore, { state, queue }: RunFollower): void {
  let lastRun = '';
  let isMissed = false;
  const isHidden = () => document.visibilityState === 'hidden';
  const lead = () => {
    const { progress } = state.getState();
    if (progress !== undefined) {
      lastRun = progress.runId;
      isMissed = isHidden();
      return texts.run.percent(Math.floor(fractionDone(progress) * 100));
    }
    const end = isMissed ? queue.getState().runs[lastRun]?.state : undefined;
    return end === 'succeeded' || end === 'failed' ? texts.run.missed[end] : '';
  };
  const update = () => {
    const { title = '' } = store.whole;
    const shown = [lead(), title === '' ? PROGRAM : `${title} – ${PROGRAM}`].filter((part) => part !== '').join(' ');
    if (document.title !== shown) document.title = shown;
  };
  state.subscribe(update);
  queue.subscribe(update);
  store.subscribe(update);
  document.addEventListener('visibilitychange', () => {
    isMissed &&= isHidden();
    update();
  });
  update();
}
