import { withReason } from '@unclip-studio/graph-core';
import { addNoise, type NoiseLevel, type Scheduler } from '../schedulers/scheduler.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

/** Inputs of the sampler that cannot go together. */
export class SamplingInputError extends Error {
  override readonly name = 'SamplingInputError';
}

/**
 * How many steps are left out when an image is to be redrawn in part only.
 *
 * @param denoise 0..1: 1 redraws everything, 0 nothing
 * @throws SamplingInputError if a share above 0 leaves no step at all
 * @see diffusers 0.42.1, pipeline_stable_diffusion_img2img.py, get_timesteps
 */
export function skippedSteps(steps: number, denoise: number): number {
  const left = Math.min(Math.floor(steps * denoise), steps);
  if (left === 0 && denoise > 0) {
    throw withReason(
      new SamplingInputError(
        `UNetSample, denoise: ${denoise} of ${steps} steps leaves none. Take a larger denoise or more steps.`,
      ),
      { code: 'no-steps-left', steps },
    );
  }
  return steps - left;
}

/** An image's latents with the noise of the first call: diffusers' `add_noise` at the first timestep. */
export function noisedLatents({ levels }: Pick<Scheduler, 'levels'>, latent: Tensor, noise: Float32Array): Tensor {
  const [first] = levels;
  if (first === undefined) throw new Error('Internal error: a scheduler without noise levels');
  return tensor(latent.dims, addNoise(latent.data, noise, first));
}

/**
 * A latent that another sampler left noisy, as noisy as the first call expects it.
 *
 * @param latent as {@link leftNoisy} gives it
 */
export function goneOnWith({ levels }: Pick<Scheduler, 'levels'>, latent: Tensor): Tensor {
  const [first] = levels;
  if (first === undefined) throw new Error('Internal error: a scheduler without noise levels');
  return tensor(
    latent.dims,
    latent.data.map((value) => value * first.signal),
  );
}

/**
 * A sample between two calls in the form in which samplers hand it on: the image in full, and the noise on top. That form
 * is the same for all schedulers, whichever scale they work in.
 *
 * @param level of the sample
 */
export function leftNoisy(sample: Tensor, { signal }: NoiseLevel): Tensor {
  return tensor(
    sample.dims,
    sample.data.map((value) => value / signal),
  );
}

/** What stays as it was while the rest is redrawn. */
export interface KeptLatents {
  /** float32 [n, c, h, w] */
  readonly original: Tensor;
  /** As many values; the same at every call. */
  readonly noise: Float32Array;
  /** float32 [h * w], 0 for cells to keep and 1 for cells to redraw; values between blend. */
  readonly mask: Float32Array;
}

/**
 * Puts the kept cells back into a sample, as noisy as the sample is: inpainting by latent blending.
 *
 * @param level of the sample; `null` after the last call, where the kept cells are clean
 * @see https://arxiv.org/abs/2206.02779; diffusers 0.42.1, pipeline_stable_diffusion_inpaint.py, step 10
 */
export function blendKept(
  sample: Float32Array,
  { original, noise, mask }: KeptLatents,
  level: NoiseLevel | null,
): Float32Array {
  const kept = level === null ? original.data : addNoise(original.data, noise, level);
  const cells = mask.length;
  return sample.map((value, i) => {
    // A mask value for each cell, the same in all channels and images.
    const redraw = mask[i % cells] as number;
    return redraw * value + (1 - redraw) * (kept[i] as number);
  });
}

/** One mask for latents: the mean over each cell. @param mask uint8, rows from the top; -> [h * w], 0..1 */
export function maskForLatents(
  mask: { readonly width: number; readonly height: number; readonly data: Uint8Array },
  latent: Tensor,
): Float32Array {
  const { h = 0, w = 0 } = bindDims('UNetSample latent', latent, 'n c h w');
  return Float32Array.from({ length: h * w }, (_, cell) => {
    const [row, column] = [Math.floor(cell / w), cell % w];
    const [top, bottom] = spanOf(row, h, mask.height);
    const [left, right] = spanOf(column, w, mask.width);
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += mask.data[y * mask.width + x] as number;
    }
    return sum / (255 * (bottom - top) * (right - left));
  });
}

/** The pixels, at least one, under cell `index` of `cells`. */
function spanOf(index: number, cells: number, pixels: number): readonly [from: number, to: number] {
  const from = Math.floor((index * pixels) / cells);
  return [from, Math.max(Math.ceil(((index + 1) * pixels) / cells), from + 1)];
}
