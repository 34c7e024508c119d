import { texts } from '../../messages/texts.js';
import type { SessionCore } from '../core.js';
import type { RunFollower } from './run-follower.js';
import { fractionDone } from './run-progress.js';
import type { TabSign } from './tab-icon.js';

const PROGRAM = 'unclip-studio';

/**
 * Keeps the title of the browser's tab, and its icon: the workflow's, behind how far its run is. How a run ended while
 * nobody looked stays there until somebody does.
 */
export function startTabTitle({ store }: SessionCore, { state, queue }: RunFollower): void {
  let lastRun = '';
  let isMissed = false;
  let shownSign: TabSign;
  const isHidden = () => document.visibilityState === 'hidden';
  const sign = (): TabSign => {
    const { progress } = state.getState();
    if (progress !== undefined) {
      lastRun = progress.runId;
      isMissed = isHidden();
      // In whole percents, so that not every step draws the tab.
      return Math.floor(fractionDone(progress) * 100) / 100;
    }
    const end = isMissed ? queue.getState().runs[lastRun]?.state : undefined;
    return end === 'succeeded' || end === 'failed' ? end : undefined;
  };
  const update = () => {
    const { title = '' } = store.whole;
    const now = sign();
    const shown = [leadOf(now), title === '' ? PROGRAM : `${title} – ${PROGRAM}`]
      .filter((part) => part !== '')
      .join(' ');
    if (document.title !== shown) document.title = shown;
    if (now === shownSign) return;
    shownSign = now;
    // Without it the tab keeps the program's own icon.
    void import('./tab-icon.js').then(({ showTabIcon }) => showTabIcon(shownSign)).catch(() => undefined);
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

function leadOf(sign: TabSign): string {
  if (sign === undefined) return '';
  return typeof sign === 'number' ? texts.run.percent(Math.round(sign * 100)) : texts.run.missed[sign];
}
