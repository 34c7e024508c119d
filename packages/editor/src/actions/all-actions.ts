import { extensions } from '../app/extensions.js';
import type { EditorAction } from './action.js';
import { arrangeActions } from './arrange-actions.js';
import { editActions } from './edit-actions.js';
import { viewActions } from './view-actions.js';

/** Everything the user can do by a key or from the palette; the help sheet is printed from the same list. */
export function allActions(): readonly EditorAction[] {
  return [...extensions.flatMap(({ actions }) => actions ?? []), ...editActions, ...arrangeActions, ...viewActions];
}
