import { Graph, layout } from '@dagrejs/dagre';
import type { WireBetween } from '../catalog/card-boxes.js';
import { routeWires } from '../catalog/route-wires.js';
import type { Box, Point } from '../document/document.js';

export interface LayoutRequest {
  readonly cards: readonly (readonly [id: string, box: Box])[];
  /** Cards that stay where they are. */
  readonly others: readonly Box[];
  /** Between the cards. */
  readonly wires: readonly WireBetween[];
}

export interface LayoutReply {
  /** New top left corners. */
  readonly places: readonly (readonly [id: string, place: Point])[];
  /** The points that each wire is led through; empty for one that runs straight to its reader. */
  readonly routes: readonly (readonly [link: string, points: readonly Point[]])[];
}

const BETWEEN_COLUMNS = 80;
const BETWEEN_ROWS = 44;

/** Arranges cards in the direction of their wires, and leads wires around the cards between. */
export function arrangeCards({ cards, others, wires }: LayoutRequest): LayoutReply {
  const places = placesOf(cards, wires);
  const corners = new Map(places);
  const boxes = cards.map(([id, box]) => ({ ...box, ...corners.get(id) }));
  const socket = (card: string, { x, y }: Point): Point => {
    const corner = corners.get(card) ?? { x: 0, y: 0 };
    return { x: corner.x + x, y: corner.y + y };
  };
  const routed = routeWires(
    wires.map(({ id, source, reader, from, to }) => ({ id, from: socket(source, from), to: socket(reader, to) })),
    [...boxes, ...others],
  );
  return { places, routes: wires.map(({ id }) => [id, routed.get(id) ?? []] as const) };
}

function placesOf(cards: LayoutRequest['cards'], wires: LayoutRequest['wires']): LayoutReply['places'] {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_COLUMNS, nodesep: BETWEEN_ROWS, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const [id, { width, height }] of cards) graph.setNode(id, { width, height });
  for (const { source, reader } of wires) graph.setEdge(source, reader);
  layout(graph);
  const places = cards.map(([id, { width, height }]) => {
    const { x, y } = graph.node(id) as Point;
    return [id, { x: x - width / 2, y: y - height / 2 }] as const;
  });
  return keptInPlace(cards, places);
}

/** Leaves the upper left corner of the whole where it was, so that the user does not have to look for it. */
function keptInPlace(cards: LayoutRequest['cards'], places: LayoutReply['places']): LayoutReply['places'] {
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const dx = least(cards.map(([, { x }]) => x)) - least(places.map(([, { x }]) => x));
  const dy = least(cards.map(([, { y }]) => y)) - least(places.map(([, { y }]) => y));
  return places.map(([id, { x, y }]) => [id, { x: Math.round(x + dx), y: Math.round(y + dy) }]);
}
