import type { EditorSession } from '../app/session.js';
import type { Files } from './files.js';

// A change that is older is in the browser's draft, and comes back with the next page.
const KEPT_AFTER_MS = 1000;

/** Asks before the page is closed with changes that neither the library nor the browser's draft has. */
export function guardPage({ store, autosave }: EditorSession, { state }: Files): void {
  let changedAtMs = Number.NEGATIVE_INFINITY;
  store.subscribe(({ origin }) => {
    if (origin !== 'open' && origin !== 'scope') changedAtMs = performance.now();
  });
  addEventListener('beforeunload', (event) => {
    if (!state.getState().isDirty) return;
    const isKept = autosave !== undefined && performance.now() - changedAtMs > KEPT_AFTER_MS;
    if (isKept) return;
    void autosave?.flush();
    event.preventDefault();
  });
}
