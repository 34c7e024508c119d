import { overlaps } from '../catalog/card-boxes.js';
import type { Box } from '../document/document.js';

/**
 * How much of a card is drawn. `full`: everything. `plain`: head and ports, without params. `far`: no element at all,
 * the whole graph is painted on the canvas.
 */
export type Detail = 'full' | 'plain' | 'far';

const FULL_FROM_ZOOM = 0.45;
const PLAIN_FROM_ZOOM = 0.3;

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

export interface VisibilityUpdate {
  /** Every card with its box. */
  readonly boxes: Iterable<readonly [string, Box]>;
  /** The part of the canvas that is on the screen, with some margin. */
  readonly screen: Box;
  readonly detail: Detail;
  /** How many cards may be mounted, and how many completed: to mount a card takes longer than a frame has for ten. */
  readonly budget: number;
}

/** Which cards are on the screen, and how much of each is drawn. */
export class Visibility {
  readonly #target: VisibilityTarget;
  readonly #visible = new Set<string>();
  // Cards whose params were drawn once keep them; the style sheet hides them where they are too small.
  readonly #complete = new Set<string>();
  readonly #listeners = new Map<string, Set<() => void>>();
  #missing: readonly string[] = [];
  #detail: Detail = 'full';

  constructor(target: VisibilityTarget) {
    this.#target = target;
  }

  get visible(): ReadonlySet<string> {
    return this.#visible;
  }

  get detail(): Detail {
    return this.#detail;
  }

  /** Cards on the screen that are not mounted yet. */
  get missing(): readonly string[] {
    return this.#missing;
  }

  /** Whether a card draws its params. */
  isComplete(node: string): boolean {
    return this.#complete.has(node);
  }

  /** Calls back when `isComplete` of this node has changed. */
  subscribe(node: string, listener: () => void): () => void {
    const others = this.#listeners.get(node) ?? new Set();
    this.#listeners.set(node, others.add(listener));
    return () => {
      others.delete(listener);
    };
  }

  /** @returns whether something is left for the next frame */
  update({ boxes, screen, detail, budget }: VisibilityUpdate): boolean {
    this.#detail = detail;
    const entering: (readonly [string, Box])[] = [];
    let isChanged = false;
    for (const entry of boxes) {
      const [node, box] = entry;
      const isVisible = detail !== 'far' && overlaps(box, screen);
      if (isVisible === this.#visible.has(node)) continue;
      if (isVisible) {
        entering.push(entry);
      } else {
        isChanged = true;
        this.#visible.delete(node);
        this.#target.hide(node);
      }
    }
    const order = entering.length > budget ? nearestFirst(entering, screen) : entering;
    for (const [node] of order.slice(0, budget)) {
      isChanged = true;
      this.#visible.add(node);
      if (detail === 'full') this.#finish(node);
      this.#target.show(node);
    }
    this.#missing = order.slice(budget).map(([node]) => node);
    if (isChanged) this.#target.changed(new Set(this.#visible));
    const isIncomplete = detail === 'full' && this.#completeSome(budget);
    return isIncomplete || this.#missing.length > 0;
  }

  /** Forgets a node that is gone. */
  remove(node: string): void {
    this.#visible.delete(node);
    this.#complete.delete(node);
  }

  /** @returns whether there are more */
  #completeSome(budget: number): boolean {
    let left = budget;
    for (const node of this.#visible) {
      if (this.#complete.has(node)) continue;
      if (left-- <= 0) return true;
      this.#finish(node);
    }
    return false;
  }

  /** Cards that were kept while they were off the screen have to hear of it, too. */
  #finish(node: string): void {
    if (this.#complete.has(node)) return;
    this.#complete.add(node);
    for (const listener of [...(this.#listeners.get(node) ?? [])]) listener();
  }
}

function nearestFirst(entries: readonly (readonly [string, Box])[], screen: Box) {
  const x = screen.x + screen.width / 2;
  const y = screen.y + screen.height / 2;
  const distance = ([, box]: readonly [string, Box]) =>
    Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y);
  return [...entries].sort((a, b) => distance(a) - distance(b));
}
