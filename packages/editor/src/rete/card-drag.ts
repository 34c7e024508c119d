import type { AreaPlugin } from 'rete-area-plugin';
import { overlaps } from '../catalog/card-boxes.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import { duplicate } from '../document/commands/clipboard.js';
import { dropOnLink, move } from '../document/commands/placing.js';
import type { Box, Point, ReroutePoint } from '../document/document.js';
import type { DocumentStore } from '../document/document-store.js';
import { type EntityKey, entityOf, frameKey, noteKey } from '../document/entity-key.js';
import type { UiStore } from '../view/ui-state.js';
import type { CardGeometry } from './card-geometry.js';
import { Drag } from './drag.js';
import type { DragSet } from './drag-set.js';
import { insertionAt } from './insertion.js';
import { PickSelection } from './pick-selection.js';
import type { AreaExtra, Schemes } from './schemes.js';
import type { Guide } from './snap-guides.js';
import type { WireIndex } from './wire-index.js';

export interface CardDragParts {
  readonly area: AreaPlugin<Schemes, AreaExtra>;
  readonly store: DocumentStore;
  readonly catalog: EditorCatalog;
  readonly ui: UiStore;
  readonly geometry: CardGeometry;
  readonly wires: WireIndex;
  readonly zoom: () => number;
  /** The part of the canvas that is on the screen. */
  readonly screen: () => Box;
  readonly onMoved: () => void;
  readonly onEnded: () => void;
}

/**
 * Dragging by Rete's signals for cards, and by the pointer for frames and notes: both select, move the selection, and
 * end in one edit. A card without wires that is dropped on a wire is inserted into it.
 */
export class CardDrag {
  readonly #parts: CardDragParts;
  readonly #drag: Drag;
  readonly #picks: PickSelection;
  readonly #annotations = new Map<EntityKey, HTMLElement>();
  // Rete continues moving a card whose drag was cancelled, until the pointer is released.
  #cancelled: { readonly key: EntityKey; readonly at: Point } | undefined;

