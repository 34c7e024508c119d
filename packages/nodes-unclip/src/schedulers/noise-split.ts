import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;

/** How an ancestral step reaches the next noise level: up^2 + down^2 = next^2. */
export interface NoiseSplit {
  /** New noise. */
  readonly up: number;
  /** The rest of the old one. */
  readonly down: number;
}

/**
 * With as much new noise as one step of DDPM would have it.
 *
 * @param sigma the noise of the sample, more than `next`
 * @see diffusers 0.42.1, scheduling_euler_ancestral_discrete.py and scheduling_k_dpm_2_ancestral_discrete.py
 */
export function splitNoise(sigma: number, next: number): NoiseSplit {
  const square = fround(sigma * sigma);
  const nextSquare = fround(next * next);
  const up = torchSqrt(fround(fround(nextSquare * fround(square - nextSquare)) / square));
  return { up, down: torchSqrt(Math.max(fround(nextSquare - fround(up * up)), 0)) };
}
