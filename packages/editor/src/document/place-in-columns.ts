import type { Workflow, WorkflowNode } from '@unclip-studio/graph-core';
import type { NodeLayout } from './document.js';
import { linksOf } from './links.js';

const GAP = 40;

/** How large the card of a node is. */
export type CardSize = (node: WorkflowNode, looks: NodeLayout) => { readonly width: number; readonly height: number };

/** Of a node whose definition nobody knows. */
export const USUAL_SIZE = { width: 280, height: 480 } as const;

export interface PlacingOptions {
  /** The nodes that get a position. */
  readonly ids: readonly string[];
  /** The positions of the others. */
  readonly placed: Readonly<Record<string, NodeLayout>>;
  readonly sizeOf: CardSize;
}

/**
 * Positions for nodes without one: each one column to the right of its inputs, below all positioned cards, and no higher
 * than a node before it that nothing else reads. Rough on purpose: it only keeps cards apart, and long wires few, until the user
 * arranges them.
 */
export function placeInColumns(
  workflow: Pick<Workflow, 'nodes'>,
  { ids, placed, sizeOf }: PlacingOptions,
): Record<string, NodeLayout> {
  if (ids.length === 0) return {};
  const size = (id: string, looks: NodeLayout) => {
    const node = workflow.nodes[id];
    return node === undefined ? USUAL_SIZE : sizeOf(node, looks);
  };
  const depths = depthsOf(workflow);
  const bottom = Object.entries(placed).reduce(
    (lowest, [id, looks]) => Math.max(lowest, looks.y + size(id, looks).height + GAP),
    0,
  );
  const columns = new Map<number, string[]>();
  for (const id of ids) {
    const column = depths.get(id) ?? 0;
    columns.set(column, [...(columns.get(column) ?? []), id]);
  }
  const before = onlySources(workflow);
  const places: Record<string, NodeLayout> = {};
  /** Where the card of the node begins that this one alone reads; above everything if there is none. */
  const highest = (id: string) => places[before.get(id) ?? id]?.y ?? bottom;
  let x = 0;
  for (const [, column] of [...columns].sort(([a], [b]) => a - b)) {
    let y = bottom;
    let width = 0;
    for (const id of column.sort((a, b) => highest(a) - highest(b))) {
      y = Math.max(y, highest(id));
      const place = { x, y };
      places[id] = place;
      const card = size(id, place);
      y += card.height + GAP;
      width = Math.max(width, card.width);
    }
    x += width + GAP;
  }
  return places;
}

/** Node -> a node that it reads and nothing else does; the first of several. */
function onlySources({ nodes }: Pick<Workflow, 'nodes'>): ReadonlyMap<string, string> {
  const readers = new Map<string, Set<string>>();
  for (const { source, reader } of linksOf(nodes)) readers.set(source, (readers.get(source) ?? new Set()).add(reader));
  const only = new Map<string, string>();
  for (const [source, [reader, other]] of readers) {
    if (reader !== undefined && other === undefined && !only.has(reader)) only.set(reader, source);
  }
  return only;
}

/** Node -> links on the longest way to it. Nodes in a circle get 0. */
function depthsOf({ nodes }: Pick<Workflow, 'nodes'>): ReadonlyMap<string, number> {
  const readers = new Map<string, string[]>();
  const waiting = new Map<string, number>();
  for (const { source, reader } of linksOf(nodes)) {
    const others = readers.get(source);
    if (others === undefined) readers.set(source, [reader]);
    else others.push(reader);
    waiting.set(reader, (waiting.get(reader) ?? 0) + 1);
  }
  const depths = new Map<string, number>();
  const ready = Object.keys(nodes).filter((id) => !waiting.has(id));
  for (const id of ready) depths.set(id, 0);
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    const next = (depths.get(id) ?? 0) + 1;
    for (const reader of readers.get(id) ?? []) {
      depths.set(reader, Math.max(depths.get(reader) ?? 0, next));
      const left = (waiting.get(reader) ?? 0) - 1;
      waiting.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  return depths;
}
