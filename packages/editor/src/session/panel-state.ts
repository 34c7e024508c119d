import type { ComponentType } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A panel at one side of the canvas. Several at one side share it, with a tab each. */
export interface PanelDefinition {
  readonly id: string;
  readonly title: () => string;
  /** An icon of `lucide-react/icons/NAME`. */
  readonly Icon: ComponentType<{ readonly size?: number | string }>;
  /** Mounted while the panel is shown. Give a `lazyPart` if the first view does not need it. */
  readonly Content: ComponentType;
  readonly side: 'left' | 'right' | 'bottom';
  /** Shown before the user has opened or closed anything. */
  readonly isOpenAtFirst?: boolean;
}

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

/** Shows a panel, or closes it if it is shown. */
export function togglePanel({ open }: PanelStore, { side, id }: PanelDefinition): void {
  open.setState((state) => ({ [side]: state[side] === id ? undefined : id }));
}

/** Shows a panel by its id. */
export function openPanel({ all, open }: PanelStore, id: string): void {
  const panel = all.find((candidate) => candidate.id === id);
  if (panel !== undefined) open.setState({ [panel.side]: id });
}
