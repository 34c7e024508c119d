import type { EditorExtension } from '../app/extensions.js';
import { keepInView } from './keep-in-view.js';

/** How panels and canvas share the page. */
export const layoutExtension: EditorExtension = { id: 'layout', start: keepInView };
