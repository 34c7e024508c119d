import { defineNode } from '../define-node.js';
import { maskOfChannel } from '../image/mask-of-channel.js';
import { resizeLatent } from '../sampling/resize-latent.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

export const depthConditioning = defineNode({
  type: 'DepthConditioning',
  version: 1,
  title: 'Depth Conditioning: a depth image for depth models',
  description: 'Guides Stable Diffusion 2 Depth by a depth image: near is bright, far is dark.',
  keywords: ['depth map', 'depth2img', 'sd2 depth'],
  category: 'conditioning',
  inputs: {
    depth: { type: 'image', help: 'The depth image, of any size; only the first of a batch is used.' },
    latent: { type: 'latent', help: 'The latent image that the sampler starts from; it sets the size.' },
  },
  outputs: { map: { type: 'unet-map', help: 'The extra input of a depth model, for the sampler.' } },
  params: {
    invert: { kind: 'boolean', default: false, help: 'For depth images in which near is dark.' },
  },
  models: ({ inputs: { latent } }) => ({ uses: [], extent: latent }),
  async evaluate({ inputs: { depth, latent }, params: { invert } }) {
    const [image] = depth;
    if (image === undefined) throw new Error('Internal error: an empty image batch');
    const { width, height, data } = maskOfChannel(image, 'brightness');
    const values = Float32Array.from(data, (level) => (invert ? 255 - level : level));
    const { h = 0, w = 0 } = bindDims('DepthConditioning latent', latent.samples, 'n c h w');
    const known = depthChannel(tensor([1, 1, height, width], values), { h, w });
    return { map: { kind: 'depth', known, drawn: null, level: null } };
  },
});

/**
 * A depth map as input of a depth model: of the latent's size, normalized to -1..1 by its own extremes.
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