  constructor(parts: CardDragParts) {
    const { area, store, catalog, ui } = parts;
    this.#parts = parts;
    this.#picks = new PickSelection(ui);
    this.#drag = new Drag({
      store,
      catalog,
      selection: () => ui.getState().selection,
      isSnapping: () => ui.getState().isSnapping,
      guideTo: () => (ui.getState().showsGuides ? this.#boxesOnScreen() : []),
      translateNode: (node, { x, y }) => void area.nodeViews.get(node)?.translate(x, y),
      annotationElement: (key) => this.#annotations.get(key),
      onMoved: (set) => this.#onMoved(set),
      commit: (places, reroutes) => this.#commit(places, reroutes),
    });
  }

  isMoving(key: EntityKey): boolean {
    return this.#drag.isMoving(key);
  }

  /** Where the points of a link are, if they are being dragged. */
  reroutes(link: string): readonly ReroutePoint[] | undefined {
    return this.#drag.reroutes(link);
  }

  /** What the dragged things are in line with. */
  get guides(): readonly Guide[] {
    return this.#drag.guides;
  }

  /** Moves the dragged items back. */
  cancel(): void {
    this.#setCloning(false);
    this.#cancelled = this.#drag.cancel();
  }

  /** Listens to Rete's drags of cards. @returns stops its additional listeners */
  watch(): () => void {
    this.#parts.area.addPipe((context) => {
      switch (context.type) {
        case 'nodepicked':
          if (this.#picks.pick(context.data.id)) this.#drag.begin(context.data.id);
          return context;
        case 'nodetranslate': {
          const { id, position } = context.data;
          if (this.#cancelled?.key === id && !isSame(position, this.#cancelled.at)) return undefined;
          // Only the card under the pointer is queried; the others follow it.
          if (!this.#drag.isLeader(id)) return context;
          const placed = this.#drag.placeLeader(position, this.#parts.zoom());
          return placed && { ...context, data: { ...context.data, position: placed } };
        }
        case 'nodetranslated':
          if (this.#drag.isLeader(context.data.id) && this.#drag.hasMoved) this.#drag.follow(context.data.position);
          return context;
        case 'nodedragged':
          this.#end(context.data.id);
          return context;
        default:
          return context;
      }
    });
    return this.#picks.listen();
  }

  /** Makes an element follow drags of a frame or note. */
  registerAnnotation(key: EntityKey, element: HTMLElement): () => void {
    this.#annotations.set(key, element);
    return () => {
      if (this.#annotations.get(key) === element) this.#annotations.delete(key);
    };
  }

  /** Drags a frame or a note together with the selection, until the pointer is released. */
  dragAnnotation(key: EntityKey, from: Point, down: PointerEvent): void {
    if (!this.#picks.pick(key)) return;
    this.#drag.begin(key);
    const stop = new AbortController();
    const { signal } = stop;
    const onMove = (event: PointerEvent) => {
      const k = this.#parts.zoom();
      const wanted = { x: from.x + (event.clientX - down.clientX) / k, y: from.y + (event.clientY - down.clientY) / k };
      const placed = this.#drag.placeLeader(wanted, k);
      if (placed !== undefined) this.#drag.follow(placed);
    };
    const onUp = () => {
      stop.abort();
      this.#end(key);
    };
    window.addEventListener('pointermove', onMove, { signal });
    window.addEventListener('pointerup', onUp, { signal });
    window.addEventListener('pointercancel', onUp, { signal });
  }

  #end(key: EntityKey): void {
    this.#cancelled = undefined;
    this.#picks.release(key, this.#drag.hasMoved);
    if (this.#picks.isCloning) this.#clone();
    else this.#drag.end();
    this.#setCloning(false);
    this.#parts.onEnded();
  }

  /** Puts copies where the dragged things were let go, and the things themselves back. */
  #clone(): void {
    const { store, ui } = this.#parts;
    const dragged = this.#drag.dragged;
    this.#drag.cancel();
    ui.setState({ hotLink: undefined });
    if (dragged === undefined) return;
    const added = duplicate(store, dragged.keys, dragged.by);
    if (added.length > 0) ui.setState({ selection: new Set(added) });
  }

  *#boxesOnScreen(): Iterable<readonly [EntityKey, Box]> {
    const { store, geometry, screen } = this.#parts;
    const { frames, notes } = store.document.layout;
    const seen = screen();
    for (const [id, box] of geometry.boxes()) if (overlaps(box, seen)) yield [id, box];
    for (const frame of frames) if (overlaps(frame, seen)) yield [frameKey(frame.id), frame];
    for (const note of notes) if (overlaps(note, seen)) yield [noteKey(note.id), note];
  }

  #setCloning(isCloning: boolean): void {
    const { container } = this.#parts.area;
    if (container.hasAttribute('data-cloning') !== isCloning) container.toggleAttribute('data-cloning', isCloning);
  }

  #onMoved({ reroutes, starts }: DragSet): void {
    const { ui, wires, onMoved } = this.#parts;
    const { isCloning } = this.#picks;
    this.#setCloning(isCloning);
    for (const link of reroutes.keys()) wires.touchWire(link);
    const hotLink = isCloning ? undefined : this.#insertion(starts)?.link;
    if (ui.getState().hotLink !== hotLink) ui.setState({ hotLink });
    onMoved();
  }

  #commit(entities: ReadonlyMap<EntityKey, Point>, reroutes: ReadonlyMap<string, readonly ReroutePoint[]>): void {
    const { store, ui } = this.#parts;
    const insertion = this.#insertion(entities);
    if (insertion === undefined) move(store, { entities, reroutes });
    else dropOnLink(store, { entities }, insertion);
    ui.setState({ hotLink: undefined });
  }

  /** The wire into which a card dragged alone would go. */
  #insertion(dragged: ReadonlyMap<EntityKey, Point>) {
    const [node] = dragged.keys();
    if (node === undefined || dragged.size > 1 || entityOf(node).kind !== 'node') return undefined;
    const { store, catalog, geometry, wires } = this.#parts;
    return insertionAt({ node, document: store.document, catalog, geometry, wires });
  }
}

function isSame(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}
