import { type Seed, seedOf } from '@unclip-studio/graph-core';
import type { ComfyNode } from './comfy-graph.js';
import { numberOf } from './rules/value-readers.js';

export interface ReadSeed {
  readonly value: Seed;
  readonly words: readonly string[];
}

/** ComfyUI's seeds go from 0 to 2^64 - 1, as ours do; in a file of another program there may be any number. */
export function seedOfSampler({ type, values }: ComfyNode): ReadSeed {
  const value = values[type === 'KSampler' ? 'seed' : 'noise_seed'];
  const isWhole = typeof value === 'bigint' || (typeof value === 'string' && /^\s*\d{1,40}\s*$/.test(value));
  const whole = isWhole ? BigInt(value) : BigInt(Math.trunc(numberOf(value, 0)));
  const seed = seedOf(whole);
  if (seed !== undefined) return { value: seed, words: [] };
  // `asUintN` leaves 0..2^64 - 1, all of which are seeds.
  const held = seedOf(BigInt.asUintN(64, whole)) as Seed;
  return { value: held, words: [`The seed ${value} is not from 0 to 2^64 - 1; it became ${held}.`] };
}
