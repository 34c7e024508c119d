import { beforeAll, expect, test } from 'vitest';
import { measurePrior, type PriorSemantics } from '../support/prior-semantics.js';

let found: PriorSemantics;

beforeAll(async () => {
  found = await measurePrior(4);
}, 120_000);

test('pictures drawn through the prior show what its prompt says', () => {
  expect(found.own.ground).toBeGreaterThan(0.85);
  expect(found.own.object).toBeGreaterThan(0.6);
});

test('they do not show what other prompts say', () => {
  expect(found.other.ground).toBeLessThan(0.2);
  expect(found.other.object).toBeLessThan(0.2);
});
