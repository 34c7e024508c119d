/**
 * A seed from 0 to 2^64 - 1: a number up to 2^53 - 1, and the decimal digits of a larger one, which a JSON number would
 * round. Each seed has one form only, so that equal seeds have equal fingerprints.
 */
export type Seed = number | string;

export const MAX_SEED = 2n ** 64n - 1n;

// The largest seed has 20 digits; leading zeros are possible. BigInt is slow for millions of digits.
const DIGITS = /^\d{1,64}$/;

export function isSeed(value: unknown): value is Seed {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0;
  return typeof value === 'string' && typeof readSeed(value) === 'string' && readSeed(value) === value;
}

/** Reads the digits of a seed; `undefined` if the text is anything else or the number is too large. */
export function readSeed(digits: string): Seed | undefined {
  return DIGITS.test(digits) ? seedOf(BigInt(digits)) : undefined;
}

/** The form in which files hold a seed; `undefined` if it is not one. */
export function seedOf(value: bigint): Seed | undefined {
  if (value < 0n || value > MAX_SEED) return undefined;
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** The seed which is larger by `by`; the largest is followed by 0. */
export function seedPlus(seed: Seed, by: number | bigint): Seed {
  // `asUintN` leaves 0..2^64 - 1, all of which are seeds.
  return seedOf(BigInt.asUintN(64, BigInt(seed) + BigInt(by))) as Seed;
}
