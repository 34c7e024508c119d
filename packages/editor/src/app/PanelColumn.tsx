import X from 'lucide-react/icons/x';
import { texts } from '../messages/texts.js';
import { openPanel, type PanelDefinition, panelsAt, togglePanel } from '../session/panel-state.js';
import { useSession } from '../session/session.js';
import { useOpenPanel } from '../session/use-stores.js';
import { IconButton } from '../ui/Button.js';
import { Tabs } from '../ui/Tabs.js';

/** The panels at one side of the canvas; nothing while none is open. */
export function PanelColumn({ side }: { readonly side: PanelDefinition['side'] }) {
  const { panels } = useSession();
  const shown = useOpenPanel(side);
  if (shown === undefined) return null;
  return (
    <aside className="panel" data-side={side} aria-label={nameOf(side)}>
      <Tabs
        tabs={panelsAt(panels, side).map(({ id, title, Icon }) => ({ id, title: title(), Icon }))}
        shown={shown.id}
        onShow={(id) => openPanel(panels, id)}
        end={
          <IconButton label={texts.app.closePanel} onClick={() => togglePanel(panels, shown)}>
            <X size={16} />
          </IconButton>
        }
      >
        <shown.Content />
      </Tabs>
    </aside>
  );
}

function nameOf(side: PanelDefinition['side']): string {
  return { left: texts.app.leftPanel, right: texts.app.rightPanel, bottom: texts.app.bottomPanel }[side];
}
