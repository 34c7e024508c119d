import { cardBoxes } from '../catalog/card-boxes.js';
import { definitionOf } from '../catalog/definitions.js';
import { categoryColour } from '../catalog/port-looks.js';
import { boxAround } from '../document/commands/align.js';
import type { Box, Point } from '../document/document.js';
import type { CanvasAdapter } from '../rete/canvas-adapter.js';
import { readCanvasTheme } from '../rete/canvas-theme.js';
import { fitted, type Viewport } from '../rete/viewport.js';
import type { EditorSession } from '../session/session.js';

export interface MinimapPainter {
  /** Moves the canvas so that this place of the overview is in its middle. */
  centreOn(place: Point): void;
  stop(): void;
}

const WIDTH_PX = 198;
const HEIGHT_PX = 138;
const MARGIN_PX = 10;

/** Paints at most once a frame; the cards are painted once for each version of the document. */
export function createMinimapPainter(
  element: HTMLCanvasElement,
  { store, catalog }: EditorSession,
  adapter: CanvasAdapter,
): MinimapPainter {
  const scale = Math.min(2, window.devicePixelRatio || 1);
  element.width = WIDTH_PX * scale;
  element.height = HEIGHT_PX * scale;
  const g = element.getContext('2d');
  const theme = readCanvasTheme(element);
  let frame = 0;
  let cards: { readonly image: OffscreenCanvas; readonly view: Viewport } | undefined;

  function paintCards() {
    const { document } = store;
    const boxes = cardBoxes(document, catalog);
    const around = boxAround([...boxes.values(), ...document.layout.frames]);
    const view = fitted(around ?? { x: 0, y: 0, width: 1000, height: 700 }, {
      widthPx: WIDTH_PX,
      heightPx: HEIGHT_PX,
      marginPx: MARGIN_PX,
      maxZoom: 0.12,
      minZoom: 0,
    });
    const image = new OffscreenCanvas(element.width, element.height);
    const c = image.getContext('2d');
    if (c === null) return { image, view };
    c.setTransform(scale * view.k, 0, 0, scale * view.k, scale * view.x, scale * view.y);
    for (const { x, y, width, height, colour } of document.layout.frames) {
      c.globalAlpha = 0.25;
      c.fillStyle = theme.tints[colour ?? 'grey'];
      c.fillRect(x, y, width, height);
    }
    c.globalAlpha = 0.9;
    for (const [id, { x, y, width, height }] of boxes) {
      c.fillStyle = categoryColour(definitionOf(catalog, document.nodes, id)?.category ?? '');
      c.fillRect(x, y, width, height);
    }
    return { image, view };
  }

  function paint(): void {
    frame = 0;
    if (g === null) return;
    cards ??= paintCards();
    g.setTransform(1, 0, 0, 1, 0, 0);
    g.clearRect(0, 0, element.width, element.height);
    g.drawImage(cards.image, 0, 0);
    const { view } = cards;
    const { x, y, width, height }: Box = adapter.visibleBox();
    g.setTransform(scale, 0, 0, scale, 0, 0);
    g.strokeStyle = theme.selection;
    g.lineWidth = 1.5;
    g.beginPath();
    g.roundRect(view.x + x * view.k, view.y + y * view.k, width * view.k, height * view.k, 2);
    g.stroke();
  }

  const paintSoon = () => {
    if (frame === 0) frame = requestAnimationFrame(paint);
  };
  const stopDocument = store.subscribe(({ document, previous }) => {
    if (document.layout === previous.layout && document.nodes === previous.nodes) return;
    cards = undefined;
    paintSoon();
  });
  const stopViewport = adapter.onViewport(paintSoon);
  paintSoon();
  return {
    centreOn({ x, y }) {
      if (cards === undefined) return;
      const { view } = cards;
      const { k } = adapter.viewport;
      const { widthPx, heightPx } = adapter.size;
      adapter.setViewport({
        x: widthPx / 2 - ((x - view.x) / view.k) * k,
        y: heightPx / 2 - ((y - view.y) / view.k) * k,
        k,
      });
    },
    stop() {
      cancelAnimationFrame(frame);
      stopDocument();
      stopViewport();
    },
  };
}
