import type { AxisName } from '../../document/sweep-axis.js';
import { MAX_EXPANDED_NODES } from '../../limits.js';
import type { Between } from './sweep-graph.js';

/** A sweep as the file has it. */
export interface CountedSweep {
  readonly id: string;
  readonly between: Between;
  /** How many values each side has; 1 without an axis. */
  readonly counts: Readonly<Record<AxisName, number>>;
}

// Enough to count near the limit exactly; anything far beyond is known to exceed it.
const MAX_STEPS = 20 * MAX_EXPANDED_NODES;

/**
 * How many nodes the sweeps add, without making them: nested sweeps multiply. For a node `n` let `S` be the sweeps that
 * copy it. A sweep `s` of `S` exists `g(s) = 1 + sum of cells(p) * g(p)` times over the `p` in `S` that copy `s`, and
 * each of these makes `cells(s)` copies of `n`.
 *
 * @param sweeps each after those that read it
 * @returns at least the number; exact unless it is many times {@link MAX_EXPANDED_NODES}
 */
export function countSweepCopies(sweeps: readonly CountedSweep[]): number {
  const copiers = new Map<string, CountedSweep[]>();
  let steps = 0;
  for (const sweep of sweeps) {
    for (const id of sweep.between.order) {
      const known = copiers.get(id);
      if (known === undefined) copiers.set(id, [sweep]);
      else known.push(sweep);
      // Each of them is at least one node itself.
      if (++steps > MAX_STEPS) return steps;
    }
  }
  let sum = 0;
  for (const [id, all] of copiers) {
    const made = new Map<CountedSweep, number>();
    for (const sweep of all) {
      let standing = 1;
      // Of thousands of parallel ones, hardly any is copied itself.
      const outer = copiers.get(sweep.id) ?? [];
      for (const one of outer) standing += made.get(one) ?? 0;
      const copies = cellsOf(id, sweep) * standing;
      made.set(sweep, copies);
      sum += copies;
      steps += 1 + outer.length;
      if (steps > MAX_STEPS && sum > MAX_EXPANDED_NODES) return sum;
    }
  }
  return sum;
}

function cellsOf(id: string, { between: { depends }, counts }: CountedSweep): number {
  return (depends.x.has(id) ? counts.x : 1) * (depends.y.has(id) ? counts.y : 1);
}
