import type { Box, Point, WorkflowDocument } from '../document/document.js';
import { type EntityKey, entityOf } from '../document/entity-key.js';
import { linksOf } from '../document/links.js';
import { type CardLayout, type CardSurroundings, layoutCard } from './card-layout.js';
import { definitionOf, type EditorCatalog } from './definitions.js';

const CLOSED: CardSurroundings = { isOpen: false };
const OPEN: CardSurroundings = { isOpen: true };
const fedSurroundings = new WeakMap<
  ReadonlySet<string>,
  { readonly open: CardSurroundings; readonly closed: CardSurroundings }
>();

/**
 * The layout of one node's card; `undefined` if there is no such node.
 *
 * @param isOpen a wire is held over it, so that it shows the inputs that are folded
 */
export function cardLayoutOf(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  id: string,
  isOpen = false,
): CardLayout | undefined {
  const definition = definitionOf(catalog, document.nodes, id);
  const looks = document.layout.nodes[id];
  return definition === undefined || looks === undefined
    ? undefined
    : layoutCard(definition, looks, document.nodes[id], surroundingsOf(document.fed?.get(id), isOpen));
}

/** The same object each time, as layouts are found by it. */
function surroundingsOf(fed: ReadonlySet<string> | undefined, isOpen: boolean): CardSurroundings {
  if (fed === undefined) return isOpen ? OPEN : CLOSED;
  let known = fedSurroundings.get(fed);
  if (known === undefined) {
    known = { open: { fed, isOpen: true }, closed: { fed, isOpen: false } };
    fedSurroundings.set(fed, known);
  }
  return isOpen ? known.open : known.closed;
}

/** The box of a card, frame or note; links have none. */
export function boxOf(document: WorkflowDocument, catalog: EditorCatalog, key: EntityKey): Box | undefined {
  const { kind, id } = entityOf(key);
  if (kind === 'frame') return document.layout.frames.find((frame) => frame.id === id);
  if (kind === 'note') return document.layout.notes.find((note) => note.id === id);
  const looks = kind === 'node' ? document.layout.nodes[id] : undefined;
  const layout = looks && cardLayoutOf(document, catalog, id);
  return layout && { x: looks.x, y: looks.y, width: layout.width, height: layout.height };
}

/** The boxes of all cards. */
export function cardBoxes(document: WorkflowDocument, catalog: EditorCatalog): ReadonlyMap<string, Box> {
  const boxes = new Map<string, Box>();
  for (const id of Object.keys(document.nodes)) {
    const box = boxOf(document, catalog, id);
    if (box !== undefined) boxes.set(id, box);
  }
  return boxes;
}

/** A wire between two sockets. */
export interface WireToRoute {
  readonly id: string;
  readonly from: Point;
  readonly to: Point;
}

/** A link with its sockets, from the top left corners of their cards. */
export interface WireBetween extends WireToRoute {
  readonly source: string;
  readonly reader: string;
}

/** The wires between cards, with their sockets from the top left corners of the cards. */
export function wiresOf(document: WorkflowDocument, catalog: EditorCatalog): readonly WireBetween[] {
  return linksOf(document.nodes).flatMap(({ id, source, output, reader, input }) => {
    const from = cardLayoutOf(document, catalog, source)?.socket('output', output);
    const to = cardLayoutOf(document, catalog, reader)?.socket('input', input);
    return from === undefined || to === undefined ? [] : [{ id, source, reader, from, to }];
  });
}

export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}
