import {
  type Area,
  type BrushPoint,
  createMask,
  isBlank,
  isEmptyArea,
  type MaskRaster,
  NO_AREA,
  type Paint,
  paintSegment,
  wholeArea,
} from './mask-raster.js';
import { PaintHistory } from './paint-history.js';

// Seen on any image, light or dark; the canvas itself is half transparent.
const COLOUR = [255, 64, 96] as const;

/** What is known about a mask besides its pixels. */
export interface SurfaceState {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  readonly isBlank: boolean;
}

/** The mask that is being painted: its pixels, its history, and the canvas that shows them. */
export class PaintSurface {
  readonly mask: MaskRaster;
  readonly #history: PaintHistory;
  readonly #listeners = new Set<() => void>();
  #canvas: HTMLCanvasElement | undefined;
  #last: BrushPoint | undefined;
  #state: SurfaceState = { canUndo: false, canRedo: false, isBlank: true };

  constructor(width: number, height: number) {
    this.mask = createMask(width, height);
    this.#history = new PaintHistory(this.mask);
  }

  get state(): SurfaceState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** Shows the mask on a canvas of its size. */
  readonly attach = (canvas: HTMLCanvasElement | null): void => {
    this.#canvas = canvas ?? undefined;
    this.#show(wholeArea(this.mask));
  };

  /** Starts with an existing mask; this is not an undo step. */
  start(levels: Uint8Array): void {
    this.mask.data.set(levels);
    this.#show(wholeArea(this.mask));
    this.#tell();
  }

  /** Where the last stroke ended. */
  get last(): BrushPoint | undefined {
    return this.#last;
  }

  beginStroke(): void {
    this.#history.begin();
  }

  /** Paints on from a point to the next one of the stroke that was begun. */
  extendStroke(
    segment: readonly [BrushPoint, BrushPoint],
    brush: { readonly paint: Paint; readonly softness: number },
  ) {
    const area = paintSegment(this.mask, segment, brush);
    [, this.#last] = segment;
    this.#history.touch(area);
    this.#show(area);
  }

  endStroke(): void {
    this.#history.end();
    this.#tell();
  }

  /** Takes back the stroke under way, which turned out to be something else. */
  cancelStroke(): void {
    this.#show(this.#history.cancel() ?? NO_AREA);
    this.#tell();
  }

  /** One step that changes the pixels at once. */
  apply(change: (mask: MaskRaster) => Area): void {
    this.#history.begin();
    const area = change(this.mask);
    this.#history.touch(area);
    this.#history.end();
    this.#show(area);
    this.#tell();
  }

  readonly undo = (): void => {
    this.#show(this.#history.undo() ?? NO_AREA);
    this.#tell();
  };

  readonly redo = (): void => {
    this.#show(this.#history.redo() ?? NO_AREA);
    this.#tell();
  };

  #show(area: Area): void {
    const { left, top, right, bottom } = area;
    const context = this.#canvas?.getContext('2d');
    if (context == null || isEmptyArea(area)) return;
    const { width, data } = this.mask;
    const image = context.createImageData(right - left, bottom - top);
    const [red, green, blue] = COLOUR;
    let at = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++, at += 4) {
        image.data[at] = red;
        image.data[at + 1] = green;
        image.data[at + 2] = blue;
        image.data[at + 3] = data[y * width + x] ?? 0;
      }
    }
    context.putImageData(image, left, top);
  }

  #tell(): void {
    const { canUndo, canRedo } = this.#history;
    this.#state = { canUndo, canRedo, isBlank: isBlank(this.mask) };
    for (const listener of this.#listeners) listener();
  }
}
