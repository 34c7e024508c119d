import type { Workflow } from '@unclip-studio/graph-core';
import type { NodeLayout, Point } from './document.js';
import { linksOf } from './links.js';

const COLUMN_WIDTH = 320;
const ROW_HEIGHT = 260;

/**
 * Positions for nodes without one: each one column to the right of its inputs, below all positioned cards. Rough on
 * purpose: it only keeps cards apart until the user arranges them.
 */
export function placeInColumns(
  workflow: Pick<Workflow, 'nodes'>,
  ids: readonly string[],
  placed: Readonly<Record<string, Point>>,
): Record<string, NodeLayout> {
  const depths = depthsOf(workflow);
  const bottom = Object.values(placed).reduce((lowest, { y }) => Math.max(lowest, y + 2 * ROW_HEIGHT), 0);
  const rows = new Map<number, number>();
  const places: Record<string, NodeLayout> = {};
  for (const id of ids) {
    const column = depths.get(id) ?? 0;
    const row = rows.get(column) ?? 0;
    rows.set(column, row + 1);
    places[id] = { x: column * COLUMN_WIDTH, y: bottom + row * ROW_HEIGHT };
  }
  return places;
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
