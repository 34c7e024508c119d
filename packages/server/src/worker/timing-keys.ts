import { createHash } from 'node:crypto';
import { canonicalJson, type PlannedNode } from '@unclip-studio/graph-core';

// What a seed, a text or a picture says does not change how long a node takes; numbers and choices do.
const TELLS_NOTHING: ReadonlySet<string> = new Set(['seed', 'text', 'image']);

/** The names under which a node's duration is remembered: with its settings, then for its type as a whole. */
export function timingKeys({ definition, params }: PlannedNode): readonly [exact: string, type: string] {
  const telling = Object.entries(params).filter(
    ([name]) => !TELLS_NOTHING.has(definition.params[name]?.kind ?? 'text'),
  );
  const settings = createHash('sha256')
    .update(canonicalJson(Object.fromEntries(telling)))
    .digest('hex');
  return [`${definition.type} ${settings.slice(0, 16)}`, definition.type];
}

// Below this a node is not worth a row of its own; a forecast by its type does.
const WORTH_REMEMBERING_MS = 5;

/** @returns what to remember of a run's nodes: timing key -> mean of milliseconds */
export function summarizeTimings(
  nodes: Iterable<readonly [PlannedNode, number]>,
): readonly (readonly [string, number])[] {
  const sums = new Map<string, { totalMs: number; count: number }>();
  const add = (key: string, durationMs: number) => {
    const sum = sums.get(key) ?? { totalMs: 0, count: 0 };
    sums.set(key, { totalMs: sum.totalMs + durationMs, count: sum.count + 1 });
  };
  for (const [node, durationMs] of nodes) {
    if (durationMs >= WORTH_REMEMBERING_MS) add(timingKeys(node)[0], durationMs);
    add(node.definition.type, durationMs);
  }
  return [...sums].map(([key, { totalMs, count }]) => [key, totalMs / count]);
}
