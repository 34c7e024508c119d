import ListTree from 'lucide-react/icons/list-tree';
import { lazy } from 'react';
import type { EditorExtension } from '../app/extensions.js';
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
      Content: lazy(() => import('./OutlinePanel.js').then(({ OutlinePanel }) => ({ default: OutlinePanel }))),
    },
  ],
  actions: [
    {
      id: 'outline',
      label: panelStrings.outline.show,
      group: 'view',
      keys: ['Mod+Shift+L'],
      worksInFields: true,
      run: () => void showOutline(),
    },
  ],
};

/** Opens the outline and goes to its first field. */
async function showOutline(): Promise<void> {
  // The panels are listed by the extensions, of which this is one: asked for late, nobody waits for himself.
  const { openPanel } = await import('../app/panel-state.js');
  openPanel('outline');
  const { focusOutline } = await import('./focus-outline.js');
  focusOutline();
}
