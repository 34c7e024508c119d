import ListTree from 'lucide-react/icons/list-tree';
import { texts } from '../messages/texts.js';
import { lazyPart } from '../session/lazy-part.js';
import { openPanel } from '../session/panel-state.js';
import type { EditorExtension, EditorSession } from '../session/session.js';

/** The graph for keys and for screen readers. */
export const outlineExtension: EditorExtension = {
  id: 'outline',
  panels: [
    {
      id: 'outline',
      title: () => texts.outline.title,
      Icon: ListTree,
      side: 'left',
      Content: lazyPart(async () => (await import('./OutlinePanel.js')).OutlinePanel),
    },
  ],
  actions: [
    {
      id: 'outline',
      label: () => texts.outline.show,
      group: 'view',
      keys: ['Mod+Shift+L'],
      worksInFields: true,
      run: showOutline,
    },
  ],
};

/** Opens the outline and goes to its first field. */
function showOutline({ panels }: EditorSession): void {
  openPanel(panels, 'outline');
  const before = document.activeElement;
  const isWaiting = () =>
    panels.open.getState().left === 'outline' && [before, document.body].includes(document.activeElement);
  focusOutline(isWaiting);
}

/** Puts the focus into the outline as soon as its code is loaded, unless the user has gone on by then. */
function focusOutline(isWaiting: () => boolean): void {
  const outline = document.querySelector('.outline');
  const row = outline?.querySelector<HTMLElement>('tr[tabindex="0"]') ?? outline?.querySelector<HTMLElement>('input');
  if (row) row.focus();
  else if (isWaiting()) requestAnimationFrame(() => focusOutline(isWaiting));
}
