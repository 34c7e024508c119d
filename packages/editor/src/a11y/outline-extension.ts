import ListTree from 'lucide-react/icons/list-tree';
import type { EditorExtension } from '../app/extensions.js';
import { openPanel } from '../app/panel-state.js';
import type { EditorSession } from '../app/session.js';
import { lazyPart } from '../panels/lazy-part.js';
import { panelStrings } from '../panels/strings.js';

/** The graph for keys and for screen readers. */
export const outlineExtension: EditorExtension = {
  id: 'outline',
  panels: [
    {
      id: 'outline',
      title: panelStrings.outline.title,
      Icon: ListTree,
      side: 'left',
      Content: lazyPart(async () => (await import('./OutlinePanel.js')).OutlinePanel),
    },
  ],
  actions: [
    {
      id: 'outline',
      label: panelStrings.outline.show,
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
  focusOutline();
}

const TRIES = 60;

/** Puts the focus into the outline as soon as it is on the page. */
function focusOutline(tries = TRIES): void {
  const outline = document.querySelector('.outline');
  const row = outline?.querySelector<HTMLElement>('tr[tabindex="0"]') ?? outline?.querySelector<HTMLElement>('input');
  if (row) row.focus();
  else if (tries > 0) requestAnimationFrame(() => focusOutline(tries - 1));
}
