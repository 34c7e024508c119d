import { texts } from '../messages/texts.js';

/**
 * A canvas the size of the window's part that shows the graph, under the cards. Drawn at most once a frame; the
 * painter gets a context in pixels of the page.
 */
export class CanvasLayer {
  readonly element: HTMLCanvasElement;
  /** Frames drawn since the start. */
  drawCount = 0;
  readonly #context: CanvasRenderingContext2D;
  readonly #paint: (g: CanvasRenderingContext2D, size: LayerSize) => void;
  readonly #observer: ResizeObserver;
  #size: LayerSize = { widthPx: 1, heightPx: 1, scale: 1 };
  #frame = 0;

  constructor(
    container: HTMLElement,
    paint: (g: CanvasRenderingContext2D, size: LayerSize) => void,
    onResize: () => void,
  ) {
    this.#paint = paint;
    this.element = document.createElement('canvas');
    this.element.className = 'canvas-layer';
    this.element.setAttribute('aria-hidden', 'true');
    container.prepend(this.element);
    const context = this.element.getContext('2d');
    if (context === null) throw new Error(texts.canvas.notDrawable);
    this.#context = context;
    this.#measure(container);
    this.#observer = new ResizeObserver(() => {
      this.#measure(container);
      onResize();
      // Setting the size empties the canvas; waiting for the next frame would flicker.
      this.#draw();
    });
    this.#observer.observe(container);
  }

  get size(): LayerSize {
    return this.#size;
  }

  readonly redraw = (): void => {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  };

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#observer.disconnect();
    this.element.remove();
  }

  #measure(container: HTMLElement): void {
    // More than two device pixels a pixel cannot be seen on wires and costs time.
    const scale = Math.min(2, window.devicePixelRatio || 1);
    const widthPx = Math.max(1, container.clientWidth);
    const heightPx = Math.max(1, container.clientHeight);
    this.#size = { widthPx, heightPx, scale };
    this.element.width = Math.round(widthPx * scale);
    this.element.height = Math.round(heightPx * scale);
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.drawCount++;
    const { widthPx, heightPx, scale } = this.#size;
    this.#context.setTransform(scale, 0, 0, scale, 0, 0);
    this.#context.clearRect(0, 0, widthPx, heightPx);
    this.#paint(this.#context, this.#size);
  }
}

export interface LayerSize {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Device pixels a pixel. */
  readonly scale: number;
}
