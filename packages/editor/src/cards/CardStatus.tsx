import type { NodeRunState } from '../live/run-groups.js';
import { texts } from '../messages/texts.js';
import { formatDuration } from '../ui/format.js';

/** The state of the node in the displayed run: its time, or that it took none. */
export function CardStatus({ run }: { readonly run: NodeRunState }) {
  if (run.state === 'idle') return null;
  return (
    <span className="card-status" data-state={run.state} data-stale={run.isStale || undefined} data-tip={tipOf(run)}>
      {wordsOf(run)}
    </span>
  );
}

function wordsOf({ state, step, steps, durationMs }: NodeRunState): string {
  if (state === 'running' && step !== undefined && steps !== undefined) return `${step}/${steps}`;
  if (state === 'finished' && durationMs !== undefined) return formatDuration(durationMs);
  return texts.status[state];
}

function tipOf({ state, isStale }: NodeRunState): string {
  return isStale ? `${texts.status[state]}, ${texts.status.stale}` : texts.status[state];
}

/** A line under the head that fills as the node works. */
export function CardProgress({ run: { state, step, steps } }: { readonly run: NodeRunState }) {
  if (state !== 'running') return null;
  const isKnown = step !== undefined && steps !== undefined && steps > 0;
  return (
    <div
      className="card-progress"
      role="progressbar"
      aria-label={texts.status.running}
      aria-valuemin={0}
      {...(isKnown && {
        'aria-valuemax': steps,
        'aria-valuenow': step,
        'aria-valuetext': texts.card.progress(step, steps),
      })}
      data-busy={!isKnown || undefined}
    >
      <i style={{ transform: `scaleX(${isKnown ? step / steps : 0.3})` }} />
    </div>
  );
}
