import { Graph, layout } from '@dagrejs/dagre';
import type { Point } from '../document/document.js';

/** Cards with their sizes, and which reads which. */
export interface LayoutRequest {
  readonly nodes: readonly {
    readonly id: string;
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly edges: readonly (readonly [source: string, reader: string])[];
}

/** New top left corners. */
export type LayoutReply = readonly (readonly [id: string, place: Point])[];

const BETWEEN_COLUMNS = 72;
const BETWEEN_ROWS = 36;

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  self.postMessage(arrange(data));
};

function arrange({ nodes, edges }: LayoutRequest): LayoutReply {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: BETWEEN_COLUMNS, nodesep: BETWEEN_ROWS, ranker: 'network-simplex' });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  for (const [source, reader] of edges) {
    if (graph.hasNode(source) && graph.hasNode(reader)) graph.setEdge(source, reader);
  }
  layout(graph);
  const places = nodes.map(({ id, width, height }) => {
    const { x, y } = graph.node(id) as Point;
    return [id, { x: x - width / 2, y: y - height / 2 }] as const;
  });
  return keptInPlace(nodes, places);
}

/** Leaves the upper left corner of the whole where it was, so that the user does not have to look for it. */
function keptInPlace(nodes: LayoutRequest['nodes'], places: LayoutReply): LayoutReply {
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const dx = least(nodes.map(({ x }) => x)) - least(places.map(([, { x }]) => x));
  const dy = least(nodes.map(({ y }) => y)) - least(places.map(([, { y }]) => y));
  return places.map(([id, { x, y }]) => [id, { x: Math.round(x + dx), y: Math.round(y + dy) }]);
}
