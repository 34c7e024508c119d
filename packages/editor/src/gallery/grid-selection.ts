import type { GalleryPicture } from '@unclip-studio/protocol';
import type { Gallery } from '../session/gallery/gallery.js';

export function toggleSelected({ state }: Gallery, { id }: GalleryPicture): void {
  state.setState(({ selected }) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    return { selected: next };
  });
}

/** Selects, in addition to `kept`, what is between the anchor and a position, as far as it has been loaded. */
export function selectRange({ state, at }: Gallery, place: number, kept: Iterable<string> = []): void {
  const { anchor } = state.getState();
  const selected = new Set(kept);
  for (let i = Math.min(anchor, place); i <= Math.max(anchor, place); i++) {
    const image = at(i);
    if (image !== undefined) selected.add(image.id);
  }
  state.setState({ selected });
}

interface GridPlace {
  readonly at: number;
  readonly total: number;
  readonly columns: number;
  /** How many rows are in sight. */
  readonly rowsOfPage: number;
}

/** Where a key leads; `undefined` if it leads nowhere by its meaning. At the edges one stays. */
export function moveInGrid(key: string, { at, total, columns, rowsOfPage }: GridPlace): number | undefined {
  const by: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * rowsOfPage,
    PageDown: columns * rowsOfPage,
    Home: -at,
    End: total - 1 - at,
  };
  const step = by[key];
  if (step === undefined || total === 0) return undefined;
  const place = at + step;
  // Up from the first row, or down from the last one, is not possible.
  if (Math.abs(step) === columns && (place < 0 || place >= total) && key.startsWith('Arrow')) {
    return columns === 1
      ? at
      : key === 'ArrowDown' && Math.floor(at / columns) < Math.floor((total - 1) / columns)
        ? total - 1
        : at;
  }
  return Math.min(total - 1, Math.max(0, place));
}
