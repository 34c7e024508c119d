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
