import type { EditorSession } from '../app/session.js';
import { filesOf } from '../files/files.js';
import { addressFor } from '../files/page-address.js';
import { packWorkflow } from '../files/share-link.js';
import { structureStrings as words } from './strings.js';

/** Puts an address into the clipboard that opens the form: of the saved workflow by its name, of another one as a whole. */
export async function copyFormLink(session: EditorSession): Promise<void> {
  const { state, ask, say } = filesOf(session);
  const { name, isDirty } = state.getState();
  const asked =
    name !== undefined && !isDirty
      ? ({ kind: 'saved', name } as const)
      : ({ kind: 'shared', packed: await packWorkflow(session.store.whole) } as const);
  const url = `${new URL(addressFor(asked), location.href).href}&form`;
  try {
    await navigator.clipboard.writeText(url);
    say(words.formLinkCopied);
  } catch {
    // Without a secure origin, or without leave, a page cannot write to the clipboard; the user can.
    ask({ kind: 'link', url });
  }
}
