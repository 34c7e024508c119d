import { useStore } from 'zustand/react';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { PanelDefinition } from './extensions.js';
import { useSession } from './session.js';

type Side = PanelDefinition['side'];

/** Side -> the id of the panel shown there. */
type OpenPanels = Readonly<Partial<Record<Side, string>>>;

/** The panels of the extensions, and which of them are shown. */
export interface PanelStore {
  readonly all: readonly PanelDefinition[];
  readonly open: StoreApi<OpenPanels>;
}

/** Shows the panels that are open at first. */
export function createPanelStore(all: readonly PanelDefinition[]): PanelStore {
  const openAtFirst = all.filter(({ isOpenAtFirst }) => isOpenAtFirst);
  return {
    all,
    open: createStore<OpenPanels>(() => Object.fromEntries(openAtFirst.map(({ side, id }) => [side, id]))),
  };
}

export function panelsAt({ all }: PanelStore, side: Side): readonly PanelDefinition[] {
  return all.filter((panel) => panel.side === side);
}

/** The panel shown at a side. */
export function useOpenPanel(side: Side): PanelDefinition | undefined {
  const { panels } = useSession();
  const id = useStore(panels.open, (state) => state[side]);
  return panelsAt(panels, side).find((panel) => panel.id === id);
}

/** Shows a panel, or closes it if it is shown. */
export function togglePanel({ open }: PanelStore, { side, id }: PanelDefinition): void {
  open.setState((state) => ({ [side]: state[side] === id ? undefined : id }));
}

/** Shows a panel by its id. */
export function openPanel({ all, open }: PanelStore, id: string): void {
  const panel = all.find((candidate) => candidate.id === id);
  if (panel !== undefined) open.setState({ [panel.side]: id });
}
