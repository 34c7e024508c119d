import { cardBoxes, contains } from '../catalog/card-boxes.js';
import type { EditorExtension, EditorSession } from '../session/session.js';

/** Keeps the whole graph in view, if it was, when a panel opens or closes and resizes the canvas. */
function keepInView(session: EditorSession): void {
  // The canvas is added to the page after the session is built.
  requestAnimationFrame(() => {
    const container = session.canvas.current?.container;
    if (container === undefined) return keepInView(session);
    let size = { width: container.clientWidth, height: container.clientHeight };
    new ResizeObserver(() => {
      const before = size;
      size = { width: container.clientWidth, height: container.clientHeight };
      if (sawEverything(session, before)) session.canvas.current?.fit();
    }).observe(container);
  });
}

/** @param size of the canvas before, in pixels; the view moves only afterwards */
function sawEverything(
  { canvas, store, catalog }: EditorSession,
  size: { readonly width: number; readonly height: number },
) {
  const viewport = canvas.current?.viewport;
  if (viewport === undefined) return false;
  const { x, y, k } = viewport;
  const shown = { x: -x / k, y: -y / k, width: size.width / k, height: size.height / k };
  return [...cardBoxes(store.document, catalog).values()].every((box) => contains(shown, box));
}

/** How panels and canvas share the page. */
export const layoutExtension: EditorExtension = { id: 'layout', start: keepInView };
