import type { GalleryPicture, OutputRecord } from '@unclip-studio/protocol';
import Check from 'lucide-react/icons/check';
import Star from 'lucide-react/icons/star';
import type { DragEvent, MouseEvent } from 'react';
import { dragImage } from '../actions/drag-image.js';
import { openImageMenu } from '../actions/image-menu.js';
import { texts } from '../messages/texts.js';
import { useGallery, useSession } from '../session/session.js';
import { selectRange, toggleSelected } from './grid-selection.js';

export interface ImageTileProps {
  /** `undefined` until it has been fetched. */
  readonly image: GalleryPicture | undefined;
  readonly place: number;
  readonly total: number;
  readonly leftPx: number;
  readonly topPx: number;
  readonly sidePx: number;
  readonly hasFocus: boolean;
  readonly isSelected: boolean;
  readonly onDrag: (isDragging: boolean) => void;
}

/** One image of the grid. What its corners do by the pointer, keys do too; see the grid's label. */
export function ImageTile(props: ImageTileProps) {
  const { image, place, total, leftPx, topPx, sidePx, hasFocus, isSelected, onDrag } = props;
  const gallery = useGallery();
  const { api, ui } = useSession();
  const onClick = (event: MouseEvent) => {
    if (image === undefined) return;
    const { state } = gallery;
    const { selected } = state.getState();
    if (event.shiftKey) {
      selectRange(gallery, place, selected);
      state.setState({ at: place });
      return;
    }
    state.setState({ at: place, anchor: place });
    const corner = event.target instanceof Element ? event.target.closest('[data-corner]') : null;
    if (corner?.getAttribute('data-corner') === 'star') void gallery.star([image]);
    else if (corner !== null || event.ctrlKey || event.metaKey || selected.size > 0) toggleSelected(gallery, image);
    else state.setState({ looking: place });
  };
  return (
    // The grid has the keys: see aria-activedescendant there.
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      id={`image-${place}`}
      className="image-tile"
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      aria-setsize={total}
      aria-posinset={place + 1}
      aria-label={image === undefined ? '…' : texts.gallery.image(image.title, image.prompt)}
      data-focus={hasFocus || undefined}
      data-starred={image?.starred || undefined}
      data-image={image?.id}
      style={{ transform: `translate(${leftPx}px, ${topPx}px)`, width: sidePx, height: sidePx }}
      draggable={image !== undefined}
      onClick={onClick}
      onContextMenu={(event) => image !== undefined && openImageMenu(ui, event, { output: image })}
      onDragStart={(event: DragEvent) => {
        if (image !== undefined) dragImage(event, { output: image, url: api.outputUrl(image) }, onDrag);
      }}
    >
      {image !== undefined && (
        <>
          <img src={thumbnailUrl(image)} alt="" decoding="async" draggable={false} />
          <span className="tile-check" data-corner="check" aria-hidden>
            <Check size={14} />
          </span>
          <span className="tile-star" data-corner="star" aria-hidden>
            <Star size={16} />
          </span>
        </>
      )}
    </div>
  );
}

/** A small image; with its hash in the address the browser asks for it only once. */
function thumbnailUrl({ id, sha256 }: OutputRecord): string {
  return `api/outputs/${encodeURIComponent(id)}/thumbnail?sha256=${sha256}`;
}
