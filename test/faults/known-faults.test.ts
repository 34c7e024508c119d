import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { IS_LONG_SUITE } from '../support/long-suite.js';
import { tryFault } from './known-fault.js';
import { knownFaults } from './known-faults.js';

// `npm test` tries, of files saved in several ways and float types, those that differ in most; of lists in a config, one; of saved schedulers, those that no golden number of
// test/golden has under the same config.
const ONLY_IN_LONG_SUITE = new Set(
  [
    ...['e01-resaved-fp32', 'e02-resaved-sharded', 'e03-resaved-variant-fp16', 'e06-resaved-variant-bf16'],
    ...['k01-dpmpp2m', 'k03-dpm-single', 'k04-unipc', 'k05-deis', 'k06-euler', 'k07-euler-a', 'k08-pndm', 'k09-lms'],
    ...['e04-resaved-variant-fp16-sharded', 'e05-resaved-bf16'],
    ...['k10-heun', 'k11-ddpm', 'c02-only-fp16', 'c05b-only-bf16-named', 'c06-fp8'],
    ...['c16b-transformer-layers-list', 'c16c-layers-per-block-list', 'c16e-cross-dim-list', 'c16f-sample-size-list'],
  ].map((name) => `checkpoints/${name}`),
);

test.each(knownFaults.filter(({ name }) => IS_LONG_SUITE || !ONLY_IN_LONG_SUITE.has(name)))(
  '$name is as it should be',
  async (fault) => {
    const { isRight, right, got } = await tryFault(fault);

    expect(isRight, `expected ${right}\ngot ${got}`).toBe(true);
  },
);

test('no file of the set is left out, and none is tried twice', () => {
  const files = readdirSync(new URL('../fixtures/faults/workflows', import.meta.url));
  const names = knownFaults.map(({ name }) => name);

  expect(names).toEqual(expect.arrayContaining(files.map((file) => `fixtures/faults/workflows/${file}`)));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining([...ONLY_IN_LONG_SUITE]));
});
