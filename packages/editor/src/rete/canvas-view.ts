import { AreaPlugin } from 'rete-area-plugin';
import type { Box, Point } from '../document/document.js';
import type { LayerSize } from './canvas-layer.js';
import type { AreaExtra, Schemes } from './schemes.js';
import { fitted, MIN_ZOOM, type Viewport, visibleBox, zoomedAround } from './viewport.js';

const FIT_MARGIN_PX = 48;
const FIT_MAX_ZOOM = 1.1;

/** How the canvas is shown: its part of the window, its place and zoom, and the way between the two coordinates. */
export abstract class CanvasView {
  readonly container: HTMLElement;
  protected readonly area: AreaPlugin<Schemes, AreaExtra>;
  readonly #listeners = new Set<(viewport: Viewport) => void>();

  constructor(container: HTMLElement) {
    this.container = container;
    this.area = new AreaPlugin<Schemes, AreaExtra>(container);
  }

  abstract get size(): LayerSize;
  protected abstract onMoved(): void;

  get viewport(): Viewport {
    const { x, y, k } = this.area.area.transform;
    return { x, y, k };
  }

  /** The element that Rete moves and scales; it contains everything in canvas units. */
  get holder(): HTMLElement {
    return this.area.area.content.holder;
  }

  setViewport(viewport: Viewport): void {
    // Rete's own zoom and translate wait for each other's signals; set as one, no frame shows half of it.
    Object.assign(this.area.area.transform, viewport);
    void this.area.area.translate(viewport.x, viewport.y);
    for (const listener of [...this.#listeners]) listener(viewport);
    this.onMoved();
  }

  /** @returns ends the subscription */
  onViewport(listener: (viewport: Viewport) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  panBy(dx: number, dy: number): void {
    const { x, y, k } = this.viewport;
    this.setViewport({ x: x + dx, y: y + dy, k });
  }

  /** @param screen stays where it is, in pixels of the window; the middle of the canvas if left out */
  zoomTo(k: number, screen?: Point): void {
    const { left, top } = this.container.getBoundingClientRect();
    const { widthPx, heightPx } = this.size;
    const around = screen ? { x: screen.x - left, y: screen.y - top } : { x: widthPx / 2, y: heightPx / 2 };
    this.setViewport(zoomedAround(this.viewport, around, k));
  }

  /** Shows the whole box. */
  fitBox(box: Box): void {
    const { widthPx, heightPx } = this.size;
    const limits = { marginPx: FIT_MARGIN_PX, maxZoom: FIT_MAX_ZOOM, minZoom: MIN_ZOOM };
    this.setViewport(fitted(box, { widthPx, heightPx, ...limits }));
  }

  /** @param screen in pixels of the window */
  toCanvas(screen: Point): Point {
    const { left, top } = this.container.getBoundingClientRect();
    const { x, y, k } = this.viewport;
    return { x: (screen.x - left - x) / k, y: (screen.y - top - y) / k };
  }

  toScreen(place: Point): Point {
    const { left, top } = this.container.getBoundingClientRect();
    const { x, y, k } = this.viewport;
    return { x: left + x + place.x * k, y: top + y + place.y * k };
  }

  /** The part of the canvas on the screen. */
  visibleBox(marginPx = 0): Box {
    return visibleBox(this.viewport, this.size, marginPx);
  }
}
