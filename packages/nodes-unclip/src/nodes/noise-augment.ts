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
  description: 'Blurs an image embedding with noise: the more, the freer the result is from the picture.',
  keywords: ['unclip conditioning', 'noise augmentation', 'noise level', 'variation strength'],
  category: 'conditioning',
  inputs: {
    embed: { type: 'embed', help: 'The embeddings to blur.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream to draw the noise from, such as that of a prior; without it the seed starts one.',
    },
  },
  outputs: {
    condition: { type: 'condition', help: 'What the UNet is told about the picture.' },
    generator: { type: 'generator', help: 'The random stream after the noise; connect it to keep diffusers’ seeds.' },
  },
  params: {
    noiseLevel: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'noise level',
      help: '0 keeps to the picture as closely as the model can; 1000 leaves only the prompt.',
    },
    strength: {
      kind: 'number',
      default: 1,
      min: -10,
      max: 10,
      step: 0.05,
      help: 'How much the picture counts beside others and the prompt: 1 as trained, 0 not at all, below 0 away from it.',
    },
    sameNoise: {
      kind: 'boolean',
      default: false,
      label: 'same noise',
      help: 'Blurs all embeddings of a series with one noise, so that an animation does not flicker.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'comfyui: the noise schedule of ComfyUI, and no statistics of the checkpoint’s embeddings.',
    },
    seed: { kind: 'seed', default: 0, help: 'The same seed gives the same result, and diffusers’ own.' },
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
