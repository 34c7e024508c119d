import { type Tensor, tensor } from '../tensor/tensor.js';
import { resizeLatent } from './resize-latent.js';

/**
 * A depth map as a depth model sees it: of the latent's size, and between -1 and 1 by its own extremes.
 *
 * @param depth float32 [1, 1, H, W], larger where it is nearer
 * @see diffusers 0.42.1, pipeline_stable_diffusion_depth2img.py, prepare_depth_map
 */
export function depthChannel(depth: Tensor, { h, w }: { readonly h: number; readonly w: number }): Tensor {
  const { fround } = Math;
  const resized = resizeLatent(depth, { h, w, method: 'bicubic' });
  const least = resized.data.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = resized.data.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const range = fround(most - least);
  // A flat one says nothing.
  const scaled = resized.data.map((value) => (range === 0 ? 0 : fround(fround(2 * fround(value - least)) / range) - 1));
  return tensor(resized.dims, scaled);
}
