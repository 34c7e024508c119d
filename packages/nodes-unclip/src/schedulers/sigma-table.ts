import type { NoiseSchedule } from './beta-schedule.js';
import { at } from './linear-combination.js';
import type { ConfigReader } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;

/** sigma / alpha of every timestep, float32 [numTrainTimesteps], rising. */
export function sigmaTable({ alphasCumprod }: NoiseSchedule): Float32Array {
  return alphasCumprod.map((alphaProd) => torchSqrt(fround(fround(1 - alphaProd) / alphaProd)));
}

/**
 * A terminal signal-to-noise ratio of 0 would make the first sigma infinite; diffusers takes 2^-24 for alpha_bar in all
 * classes which work with sigmas.
 */
export function withoutInfiniteSigma(reader: ConfigReader, schedule: NoiseSchedule): NoiseSchedule {
  if (!reader.boolean('rescale_betas_zero_snr', false)) return schedule;
  const alphasCumprod = schedule.alphasCumprod.slice();
  alphasCumprod[alphasCumprod.length - 1] = 2 ** -24;
  return { ...schedule, alphasCumprod };
}

/** numpy.interp over the table's own indices, in binary64; held at the ends. */
export function interpolate(table: Float32Array, position: number): number {
  const last = table.length - 1;
  if (position >= last) return at(table, last);
  if (position <= 0) return at(table, 0);
  const low = Math.floor(position);
  const slope = at(table, low + 1) - at(table, low);
  return slope * (position - low) + at(table, low);
}
