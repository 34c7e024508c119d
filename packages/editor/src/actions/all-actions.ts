import type { EditorAction, EditorExtension } from '../session/session.js';
import { arrangeActions } from './arrange-actions.js';
import { editActions } from './edit-actions.js';
import { languageActions } from './language-actions.js';
import { viewActions } from './view-actions.js';

/** What the extensions add comes first, so that it is the first to get a key. */
export function allActions(extensions: readonly EditorExtension[]): readonly EditorAction[] {
  return [
    ...extensions.flatMap(({ actions }) => actions ?? []),
    ...editActions,
    ...arrangeActions,
    ...viewActions,
    ...languageActions,
  ];
}
