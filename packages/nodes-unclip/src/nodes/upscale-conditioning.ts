import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import { preprocessVae } from '../image/preprocess-vae.js';
import { RandomStream } from '../random/random-stream.js';
import { SamplingInputError } from '../sampling/start-from-latent.js';
import { noiseScheduleOf } from '../schedulers/beta-schedule.js';
import { addNoise } from '../schedulers/scheduler.js';
import { concatRows } from '../tensor/rows.js';
import { tensor } from '../tensor/tensor.js';

// What the published model was trained with.
const MAX_LEVEL = 350;

export const upscaleConditioning = defineNode({
  type: 'UpscaleConditioning',
  version: 1,
  title: 'Upscale Conditioning: an image for the 4x upscaler',
  description: 'Prepares images for the Stable Diffusion x4 upscaler, which draws them four times as wide and as high.',
  keywords: ['x4 upscaler', 'upscale', 'super resolution'],
  category: 'conditioning',
  inputs: {
    unet: { type: 'unet', help: 'The UNet of the upscaler.' },
    image: { type: 'image', help: 'The small images, all of the same size; each pixel becomes one latent cell.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) to use. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    map: { type: 'unet-map', help: 'The extra input of the upscaler, for the sampler.' },
    generator: { type: 'generator', help: 'The random stream after this node, for the sampler.' },
  },
  params: {
    noiseLevel: {
      kind: 'integer',
      default: 20,
      min: 0,
      max: MAX_LEVEL,
      label: 'noise level',
      help: 'How much noise is added to the small image; with more noise the model invents more detail.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  async evaluate({ inputs: { unet, image, generator: connected }, params: { noiseLevel, seed } }) {
    const { lowRes } = unet;
    if (lowRes === undefined) {
      throw withReason(
        new SamplingInputError(
          `UpscaleConditioning: "${unet.name}" is no 4x upscaler. Choose stabilityai/stable-diffusion-x4-upscaler, or take Upscale Image with Model.`,
        ),
        { code: 'model-cannot', model: unet.name, what: 'upscale' },
      );
    }
    if (!(Number.isInteger(noiseLevel) && noiseLevel >= 0 && noiseLevel <= MAX_LEVEL)) {
      throw withReason(
        new SamplingInputError(`UpscaleConditioning: expected a noise level of 0 to ${MAX_LEVEL}, got ${noiseLevel}.`),
        { code: 'setting-range', setting: 'noiseLevel', value: noiseLevel, min: 0, max: MAX_LEVEL },
      );
    }
    const { pixelsPerCell } = unet.latents;
    const pixels = concatRows(
      'UpscaleConditioning images',
      image.map((one) => preprocessVae(one, { multipleOf: pixelsPerCell, filter: 'bicubic' })),
    );
    const stream = connected ? RandomStream.fromState(connected) : RandomStream.fromSeed(seed);
    const noise = stream.randn(pixels.data.length, image.length);
    const cumulative = noiseScheduleOf(lowRes).alphasCumprod[noiseLevel] ?? 0;
    const level = {
      signal: Math.fround(Math.sqrt(cumulative)),
      spread: Math.fround(Math.sqrt(Math.fround(1 - cumulative))),
    };
    const known = tensor(pixels.dims, addNoise(pixels.data, noise, level));
    return { map: { kind: 'low-resolution image', known, drawn: null, level: noiseLevel }, generator: stream.state() };
  },
});
