import { randomInt } from 'node:crypto';

/**
 * The seed of all random tests of this run: that of `UNCLIP_TEST_SEED`, or a new one.
 *
 * The whole run shares it: vitest's configuration draws it once and passes it to every test file and process.
 *
 * @throws Error if `UNCLIP_TEST_SEED` is not an integer in 0..2^31-1
 */
export function testSeed(): number {
  const given = process.env['UNCLIP_TEST_SEED'];
  if (given === undefined || given === '') return randomInt(2 ** 31);
  const seed = Number(given);
  if (!/^\d+$/.test(given) || seed >= 2 ** 31) {
    throw new Error(`UNCLIP_TEST_SEED: expected an integer from 0 to ${2 ** 31 - 1}, got "${given}".`);
  }
  return seed;
}

/** `usual` cases of a random test, and as many times more in the long suite, which sets `UNCLIP_TEST_FACTOR`. */
export function randomRuns(usual: number): number {
  return usual * Number(process.env['UNCLIP_TEST_FACTOR'] ?? 1);
}
