import type { ComponentType } from 'react';
import { createStore, type StoreApi } from 'zustand/vanilla';

/** A panel at one side of the canvas. Several at one side share it, with a tab each. */
export interface PanelDefinition {
  readonly id: string;
  readonly title: () => string;
  /** An icon of `lucide-react/icons/NAME`. */
  readonly Icon: ComponentType<{ readonly size?: number | string }>;
  /** Mounted while the panel is shown. Pass a `lazyPart` if the first view does not need it. */
  readonly Content: ComponentType;
  readonly side: 'left' | 'right' | 'bottom';
  /** Shown before the user has opened or closed anything. */
  readonly isOpenAtFirst?: boolean;
}

type Side = PanelDefinition['side'];
type PanelSizes = Readonly<Partial<Record<Side, number>>>;

const SIZES_KEY = 'unclip-panel-sizes';
const MIN_PANEL = 200;
const MAX_PANEL = 900;

/** Side -> the id of the panel shown there. */
type OpenPanels = Readonly<Partial<Record<Side, string>>>;

/** The panels of the extensions, and which of them are shown. */
export interface PanelStore {
  readonly all: readonly PanelDefinition[];
  readonly open: StoreApi<OpenPanels>;
  /** Side -> how wide, or at the bottom how high, its panels are, in CSS pixels; as the style sheet has it until it is changed. */
  readonly sizes: StoreApi<PanelSizes>;
}

/** Shows the panels that are open at first. */
export function createPanelStore(all: readonly PanelDefinition[]): PanelStore {
  const openAtFirst = all.filter(({ isOpenAtFirst }) => isOpenAtFirst);
  return {
    all,
    open: createStore<OpenPanels>(() => Object.fromEntries(openAtFirst.map(({ side, id }) => [side, id]))),
    sizes: createStore<PanelSizes>(readSizes),
  };
}

/** @param sizePx `undefined`: as large as at first */
export function resizePanel({ sizes }: PanelStore, side: Side, sizePx: number | undefined): void {
  const size = sizePx === undefined ? undefined : Math.round(Math.min(MAX_PANEL, Math.max(MIN_PANEL, sizePx)));
  sizes.setState({ [side]: size });
  try {
    localStorage.setItem(SIZES_KEY, JSON.stringify(sizes.getState()));
  } catch {
    // Storage is full or forbidden: the size then holds until the page is closed.
  }
}

function readSizes(): PanelSizes {
  try {
    const saved: unknown = JSON.parse(localStorage.getItem(SIZES_KEY) ?? '{}');
    const known = Object.entries(saved as object).filter(
      ([, size]) => typeof size === 'number' && size >= MIN_PANEL && size <= MAX_PANEL,
    );
    return Object.fromEntries(known);
  } catch {
    // A page that may not store anything, or a text somebody else wrote.
    return {};
  }
}

export function panelsAt({ all }: PanelStore, side: Side): readonly PanelDefinition[] {
  return all.filter((panel) => panel.side === side);
}

/** Shows a panel, or closes it if it is shown. */
export function togglePanel({ open }: PanelStore, { side, id }: PanelDefinition): void {
  open.setState((state) => ({ [side]: state[side] === id ? undefined : id }));
}

export function closePanels({ open }: PanelStore): void {
  open.setState({}, true);
}

/** Shows a panel by its id. */
export function openPanel({ all, open }: PanelStore, id: string): void {
  const panel = all.find((candidate) => candidate.id === id);
  if (panel !== undefined) open.setState({ [panel.side]: id });
}
