import type { Notifies } from '../../view/preferences.js';
import type { SessionCore } from '../core.js';
import type { RunFollower } from './run-follower.js';

/** Shorter runs are not announced: users wait for them. */
const LONG_RUN_MS = 10_000;

/** Announces the end of the runs that this page has started, as chosen in the settings, if they took long. */
export function followEnds(
  { ui, api }: { readonly ui: SessionCore['ui']; readonly api: Pick<SessionCore['api'], 'outputThumbnailUrl'> },
  { state, queue }: Pick<RunFollower, 'state' | 'queue'>,
): void {
  let sinceMs = 0;
  state.subscribe(({ own }, { own: before }) => {
    if (own === before) return;
    if (before.length === 0) sinceMs = Date.now();
    const [last] = before;
    if (own.length > 0 || last === undefined || Date.now() - sinceMs < LONG_RUN_MS) return;
    const { notifiesAtEnd, soundsAtEnd } = ui.getState();
    if (notifiesAtEnd === 'never' && !soundsAtEnd) return;
    void import('./announce-end.js')
      .then(({ announceEnd }) => {
        // The queue is updated after the view of the run.
        const run = queue.getState().runs[last];
        if (run !== undefined) announceEnd(run, { notifiesAtEnd, soundsAtEnd, imageOf: api.outputThumbnailUrl });
      })
      .catch(() => undefined);
  });
}

/** Sets when the page notifies: never, if the browser does not allow it. @returns why it does not */
export async function chooseNotifies(ui: SessionCore['ui'], chosen: Notifies): Promise<string | undefined> {
  const { askToNotify } = await import('./announce-end.js');
  const whyNot = chosen === 'never' ? undefined : await askToNotify();
  ui.setState({ notifiesAtEnd: whyNot === undefined ? chosen : 'never' });
  return whyNot;
}
