import type { EditorSession } from '../app/session.js';

export type ActionGroup = 'edit' | 'nodes' | 'arrange' | 'view' | 'app' | 'run' | 'files';

/** Something the user can do by a key, from the command palette or from a button. */
export interface EditorAction {
  readonly id: string;
  readonly label: string;
  readonly group: ActionGroup;
  /** Keys such as `Mod+Shift+Z`, `F2`, `?`; `Mod` is Ctrl, on a Mac Command. The first one is shown. */
  readonly keys?: readonly string[];
  /** The browser's own event does it (copy, paste): the key is only shown. */
  readonly isNative?: boolean;
  /** Also while the caret is in a text field; `document`: only if the field shows what the document holds. */
  readonly worksInFields?: true | 'document';
  /** Again and again while the key is held down. */
  readonly repeats?: true;
  readonly isEnabled?: (session: EditorSession) => boolean;
  readonly run: (session: EditorSession) => void;
}
