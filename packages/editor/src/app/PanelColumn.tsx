import X from 'lucide-react/icons/x';
import { openPanel, type PanelDefinition, panelsAt, togglePanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { useOpenPanel } from '../session/use-stores.js';
import { strings } from '../strings.js';
import { IconButton } from '../ui/Button.js';
import { Tabs } from '../ui/Tabs.js';

const NAMES = { left: strings.app.leftPanel, right: strings.app.rightPanel, bottom: strings.app.bottomPanel };

/** The panels at one side of the canvas; nothing while none is open. */
export function PanelColumn({ side }: { readonly side: PanelDefinition['side'] }) {
  const { panels } = useSession();
  const shown = useOpenPanel(side);
  if (shown === undefined) return null;
  return (
    <aside className="panel" data-side={side} aria-label={NAMES[side]}>
      <Tabs
        tabs={panelsAt(panels, side)}
        shown={shown.id}
        onShow={(id) => openPanel(panels, id)}
        end={
          <IconButton label={strings.app.closePanel} onClick={() => togglePanel(panels, shown)}>
            <X size={16} />
          </IconButton>
        }
      >
        <shown.Content />
      </Tabs>
    </aside>
  );
}
