import { defineNode } from '../define-node.js';
import { RandomStream } from '../random/random-stream.js';
import { embedScheduleOf } from '../sampling/embed-schedule.js';
import { augmentWithNoise, noiseLevelToIndex, strengthen } from '../sampling/noise-augment.js';
import { repeatRows } from '../tensor/rows.js';
import { tensor } from '../tensor/tensor.js';
import { NUMERICS_PARAM } from './shared-params.js';

export const noiseAugment = defineNode({
  type: 'NoiseAugment',
  version: 1,
  title: 'Noise Augment',
  description: 'Adds noise to an image embedding: the more noise, the less the result resembles the image.',
  keywords: ['unclip conditioning', 'noise augmentation', 'noise level', 'variation strength'],
  category: 'conditioning',
  inputs: {
    embed: { type: 'embed', help: 'The embeddings to add noise to.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) for the noise, such as from a prior. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    condition: { type: 'condition', help: 'The image conditioning for the sampler.' },
    generator: {
      type: 'generator',
      help: 'The random stream after the noise; connect it to the sampler to get the same images as diffusers.',
    },
  },
  params: {
    noiseLevel: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'noise level',
      help: '0: as close to the image as the model can get. 1000: only the prompt guides.',
    },
    strength: {
      kind: 'number',
      default: 1,
      min: -10,
      max: 10,
      step: 0.05,
      help: 'How strongly the image guides compared with other images and the prompt. 1: as trained; 0: not at all; below 0: away from it.',
    },
    sameNoise: {
      kind: 'boolean',
      default: false,
      label: 'same noise',
      help: 'Adds the same noise to all embeddings of a batch, so that an animation does not flicker.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: ComfyUI’s noise schedule, without the checkpoint’s embedding statistics.',
    },
    seed: { kind: 'seed', default: 0, help: 'The same seed gives the same result, as in diffusers.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  async evaluate({ inputs, params }) {
    const { rows, space } = inputs.embed;
    const generator = inputs.generator ? RandomStream.fromState(inputs.generator) : RandomStream.fromSeed(params.seed);
    // Drawn at level 0 too: diffusers does, and every later number of the stream depends on it.
    const [n = 1, d = 0] = rows.dims;
    const noise = params.sameNoise
      ? repeatRows(tensor([1, d], generator.randn(d, 1)), n).data
      : generator.randn(rows.data.length, n);
    const { alphasCumprod, statistics } = embedScheduleOf(space, params.numerics);
    const classLabels = augmentWithNoise({
      embeds: rows,
      noise,
      statistics,
      alphasCumprod,
      index: noiseLevelToIndex(params.noiseLevel, alphasCumprod.length),
    });
    return {
      condition: { classLabels: strengthen(classLabels, params.strength), space },
      generator: generator.state(),
    };
  },
});
