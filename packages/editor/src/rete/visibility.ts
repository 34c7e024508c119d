import { overlaps } from '../catalog/card-boxes.js';
import type { Box } from '../document/document.js';

/**
 * How much of a card is drawn. `full`: everything. `plain`: head and ports, without params. `far`: no element at all,
 * the whole graph is painted on the canvas.
 */
export type Detail = 'full' | 'plain' | 'far';

export const FULL_FROM_ZOOM = 0.45;
export const PLAIN_FROM_ZOOM = 0.3;

export function detailAt(k: number): Detail {
  if (k >= FULL_FROM_ZOOM) return 'full';
  return k >= PLAIN_FROM_ZOOM ? 'plain' : 'far';
}

/** What of a card's element the page has to do. */
export interface VisibilityTarget {
  show(node: string): void;
  hide(node: string): void;
  /** Called once after all `show` and `hide` of one update, if there were any. */
  changed(visible: ReadonlySet<string>): void;
}

/** Which cards are on the screen, and at what level of detail. */
export class Visibility {
  readonly #target: VisibilityTarget;
  readonly #visible = new Set<string>();
  readonly #listeners = new Set<() => void>();
  #detail: Detail = 'full';

  constructor(target: VisibilityTarget) {
    this.#target = target;
  }

  get visible(): ReadonlySet<string> {
    return this.#visible;
  }

  readonly getDetail = (): Detail => this.#detail;

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /**
   * @param boxes every card with its box
   * @param screen the part of the canvas that is on the screen, with some margin
   */
  update(boxes: Iterable<readonly [string, Box]>, screen: Box, detail: Detail): void {
    let isChanged = false;
    for (const [node, box] of boxes) {
      const isVisible = detail !== 'far' && overlaps(box, screen);
      if (isVisible === this.#visible.has(node)) continue;
      isChanged = true;
      if (isVisible) {
        this.#visible.add(node);
        this.#target.show(node);
      } else {
        this.#visible.delete(node);
        this.#target.hide(node);
      }
    }
    if (isChanged) this.#target.changed(new Set(this.#visible));
    if (detail === this.#detail) return;
    this.#detail = detail;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Forgets a node that is gone. */
  remove(node: string): void {
    this.#visible.delete(node);
  }
}
