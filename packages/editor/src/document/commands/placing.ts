import { texts } from '../../messages/texts.js';
import type { DocumentDraft, Point, ReroutePoint } from '../document.js';
import type { DocumentStore } from '../document-store.js';
import { type EntityKey, entityOf } from '../entity-key.js';
import { type ThroughPorts, threadThrough } from './links.js';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where things go. Reroute points of links are given whole, as they move with both their nodes. */
export interface Places {
  readonly entities: ReadonlyMap<EntityKey, Point>;
  readonly reroutes?: ReadonlyMap<string, readonly ReroutePoint[]>;
  /** Links that are led another way, each with all its points. */
  readonly routes?: ReadonlyMap<string, readonly Point[]>;
}

/** Moves things to the places given, as one step. */
export function move(store: DocumentStore, places: Places, label = texts.edits.move(places.entities.size)): boolean {
  return store.edit(label, (draft) => writePlaces(draft, places));
}

/** Moves one node and puts it into the wire it was dropped on, as one step. */
export function dropOnLink(
  store: DocumentStore,
  places: Places,
  { link, through }: { readonly link: string; readonly through: ThroughPorts },
): boolean {
  return store.edit(texts.edits.insertOnLink, (draft) => {
    writePlaces(draft, places);
    threadThrough(draft, link, through);
  });
}

/** As `move`; steps of one kind that follow each other quickly, such as arrow keys, are one. */
export function nudge(store: DocumentStore, places: Places): boolean {
  return store.edit(texts.edits.move(places.entities.size), (draft) => writePlaces(draft, places), 'nudge');
}

/** @param size left out: as large as the content needs */
export function resizeNode(store: DocumentStore, id: string, size: Size | undefined): boolean {
  return store.edit(
    texts.edits.resize,
    (draft) => {
      const looks = draft.layout.nodes[id];
      if (looks === undefined) return;
      if (size === undefined) {
        delete looks.width;
        delete looks.height;
      } else {
        looks.width = Math.round(size.width);
        looks.height = Math.round(size.height);
      }
    },
    `resize ${id}`,
  );
}

export function setCollapsed(store: DocumentStore, ids: readonly string[], isCollapsed: boolean): boolean {
  return store.edit(texts.edits.collapse(isCollapsed), (draft) => {
    for (const id of ids) {
      const looks = draft.layout.nodes[id];
      if (looks === undefined || (looks.collapsed === true) === isCollapsed) continue;
      if (isCollapsed) looks.collapsed = true;
      else delete looks.collapsed;
    }
  });
}

/** Shows or hides the params that are seldom used. */
export function toggleShowsAll(store: DocumentStore, id: string): boolean {
  return store.edit(texts.edits.showParams, (draft) => {
    const looks = draft.layout.nodes[id];
    if (looks === undefined) return;
    if (looks.showsAll) delete looks.showsAll;
    else looks.showsAll = true;
  });
}

/** Shows or hides optional inputs that are not connected. */
export function toggleShowsInputs(store: DocumentStore, id: string): boolean {
  return store.edit(texts.edits.showInputs, (draft) => {
    const looks = draft.layout.nodes[id];
    if (looks === undefined) return;
    if (looks.showsInputs) delete looks.showsInputs;
    else looks.showsInputs = true;
  });
}

/** Collapses all, or opens all if every one is collapsed. */
export function toggleCollapsed(store: DocumentStore, ids: readonly string[]): boolean {
  const allAre = ids.every((id) => store.document.layout.nodes[id]?.collapsed === true);
  return setCollapsed(store, ids, !allAre);
}

function writePlaces(draft: DocumentDraft, { entities, reroutes, routes }: Places): void {
  for (const [key, { x, y }] of entities) {
    const target = placeable(draft, key);
    if (target === undefined || (target.x === x && target.y === y)) continue;
    target.x = x;
    target.y = y;
  }
  for (const [id, points] of reroutes ?? []) {
    const looks = draft.layout.links?.[id];
    if (looks !== undefined) looks.points = points.map((point) => ({ ...point }));
  }
  for (const [id, points] of routes ?? []) {
    if (points.length > 0) {
      draft.layout.links ??= {};
      draft.layout.links[id] = { points: points.map(({ x, y }) => ({ x, y })) };
    } else if (draft.layout.links?.[id] !== undefined) delete draft.layout.links[id];
  }
}

function placeable(draft: DocumentDraft, key: EntityKey) {
  const { kind, id } = entityOf(key);
  if (kind === 'node') return draft.layout.nodes[id];
  if (kind === 'frame') return draft.layout.frames.find((frame) => frame.id === id);
  if (kind === 'note') return draft.layout.notes.find((note) => note.id === id);
  return undefined;
}
