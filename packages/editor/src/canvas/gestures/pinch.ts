import type { Point } from '../../document/document.js';
import type { CanvasAdapter } from '../../rete/canvas-adapter.js';

/** Two fingers: their distance zooms, their middle moves the canvas. */
export class Pinch {
  readonly #adapter: CanvasAdapter;
  readonly #fingers = new Map<number, Point>();

  constructor(adapter: CanvasAdapter) {
    this.#adapter = adapter;
  }

  /** @returns whether there are two fingers now */
  down({ pointerId, pointerType, clientX, clientY }: PointerEvent): boolean {
    if (pointerType !== 'touch') return false;
    this.#fingers.set(pointerId, { x: clientX, y: clientY });
    return this.#fingers.size >= 2;
  }

  get isActive(): boolean {
    return this.#fingers.size >= 2;
  }

  move({ pointerId, clientX, clientY }: PointerEvent): void {
    if (!this.#fingers.has(pointerId)) return;
    const before = this.#shape();
    this.#fingers.set(pointerId, { x: clientX, y: clientY });
    const now = this.#shape();
    if (before === undefined || now === undefined) return;
    const adapter = this.#adapter;
    adapter.panBy(now.middle.x - before.middle.x, now.middle.y - before.middle.y);
    if (before.distance > 0) adapter.zoomTo((adapter.viewport.k * now.distance) / before.distance, now.middle);
  }

  up({ pointerId }: PointerEvent): void {
    this.#fingers.delete(pointerId);
  }

  #shape(): { readonly middle: Point; readonly distance: number } | undefined {
    const [a, b] = this.#fingers.values();
    if (a === undefined || b === undefined) return undefined;
    return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, distance: Math.hypot(a.x - b.x, a.y - b.y) };
  }
}
