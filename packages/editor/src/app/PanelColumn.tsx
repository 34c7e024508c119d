import X from 'lucide-react/icons/x';
import { strings } from '../strings.js';
import type { PanelDefinition } from './extensions.js';
import { panelsAt, togglePanel, useOpenPanel } from './panel-state.js';
import { useSession } from './session.js';

const NAMES = { left: strings.app.leftPanel, right: strings.app.rightPanel, bottom: strings.app.bottomPanel };

/** The panels at one side of the canvas; nothing while none is open. */
export function PanelColumn({ side }: { readonly side: PanelDefinition['side'] }) {
  const { panels } = useSession();
  const shown = useOpenPanel(side);
  if (shown === undefined) return null;
  return (
    <aside className="panel" data-side={side} aria-label={NAMES[side]}>
      <header className="panel-head">
        <div role="tablist" className="panel-tabs">
          {panelsAt(panels, side).map((panel) => (
            <button
              key={panel.id}
              type="button"
              role="tab"
              aria-selected={panel.id === shown.id}
              data-tip={panel.title}
              onClick={() => {
                if (panel.id !== shown.id) togglePanel(panels, panel);
              }}
            >
              <panel.Icon size={14} />
              <span>{panel.title}</span>
            </button>
          ))}
        </div>
        <button
          type="button"
          className="icon-button"
          aria-label={strings.app.closePanel}
          onClick={() => togglePanel(panels, shown)}
        >
          <X size={16} />
        </button>
      </header>
      <div className="panel-content" role="tabpanel" aria-label={shown.title}>
        <shown.Content />
      </div>
    </aside>
  );
}
