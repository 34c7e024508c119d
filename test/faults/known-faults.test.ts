import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { tryFault } from './known-fault.js';
import { knownFaults } from './known-faults.js';

test.each(knownFaults)('$name is as it should be', async (fault) => {
  const { isRight, right, got } = await tryFault(fault);

  expect(isRight, `expected ${right}\ngot ${got}`).toBe(true);
});

test('no file of the set is left out, and none is tried twice', () => {
  const files = readdirSync(new URL('../fixtures/faults/workflows', import.meta.url));
  const names = knownFaults.map(({ name }) => name);

  expect(names).toEqual(expect.arrayContaining(files.map((file) => `fixtures/faults/workflows/${file}`)));
  expect(new Set(names).size).toBe(names.length);
});
