import { type Area, copyArea, isEmptyArea, type MaskRaster, putArea, union, wholeArea } from './mask-raster.js';

// Some hundred strokes on a large image.
const KEPT_BYTES = 64 * 2 ** 20;

interface Step {
  readonly area: Area;
  /** As the area was before the step; after it was taken back, as it was after. */
  readonly pixels: Uint8Array;
}

/** Undo and redo for a mask, which keeps only what each step changed. */
export class PaintHistory {
  readonly #mask: MaskRaster;
  #past: Step[] = [];
  #future: Step[] = [];
  /** The whole mask as it was when the step under way began. */
  #before: Uint8Array | undefined;
  #changed: Area | undefined;

  constructor(mask: MaskRaster) {
    this.#mask = mask;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** A step begins: all that is changed until `end` is taken back together. */
  begin(): void {
    this.end();
    this.#before = this.#mask.data.slice();
    this.#changed = undefined;
  }

  /** The step under way has changed this area. */
  touch(area: Area): void {
    if (!isEmptyArea(area)) this.#changed = this.#changed === undefined ? area : union(this.#changed, area);
  }

  end(): void {
    const [before, area] = [this.#before, this.#changed];
    this.#before = undefined;
    this.#changed = undefined;
    if (before === undefined || area === undefined) return;
    const pixels = copyArea({ ...this.#mask, data: before }, area);
    this.#past.push({ area, pixels });
    this.#future = [];
    let bytes = this.#past.reduce((sum, step) => sum + step.pixels.length, 0);
    while (bytes > KEPT_BYTES && this.#past.length > 1) bytes -= this.#past.shift()?.pixels.length ?? 0;
  }

  /** Takes back what the step under way has done, and forgets it. @returns what changed */
  cancel(): Area | undefined {
    const before = this.#before;
    this.#before = undefined;
    this.#changed = undefined;
    if (before === undefined) return undefined;
    this.#mask.data.set(before);
    return wholeArea(this.#mask);
  }

  /** @returns what changed; `undefined` if there was nothing to take back */
  undo(): Area | undefined {
    return this.#swap(this.#past, this.#future);
  }

  redo(): Area | undefined {
    return this.#swap(this.#future, this.#past);
  }

  #swap(from: Step[], to: Step[]): Area | undefined {
    this.end();
    const step = from.pop();
    if (step === undefined) return undefined;
    to.push({ area: step.area, pixels: copyArea(this.#mask, step.area) });
    putArea(this.#mask, step.area, step.pixels);
    return step.area;
  }
}
