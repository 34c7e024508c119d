import { useStore } from 'zustand/react';
import { createStore } from 'zustand/vanilla';
import { extensions, type PanelDefinition } from './extensions.js';

type Side = PanelDefinition['side'];

/** Side -> the id of the panel shown there. */
type OpenPanels = Readonly<Partial<Record<Side, string>>>;

const open = createStore<OpenPanels>(() =>
  Object.fromEntries(
    panelsOf()
      .filter(({ isOpenAtFirst }) => isOpenAtFirst)
      .map(({ side, id }) => [side, id]),
  ),
);

export function panelsOf(side?: Side): readonly PanelDefinition[] {
  const all = extensions.flatMap(({ panels }) => panels ?? []);
  return side === undefined ? all : all.filter((panel) => panel.side === side);
}

/** The panel shown at a side. */
export function useOpenPanel(side: Side): PanelDefinition | undefined {
  const id = useStore(open, (state) => state[side]);
  return panelsOf(side).find((panel) => panel.id === id);
}

/** Shows a panel, or closes it if it is shown. */
export function togglePanel({ side, id }: PanelDefinition): void {
  open.setState((state) => ({ [side]: state[side] === id ? undefined : id }));
}

/** Shows a panel by its id. */
export function openPanel(id: string): void {
  const panel = panelsOf().find((candidate) => candidate.id === id);
  if (panel !== undefined) open.setState({ [panel.side]: id });
}
