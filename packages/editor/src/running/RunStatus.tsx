import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import { fractionDone, timeLeftMs } from '../session/running/run-progress.js';
import type { Running } from '../session/running/running.js';
import { useRunning } from '../session/session.js';
import { formatTimeLeft } from '../ui/format.js';
import { useTicks } from '../ui/use-ticks.js';

/** How far the shown run is, and how long it will still take. */
export function RunStatus() {
  const running = useRunning();
  return running === undefined ? null : <Progress running={running} />;
}

function Progress({ running: { runner } }: { readonly running: Running }) {
  const progress = useStore(runner.state, (state) => state.progress);
  const [first] = useStore(runner.state, (state) => state.own);
  const place = useStore(runner.follower.queue, ({ order }) => (first === undefined ? -1 : order.indexOf(first)));
  useTicks(progress !== undefined);
  if (progress === undefined) return place >= 0 ? <span>{texts.run.waiting(place)}</span> : null;
  const percent = Math.round(fractionDone(progress) * 100);
  const leftMs = timeLeftMs(progress, Date.now());
  return (
    <span className="run-status" data-testid="run-status">
      <progress max={100} value={percent} aria-label={texts.run.progress} />
      {leftMs === undefined ? texts.run.working : texts.run.timeLeft(formatTimeLeft(leftMs))}
    </span>
  );
}
