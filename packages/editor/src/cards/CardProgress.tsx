import type { NodeRunState } from '../live/run-groups.js';
import { strings } from '../strings.js';

/** A line under the head that fills as the node works. */
export function CardProgress({ run: { state, step, steps } }: { readonly run: NodeRunState }) {
  if (state !== 'running') return null;
  const isKnown = step !== undefined && steps !== undefined && steps > 0;
  return (
    <div
      className="card-progress"
      role="progressbar"
      aria-label={strings.status.running}
      aria-valuemin={0}
      {...(isKnown && {
        'aria-valuemax': steps,
        'aria-valuenow': step,
        'aria-valuetext': strings.card.progress(step, steps),
      })}
      data-busy={!isKnown || undefined}
    >
      <i style={{ transform: `scaleX(${isKnown ? step / steps : 0.3})` }} />
    </div>
  );
}
