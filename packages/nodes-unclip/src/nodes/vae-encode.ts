import type { Seed } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import { cropToMultiple } from '../image/crop-image.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import { RandomStream, type RandomStreamState } from '../random/random-stream.js';
import { encodeImage, encoderUse } from '../sampling/encode-image.js';
import { type LatentDistribution, sampleDistribution, toDistribution } from '../sampling/latent-distribution.js';
import { latentSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { concatRows, repeatRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';
import { NUMERICS_PARAM } from './shared-params.js';

export const vaeEncode = defineNode({
  type: 'VAEEncode',
  version: 1,
  title: 'VAE Encode',
  description: 'Encodes images to a latent image with the VAE, for image to image or inpainting.',
  keywords: ['img2img', 'image to image', 'image to latent', 'encode'],
  category: 'sampling',
  inputs: {
    vae: { type: 'vae', help: 'The VAE of the checkpoint that generates the image.' },
    image: {
      type: 'image',
      help: 'The images, all of the same size. They are resized if a side is not a multiple of 8 px.',
    },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) to use. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    latent: { type: 'latent', help: 'The latent images.' },
    generator: { type: 'generator', help: 'The random stream after this node.' },
  },
  params: {
    sampled: {
      kind: 'boolean',
      default: true,
      help: 'Samples the latent from the VAE’s distribution, as diffusers does. Off: uses the most likely latent.',
    },
    tiling: {
      kind: 'choice',
      default: 'auto',
      options: ['auto', 'off', 'always'],
      help: 'Encodes in overlapping tiles, which takes less memory and changes colours slightly. auto: only if the whole image would not fit into memory.',
    },
    count: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 64,
      added: true,
      help: 'How many latent images to encode from each image.',
    },
    seedPerImage: {
      kind: 'boolean',
      default: false,
      added: true,
      label: 'seed per image',
      help: 'Gives each latent image its own seed: the seed for the first, the seed plus 1 for the second, and so on.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: images are cropped around the centre to multiples of 8 px instead of resized, and the most likely latent is used, as in ComfyUI.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  models({ inputs: { vae, image }, params }, fits) {
    const { width: widthPx, height: heightPx } = image.sizePx ?? typicalSizePx(vae);
    const { model, times } = encoderUse({ widthPx, heightPx }, { vae, tiling: params.tiling, fits });
    return {
      uses: [{ model, times: times * image.rows }],
      extent: { ...image, rows: image.rows * params.count },
    };
  },
  async evaluate({ inputs, params }, { services, signal }) {
    const { vae } = inputs;
    const images = inputs.image.length * params.count;
    const generator = streamFor(inputs.generator, params, images);
    const isComfyUi = params.numerics === 'comfyui';
    const moments = [];
    for (const image of inputs.image) {
      signal.throwIfAborted();
      const multipleOf = vae.latents.pixelsPerCell;
      const pixels = preprocessVae(isComfyUi ? cropToMultiple(image, multipleOf) : image, { multipleOf });
      const { inference } = services;
      moments.push(await encodeImage(pixels, { vae, inference, tiling: params.tiling, signal }));
    }
    const all = repeatRows(concatRows('VAEEncode images', moments), params.count);
    const latent =
      vae.encodesTo === 'latents'
        ? all
        : choose(toDistribution(all), params.sampled && !isComfyUi ? { generator, images } : null);
    const { scalingFactor } = vae.latents;
    const samples = tensor(
      latent.dims,
      latent.data.map((value) => value * Math.fround(scalingFactor)),
    );
    const space = latentSpaceOf(vae);
    return { latent: { samples, ...(space && { space }) }, generator: generator.state() };
  },
});

interface Draw {
  readonly generator: RandomStream;
  readonly images: number;
}

/**
 * The mode of the latents without noise; with noise, the same noise for all images, as in diffusers for a batch, unless
 * each has its own stream.
 */
function choose(distribution: LatentDistribution, draw: Draw | null): Tensor {
  const { mean } = distribution;
  if (draw === null) return mean;
  return sampleDistribution(distribution, draw.generator.randn(mean.data.length, draw.images));
}

interface StreamParams {
  readonly seed: Seed;
  /** Each image has its own stream. */
  readonly seedPerImage: boolean;
}

/**
 * What a node of several images draws from.
 *
 * @param connected goes before the params
 */
function streamFor(
  connected: RandomStreamState | undefined,
  { seed, seedPerImage }: StreamParams,
  images: number,
): RandomStream {
  if (connected !== undefined) return RandomStream.fromState(connected);
  return seedPerImage ? RandomStream.perImage(seed, images) : RandomStream.fromSeed(seed);
}
