import { boxOf, contains } from '../catalog/card-boxes.js';
import type { EditorCatalog } from '../catalog/definitions.js';
import type { Point, ReroutePoint, WorkflowDocument } from '../document/document.js';
import { type EntityKey, entityOf, frameKey, idsOf, noteKey } from '../document/entity-key.js';
import { linksInto } from '../document/links.js';

/** What moves together in one drag, with the places it all started from. */
export interface DragSet {
  /** The thing under the pointer. */
  readonly leader: EntityKey;
  readonly starts: ReadonlyMap<EntityKey, Point>;
  /** Links whose both cards move take their points along. */
  readonly reroutes: ReadonlyMap<string, readonly ReroutePoint[]>;
}

/** @param keys the selection; frames include their contents */
export function dragSetOf(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  { leader, keys }: { readonly leader: EntityKey; readonly keys: Iterable<EntityKey> },
): DragSet {
  const moving = new Set([leader, ...keys]);
  for (const key of [...moving]) {
    if (entityOf(key).kind === 'frame') for (const inside of entitiesInside(document, catalog, key)) moving.add(inside);
  }
  const starts = new Map<EntityKey, Point>();
  for (const key of moving) {
    const box = boxOf(document, catalog, key);
    if (box !== undefined) starts.set(key, { x: box.x, y: box.y });
  }
  return { leader, starts, reroutes: reroutesBetween(document, new Set(idsOf(starts.keys(), 'node'))) };
}

function entitiesInside(document: WorkflowDocument, catalog: EditorCatalog, frame: EntityKey): readonly EntityKey[] {
  const outer = boxOf(document, catalog, frame);
  if (outer === undefined) return [];
  const { frames, notes } = document.layout;
  const candidates = [
    ...Object.keys(document.nodes),
    ...frames.map(({ id }) => frameKey(id)),
    ...notes.map(({ id }) => noteKey(id)),
  ];
  return candidates.filter((key) => {
    const box = key === frame ? undefined : boxOf(document, catalog, key);
    return box !== undefined && contains(outer, box);
  });
}

function reroutesBetween({ nodes, layout }: WorkflowDocument, moving: ReadonlySet<string>): DragSet['reroutes'] {
  const reroutes = new Map<string, readonly ReroutePoint[]>();
  for (const [id, { points }] of Object.entries(layout.links ?? {})) {
    const reader = id.slice(0, id.indexOf('.'));
    if (!moving.has(reader)) continue;
    const link = linksInto(nodes, reader).find((candidate) => candidate.id === id);
    if (link !== undefined && moving.has(link.source)) reroutes.set(id, points);
  }
  return reroutes;
}
