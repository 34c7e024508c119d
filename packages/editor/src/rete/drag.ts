import type { EditorCatalog } from '../catalog/definitions.js';
import type { Point } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type EntityKey, entityOf } from '../document/entity-key.js';
import { type DragSet, dragSetOf } from './drag-set.js';

const SNAP_GRID = 20;
/** A pointer that moved less has clicked and not dragged. */
export const DRAG_THRESHOLD_PX = 4;

export interface DragParts {
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly selection: () => ReadonlySet<EntityKey>;
  readonly isSnapping: () => boolean;
  /** Moves a card's view, ahead of the document. */
  readonly translateNode: (node: string, to: Point) => void;
  /** The element of a frame or note, if it is on the page. */
  readonly annotationElement: (key: EntityKey) => HTMLElement | undefined;
  readonly onMoved: (set: DragSet, by: Point) => void;
  /** Writes the new places; only called if something moved. */
  readonly commit: (places: ReadonlyMap<EntityKey, Point>, reroutes: ReadonlyMap<string, readonly Point[]>) => void;
}

/** Moves a set of things while the pointer is down; the document learns of it once, at the end. */
export class Drag {
  readonly #parts: DragParts;
  #set: DragSet | undefined;
  #by: Point = { x: 0, y: 0 };
  #hasMoved = false;

  constructor(parts: DragParts) {
    this.#parts = parts;
  }

  get isActive(): boolean {
    return this.#set !== undefined;
  }

  /** Whether the pointer has left the place where it went down. */
  get hasMoved(): boolean {
    return this.#hasMoved;
  }

  isLeader(key: EntityKey): boolean {
    return this.#set?.leader === key;
  }

  isMoving(key: EntityKey): boolean {
    return this.#hasMoved && this.#set?.starts.has(key) === true;
  }

  /** Where the reroute points of a link are now, if they move along. */
  reroutes(link: string): readonly Point[] | undefined {
    return this.#set?.reroutes.get(link)?.map((point) => shifted(point, this.#by));
  }

  begin(leader: EntityKey): void {
    const { store, catalog, selection } = this.#parts;
    const keys = selection().has(leader) ? selection() : [leader];
    this.#set = dragSetOf(store.document, catalog, { leader, keys });
    this.#by = { x: 0, y: 0 };
    this.#hasMoved = false;
  }

  /**
   * @param wanted where the pointer would have the leader
   * @returns where the leader goes; `undefined` while the pointer has hardly moved
   */
  placeLeader(wanted: Point, k: number): Point | undefined {
    const set = this.#set;
    const start = set?.starts.get(set.leader);
    if (set === undefined || start === undefined) return undefined;
    const distancePx = Math.hypot(wanted.x - start.x, wanted.y - start.y) * k;
    if (!this.#hasMoved && distancePx < DRAG_THRESHOLD_PX) return undefined;
    this.#hasMoved = true;
    const grid = this.#parts.isSnapping() ? SNAP_GRID : 1;
    return { x: Math.round(wanted.x / grid) * grid, y: Math.round(wanted.y / grid) * grid };
  }

  /** Moves everything but the leader's own card, which moved already, to where the leader is. */
  follow(leaderAt: Point): void {
    const set = this.#set;
    const start = set?.starts.get(set.leader);
    if (set === undefined || start === undefined) return;
    this.#by = { x: leaderAt.x - start.x, y: leaderAt.y - start.y };
    for (const [key, from] of set.starts) {
      const { kind, id } = entityOf(key);
      if (kind === 'node') {
        if (key !== set.leader) this.#parts.translateNode(id, shifted(from, this.#by));
      } else {
        const element = this.#parts.annotationElement(key);
        if (element !== undefined) element.style.translate = `${this.#by.x}px ${this.#by.y}px`;
      }
    }
    this.#parts.onMoved(set, this.#by);
  }

  /** Writes where everything is now. */
  end(): void {
    const set = this.#set;
    const by = this.#by;
    const hasMoved = this.#hasMoved && (by.x !== 0 || by.y !== 0);
    this.#set = undefined;
    this.#hasMoved = false;
    if (set === undefined || !hasMoved) return;
    const places = new Map([...set.starts].map(([key, from]) => [key, shifted(from, by)]));
    const reroutes = new Map([...set.reroutes].map(([link, points]) => [link, points.map((p) => shifted(p, by))]));
    this.#parts.commit(places, reroutes);
  }

  /** Puts everything back where it was. @returns the leader and its place, if there was a drag */
  cancel(): { readonly key: EntityKey; readonly at: Point } | undefined {
    const set = this.#set;
    const start = set?.starts.get(set.leader);
    if (set === undefined || start === undefined) return undefined;
    if (this.#hasMoved) {
      this.follow(start);
      const { kind, id } = entityOf(set.leader);
      if (kind === 'node') this.#parts.translateNode(id, start);
    }
    this.#set = undefined;
    this.#hasMoved = false;
    return { key: set.leader, at: start };
  }
}

function shifted(point: Point, by: Point): Point {
  return { x: Math.round(point.x + by.x), y: Math.round(point.y + by.y) };
}
