import { boxOf } from '../catalog/card-boxes.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { boxAround } from '../document/commands/align.js';
import type { Box, Point, ReroutePoint } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type EntityKey, entityOf } from '../document/entity-key.js';
import { type DragSet, dragSetOf } from './drag-set.js';
import { type Guide, snapToGuides } from './snap-guides.js';

const SNAP_GRID = 20;
/** How near an edge comes to a guide before it is drawn to it. */
const GUIDE_REACH_PX = 6;
/** A pointer that moved less has clicked and not dragged. */
export const DRAG_THRESHOLD_PX = 4;

export interface DragParts {
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly selection: () => ReadonlySet<EntityKey>;
  readonly isSnapping: () => boolean;
  /** What dragged things can be in line with. */
  readonly guideTo: () => Iterable<readonly [EntityKey, Box]>;
  /** Moves a card's view, ahead of the document. */
  readonly translateNode: (node: string, to: Point) => void;
  /** The element of a frame or note, if it is on the page. */
  readonly annotationElement: (key: EntityKey) => HTMLElement | undefined;
  readonly onMoved: (set: DragSet, by: Point) => void;
  /** Writes the new places; only called if something moved. */
  readonly commit: (
    places: ReadonlyMap<EntityKey, Point>,
    reroutes: ReadonlyMap<string, readonly ReroutePoint[]>,
  ) => void;
}

/** Moves a set of things while the pointer is down; the document learns of it once, at the end. */
export class Drag {
  readonly #parts: DragParts;
  #set: DragSet | undefined;
  #by: Point = { x: 0, y: 0 };
  #hasMoved = false;
  /** The box around all that is dragged, where it began, and the boxes beside it. */
  #surroundings: { readonly around: Box; readonly others: readonly Box[] } | undefined;
  #guides: readonly Guide[] = [];

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

  /** What the dragged things are in line with. */
  get guides(): readonly Guide[] {
    return this.#guides;
  }

  /** What is dragged and how far it is from where it was; `undefined` while nothing has moved. */
  get dragged(): { readonly keys: readonly EntityKey[]; readonly by: Point } | undefined {
    const { x, y } = this.#by;
    const hasMoved = this.#hasMoved && (x !== 0 || y !== 0);
    return this.#set && hasMoved ? { keys: [...this.#set.starts.keys()], by: { x, y } } : undefined;
  }

  isLeader(key: EntityKey): boolean {
    return this.#set?.leader === key;
  }

  isMoving(key: EntityKey): boolean {
    return this.#hasMoved && this.#set?.starts.has(key) === true;
  }

  /** Where the reroute points of a link are now, if they move along. */
  reroutes(link: string): readonly ReroutePoint[] | undefined {
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
   * @param wanted the pointer's position for the leader
   * @returns the new position of the leader; `undefined` while the pointer has hardly moved
   */
  placeLeader(wanted: Point, k: number): Point | undefined {
    const set = this.#set;
    const start = set?.starts.get(set.leader);
    if (set === undefined || start === undefined) return undefined;
    const distancePx = Math.hypot(wanted.x - start.x, wanted.y - start.y) * k;
    if (!this.#hasMoved && distancePx < DRAG_THRESHOLD_PX) return undefined;
    if (!this.#hasMoved) this.#surroundings = this.#look(set);
    this.#hasMoved = true;
    const grid = this.#parts.isSnapping() ? SNAP_GRID : 1;
    const { around, others } = this.#surroundings ?? {};
    if (grid === 1 && around !== undefined && others !== undefined) {
      const by = { x: Math.round(wanted.x - start.x), y: Math.round(wanted.y - start.y) };
      const moved = { ...around, x: around.x + by.x, y: around.y + by.y };
      const { offset, guides } = snapToGuides(moved, others, GUIDE_REACH_PX / k);
      this.#guides = guides;
      return { x: Math.round(start.x + by.x + offset.x), y: Math.round(start.y + by.y + offset.y) };
    }
    return { x: Math.round(wanted.x / grid) * grid, y: Math.round(wanted.y / grid) * grid };
  }

  /** Once a drag: nothing beside it moves meanwhile. */
  #look({ starts }: DragSet) {
    const { store, catalog, guideTo } = this.#parts;
    const around = boxAround([...starts.keys()].flatMap((key) => boxOf(store.document, catalog, key) ?? []));
    const others = [...guideTo()].flatMap(([key, box]) => (starts.has(key) ? [] : [box]));
    return around && { around, others };
  }

  #forget(): void {
    this.#set = undefined;
    this.#hasMoved = false;
    this.#surroundings = undefined;
    this.#guides = [];
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
    this.#forget();
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
    this.#forget();
    return { key: set.leader, at: start };
  }
}

function shifted<T extends Point>(point: T, by: Point): T {
  return { ...point, x: Math.round(point.x + by.x), y: Math.round(point.y + by.y) };
}
