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
      run: (session) => void showOutline(session),
    },
  ],
};

/** Opens the outline and goes to its first field. */
async function showOutline({ panels }: EditorSession): Promise<void> {
  openPanel(panels, 'outline');
  try {
    const { focusOutline } = await import('./focus-outline.js');
    focusOutline();
  } catch {
    // The panel itself says that it could not be loaded.
  }
}
