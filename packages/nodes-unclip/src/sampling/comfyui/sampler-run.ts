import { torchSqrt } from '../../schedulers/torch-sqrt.js';

const { exp, fround, log } = Math;

/** What a sampler of ComfyUI works with. Samples are in sigma space: the clean latent in full, with noise times sigma on top. */
export interface SamplerRun {
  /** float32, falling; as many as there are steps, and one more. */
  readonly sigmas: Float32Array;
  /** What the model takes a sample at a sigma for without its noise, guided and masked. */
  predict(sample: Float32Array, sigma: number): Promise<Float32Array>;
  /** New normal noise for going from a sigma to another one, as many values as a sample has. */
  noise(from: number, to: number): Float32Array;
  /** After each step, with its number from 1 on and the clean latent that the model saw in it. */
  onStep(step: number, denoised: Float32Array): void;
}

/** Goes from a sample at the first sigma to one at the last. */
export type Sampler = (first: Float32Array, run: SamplerRun) => Promise<Float32Array>;

/** What samplers do at each step: predict, then their own update. */
export interface Step {
  readonly index: number;
  readonly sample: Float32Array;
  readonly sigma: number;
  readonly next: number;
  readonly denoised: Float32Array;
}

/** A sampler that predicts once at the beginning of each step. */
export function stepwise(step: (step: Step, run: SamplerRun) => Float32Array | Promise<Float32Array>): Sampler {
  return async (first, run) => {
    let sample = first;
    for (let index = 0; index + 1 < run.sigmas.length; index++) {
      // Both are inside.
      const [sigma, next] = [run.sigmas[index] as number, run.sigmas[index + 1] as number];
      const denoised = await run.predict(sample, sigma);
      sample = await step({ index, sample, sigma, next, denoised }, run);
      run.onStep(index + 1, denoised);
    }
    return sample;
  };
}

/** A sum of arrays of one length, each times a number. */
export function combine(...terms: readonly (readonly [factor: number, values: Float32Array])[]): Float32Array {
  const sum = new Float64Array(terms[0]?.[1].length ?? 0);
  for (const [factor, values] of terms) {
    // All are of one length.
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + factor * (values[i] as number);
  }
  return Float32Array.from(sum);
}

/** Where the sample moves for each unit of sigma: (x - x0) / sigma. */
export function slope({ sample, sigma, denoised }: Pick<Step, 'sample' | 'sigma' | 'denoised'>): Float32Array {
  return combine([1 / sigma, sample], [-1 / sigma, denoised]);
}

/** Euler's step to a sigma. */
export function eulerStep(step: Omit<Step, 'index' | 'next'>, to: number): Float32Array {
  const share = to / step.sigma;
  return combine([share, step.sample], [1 - share, step.denoised]);
}

/**
 * How far an ancestral step goes down without noise, and how much noise brings it up again. In float32, since timesteps are
 * looked up for sigmas that follow from it: half way between two of them the last digit decides.
 */
export function ancestralStep(from: number, to: number): { readonly down: number; readonly up: number } {
  const square = (value: number) => fround(value * value);
  const share = fround(fround(square(to) * fround(square(from) - square(to))) / square(from));
  const up = Math.min(to, torchSqrt(share));
  return { down: torchSqrt(Math.max(fround(square(to) - square(up)), 0)), up };
}

/** Between two sigmas, in logarithms; in float32 for the same reason. */
export function geometricMiddle(from: number, to: number): number {
  const [first, last] = [fround(log(from)), fround(log(to))];
  return fround(exp(fround(last - fround(fround(last - first) * 0.5))));
}
