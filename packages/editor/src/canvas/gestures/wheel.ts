import type { GestureContext } from './gesture.js';

// A notch of a mouse wheel, 100 pixels, is about 14 %; a pinch on a trackpad comes as Ctrl + small steps.
const ZOOM_PER_PIXEL = 0.0014;
const PINCH_PER_PIXEL = 0.01;
const LINE_PX = 16;

/** The wheel zooms at the pointer, or moves the canvas if the user prefers that. @returns takes it off again */
export function listenToWheel({ adapter, session }: GestureContext): () => void {
  const onWheel = (event: WheelEvent) => {
    if (scrollsItself(event)) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const dx = event.deltaX * unit;
    const dy = event.deltaY * unit;
    if (event.ctrlKey || event.metaKey || !session.ui.getState().wheelPans) {
      const perPixel = event.ctrlKey && Math.abs(dy) < 50 ? PINCH_PER_PIXEL : ZOOM_PER_PIXEL;
      const screen = { x: event.clientX, y: event.clientY };
      if (event.shiftKey && !event.ctrlKey) adapter.panBy(-(dx || dy), 0);
      else adapter.zoomTo(adapter.viewport.k * Math.exp(-dy * perPixel), screen);
    } else if (event.shiftKey) {
      adapter.panBy(-(dx || dy), 0);
    } else {
      adapter.panBy(-dx, -dy);
    }
  };
  adapter.container.addEventListener('wheel', onWheel, { passive: false });
  return () => adapter.container.removeEventListener('wheel', onWheel);
}

/** A text area with the caret in it, and more text than it shows. */
function scrollsItself({ target, ctrlKey }: WheelEvent): boolean {
  if (ctrlKey || !(target instanceof HTMLTextAreaElement) || target !== document.activeElement) return false;
  return target.scrollHeight > target.clientHeight;
}
