import type { NodeDefinition, WorkflowNode } from '@unclip-studio/graph-core';
import type { Box, Point, WorkflowDocument } from '../document/document.js';
import { cardBoxes, overlaps } from './card-boxes.js';
import { layoutCard } from './card-layout.js';
import type { EditorCatalog } from './definitions.js';

const MARGIN = 32;

/** The position nearest to the requested one at which a box overlaps no other, with a margin around it. */
export function freePlace(taken: Iterable<Box>, wanted: Box): Point {
  const boxes = [...taken];
  const { x, y, width, height } = wanted;
  const isFree = (at: Point) => boxes.every((box) => !overlaps(grown({ ...at, width, height }), box));
  if (isFree(wanted)) return { x, y };
  // A free position nearest to the requested one touches the margin of some box, on one or two sides.
  const xs = [x, ...boxes.flatMap((box) => [box.x - width - MARGIN, box.x + box.width + MARGIN])];
  const beside = boxes.flatMap((box) =>
    [box.y - height - MARGIN, box.y + box.height + MARGIN, y].flatMap((top) => xs.map((left) => ({ x: left, y: top }))),
  );
  const distance = (at: Point) => Math.hypot(at.x - x, at.y - y);
  const candidates = beside.sort((a, b) => distance(a) - distance(b));
  return candidates.find(isFree) ?? { x, y };
}

/** The place for the card of a new node. */
export function freePlaceForNode(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  { node, definition, at }: { readonly node: WorkflowNode; readonly definition: NodeDefinition; readonly at: Point },
): Point {
  const { width, height } = layoutCard(definition, { x: 0, y: 0 }, node);
  const place = freePlace(cardBoxes(document, catalog).values(), { ...at, width, height });
  return { x: Math.round(place.x), y: Math.round(place.y) };
}

function grown({ x, y, width, height }: Box): Box {
  // Less than the margin, so that a box exactly that far away is not an overlap.
  const by = MARGIN - 1;
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}
