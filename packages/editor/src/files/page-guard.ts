import type { EditorSession } from '../app/session.js';
import type { Files } from './files.js';

/** Asks before the page is closed with changes that neither the library nor the browser's draft has. */
export function guardPage({ autosave }: EditorSession, { state }: Files): void {
  addEventListener('beforeunload', (event) => {
    if (!state.getState().isDirty || autosave?.isKept()) return;
    void autosave?.flush();
    event.preventDefault();
  });
}
