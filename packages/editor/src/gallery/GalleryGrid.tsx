import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore } from 'zustand/react';
import { texts } from '../messages/texts.js';
import type { Gallery } from '../session/gallery/gallery.js';
import { NO_FILTERS } from '../session/gallery/gallery-state.js';
import { useGallery } from '../session/session.js';
import { useUi } from '../session/use-stores.js';
import { Button } from '../ui/Button.js';
import { latinKey } from '../ui/keys.js';
import { moveInGrid, selectRange, toggleSelected } from './grid-selection.js';
import { ImageTile } from './ImageTile.js';

const PADDING_PX = 12;
// Additional rows above and below the visible ones.
const OVERSCAN = 2;
// A page is fetched where scrolling slows down, not for everything it flies over.
const FETCH_AFTER_MS = 60;

export interface GalleryGridProps {
  readonly onDrag: (isDragging: boolean) => void;
}

/** The images that were found. Only those in sight are on the page. */
export function GalleryGrid({ onDrag }: GalleryGridProps) {
  const gallery = useGallery();
  const { state, at, need } = gallery;
  const total = useStore(state, ({ total: count }) => count) ?? 0;
  useStore(state, ({ version }) => version);
  const focused = useStore(state, (one) => one.at);
  const selected = useStore(state, (one) => one.selected);
  const scroller = useRef<HTMLDivElement>(null);
  const columns = useColumns(scroller);
  const rowPx = columns.cellPx;
  const rows = Math.ceil(total / columns.count);
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan: OVERSCAN,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
  });
  // Rows change their height with the width of the page.
  useLayoutEffect(() => virtual.measure(), [virtual, rowPx]);
  const inSight = virtual.getVirtualItems();
  const [first, last] = [inSight[0]?.index ?? 0, inSight.at(-1)?.index ?? 0];
  useEffect(() => {
    const timer = setTimeout(() => need(first * columns.count, (last + 1) * columns.count - 1), FETCH_AFTER_MS);
    return () => clearTimeout(timer);
    // After a new search the same rows are visible, with other images.
  }, [first, last, columns.count, need, total]);
  useFocusAtStart(scroller);

  const moveTo = (place: number, extend: boolean) => {
    state.setState(({ anchor }) => ({ at: place, anchor: extend ? anchor : place }));
    if (extend) selectRange(gallery, place);
    virtual.scrollToIndex(Math.floor(place / columns.count));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? rowPx) / rowPx));
    const place = moveInGrid(event.key, { at: focused, total, columns: columns.count, rowsOfPage: page });
    if (place !== undefined) moveTo(place, event.shiftKey);
    else if (!takeKey(gallery, event)) return;
    event.preventDefault();
  };

  return (
    <div
      ref={scroller}
      className="gallery-grid"
      role="listbox"
      aria-multiselectable
      aria-label={texts.gallery.grid}
      aria-activedescendant={total > 0 ? `image-${focused}` : undefined}
      tabIndex={0}
      data-testid="gallery-grid"
      onKeyDown={onKeyDown}
    >
      <div className="gallery-rows" style={{ height: virtual.getTotalSize() }}>
        {inSight.flatMap(({ index: row, start }) =>
          Array.from({ length: Math.min(columns.count, total - row * columns.count) }, (_, column) => {
            const place = row * columns.count + column;
            const image = at(place);
            return (
              <ImageTile
                key={place}
                image={image}
                place={place}
                total={total}
                leftPx={PADDING_PX + column * columns.cellPx}
                topPx={start}
                sidePx={columns.cellPx}
                hasFocus={place === focused}
                isSelected={image !== undefined && selected.has(image.id)}
                onDrag={onDrag}
              />
            );
          }),
        )}
      </div>
    </div>
  );
}

/** In place of the images; it is no part of the list, which may hold only options. */
export function EmptyWords() {
  const { state, search } = useGallery();
  const { total, like, isDeletedOnly, query, model, month, board, isStarredOnly, problem } = useStore(state);
  if (total !== 0 || problem !== undefined) return null;
  if (like !== undefined) return <p className="gallery-empty">{texts.gallery.noneLike}</p>;
  const isAll = query.trim() === '' && model === '' && month === '' && board === '' && !isStarredOnly;
  if (isAll)
    return <p className="gallery-empty">{isDeletedOnly ? texts.gallery.nothingDeleted : texts.gallery.empty}</p>;
  return (
    <div className="gallery-empty">
      <p>{texts.gallery.noMatch}</p>
      <Button onClick={() => search({ ...NO_FILTERS, isDeletedOnly: false })}>{texts.gallery.clearSearch}</Button>
    </div>
  );
}

/** How many images fit in a row, and how wide each is. */
function useColumns(scroller: { readonly current: HTMLElement | null }) {
  // The least width of an image with its margin.
  const tilePx = useUi((ui) => ui.tilePx);
  const [widthPx, setWidthPx] = useState(tilePx);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => setWidthPx(element.clientWidth - 2 * PADDING_PX));
    observer.observe(element);
    setWidthPx(element.clientWidth - 2 * PADDING_PX);
    return () => observer.disconnect();
  }, [scroller]);
  const count = Math.max(1, Math.floor(widthPx / tilePx));
  return { count, cellPx: Math.floor(widthPx / count) };
}

function useFocusAtStart(scroller: { readonly current: HTMLElement | null }): void {
  const { state } = useGallery();
  const isCovered = useStore(state, ({ looking, comparing }) => looking !== undefined || comparing !== undefined);
  // Also when a viewed image is closed.
  useEffect(() => {
    if (!isCovered) scroller.current?.focus({ preventScroll: true });
  }, [isCovered, scroller]);
}

/** @returns whether the key meant something */
function takeKey(gallery: Gallery, { key, ctrlKey, metaKey, nativeEvent }: KeyboardEvent): boolean {
  const { state, at, star, remove, restore, selectAll, undo } = gallery;
  const { at: place, selected } = state.getState();
  const image = at(place);
  const isMod = ctrlKey || metaKey;
  const letter = latinKey(nativeEvent);
  if (isMod && letter === 'a') void selectAll();
  else if (isMod && letter === 'z') void undo();
  else if (isMod) return false;
  else if (key === 'Escape' && selected.size > 0) state.setState({ selected: new Set() });
  else if (image === undefined) return false;
  else if (key === 'Enter') state.setState({ looking: place });
  else if (key === ' ') toggleSelected(gallery, image);
  else if (letter === 's') void star([image]);
  else if (letter === 'm') state.setState({ moving: selected.size > 0 ? [...selected] : [image.id] });
  else if (key === 'Delete' || key === 'Backspace') {
    const ids = selected.size > 0 ? [...selected] : [image.id];
    void (image.deletedAt === undefined ? remove(ids) : restore(ids));
  } else return false;
  return true;
}
