import type { Plan } from '@unclip-studio/graph-core';
import { isKeepable } from '../services/results/kept-results.js';

// Each part costs some milliseconds of queue, and finds what parts have in common in the kept results.
const MOST_PARTS = 64;

/**
 * The parts of one run that several workers could compute at once: the cells of its sweeps. For nested sweeps only the
 * outer cells count. Nodes after the cells, such as the table and the files, are not included.
 *
 * @returns targets for each part, in the order of the cells; nothing if there are fewer than two
 */
export function partsOfPlan({ nodes }: Plan): readonly (readonly string[])[] {
  const sweeps = nodes.filter(({ definition }) => definition.expands?.kind === 'sweep');
  const sources = new Set(sweeps.flatMap(({ inputs }) => inputs.map(({ source }) => source)));
  const isInside = new Set<number>();
  // A node comes after all its inputs, so one walk from the end finds everything that cells read.
  for (let place = nodes.length - 1; place >= 0; place--) {
    if (!sources.has(place) && !isInside.has(place)) continue;
    for (const { source } of nodes[place]?.inputs ?? []) isInside.add(source);
  }
  const cells = [...sources]
    .filter((place) => !isInside.has(place))
    .flatMap((place) => nodes[place] ?? [])
    .filter(({ definition }) => isKeepable(definition))
    .map(({ id }) => id);
  if (cells.length < 2) return [];
  const count = Math.min(cells.length, MOST_PARTS);
  const startOf = (part: number) => Math.round((part * cells.length) / count);
  return Array.from({ length: count }, (_, part) => cells.slice(startOf(part), startOf(part + 1)));
}

/**
 * The id of the run that a user started, from its own or that of one of its shards: `7f3k2m9q0x1z` of `7f3k2m9q0x1z.4`.
 */
export function wholeRunId(runId: string): string {
  return runId.split('.', 1)[0] ?? runId;
}
