import { togglePanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { useOpenPanel } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';

/** A button in the toolbar for each panel. */
export function PanelToggles() {
  const { panels } = useSession();
  const shown = [useOpenPanel('left'), useOpenPanel('right'), useOpenPanel('bottom')];
  return panels.all.map((panel) => (
    <IconButton
      key={panel.id}
      label={panel.title()}
      aria-pressed={shown.includes(panel)}
      onClick={() => togglePanel(panels, panel)}
    >
      <panel.Icon size={16} />
    </IconButton>
  ));
}
