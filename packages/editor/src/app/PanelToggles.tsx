import { panelsOf, togglePanel, useOpenPanel } from './panel-state.js';

/** A button in the toolbar for each panel. */
export function PanelToggles() {
  const shown = [useOpenPanel('left'), useOpenPanel('right'), useOpenPanel('bottom')];
  return panelsOf().map((panel) => (
    <button
      key={panel.id}
      type="button"
      className="icon-button"
      aria-label={panel.title}
      aria-pressed={shown.includes(panel)}
      data-tip={panel.title}
      onClick={() => togglePanel(panel)}
    >
      <panel.Icon size={16} />
    </button>
  ));
}
