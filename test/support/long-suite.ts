import { test } from 'vitest';
import { randomRuns } from './test-seed.js';

/** Whether this is the long suite, which also runs every file outside `test/long` that imports this module. */
export const IS_LONG_SUITE = randomRuns(1) > 1;

/** Variants of what `npm test` already shows with others: all of them in the long suite, none elsewhere. */
export function inLongSuite<Variant>(variants: readonly Variant[]): readonly Variant[] {
  return IS_LONG_SUITE ? variants : [];
}

/** `test`, but only in the long suite. Elsewhere nothing is declared, so that nothing counts as skipped. */
export const longTest: typeof test = IS_LONG_SUITE ? test : declaresNothing();

function declaresNothing(): typeof test {
  const nothing: typeof test = new Proxy(test, { get: () => nothing, apply: () => nothing });
  return nothing;
}
