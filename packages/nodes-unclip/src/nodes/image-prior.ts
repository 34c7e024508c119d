import { withReason } from '@unclip-studio/graph-core';
import { requireVision } from '../checkpoints/checkpoint.js';
import { defineNode } from '../define-node.js';
import { RandomStream } from '../random/random-stream.js';
import { drawPrior, encodePriorPrompts } from '../sampling/draw-prior.js';
import { isGuided } from '../sampling/guidance.js';
import { PRIOR_SCHEDULER_NAMES, priorSchedulerFor } from '../sampling/prior-scheduler.js';

/** The prior makes embeddings of another CLIP model than the checkpoint that is to draw. */
export class EmbedWidthError extends Error {
  override readonly name = 'EmbedWidthError';
}

export const imagePrior = defineNode({
  type: 'ImagePrior',
  version: 1,
  title: 'Image Prior',
  description: 'Generates a CLIP image embedding from a prompt: text to image with unCLIP.',
  keywords: ['unclip prior', 'karlo', 'text to image', 'txt2img', 'dall-e 2'],
  category: 'conditioning',
  inputs: {
    prior: { type: 'prior', help: 'The prior.' },
    vision: {
      type: 'vision-model',
      help: 'The image encoder of the checkpoint that generates the image, so that the embeddings match it.',
    },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) to use. If it is not connected, the seed starts one.',
    },
  },
  outputs: {
    embed: { type: 'embed', help: 'The generated CLIP embeddings, one per image.' },
    generator: { type: 'generator', help: 'The random stream after the last step.' },
  },
  params: {
    prompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      help: 'What the image should show.',
    },
    negativePrompt: {
      kind: 'text',
      default: '',
      multiline: true,
      maxLength: 20_000,
      label: 'negative prompt',
      help: 'What the image should not show. Only used if the guidance scale is above 1.',
    },
    steps: {
      kind: 'integer',
      default: 25,
      min: 1,
      max: 1000,
      help: 'More steps take longer and follow the prompt more closely.',
    },
    guidanceScale: {
      kind: 'number',
      default: 4,
      min: 0,
      max: 50,
      step: 0.5,
      label: 'guidance scale',
      help: 'How strongly the prompt guides (CFG). 1 or less switches guidance off.',
    },
    count: { kind: 'integer', default: 1, min: 1, max: 64, help: 'How many embeddings to generate.' },
    scheduler: {
      kind: 'choice',
      default: 'ddpm',
      options: PRIOR_SCHEDULER_NAMES,
      help: 'The sampling method: ddpm as in diffusers’ guide, unclip as in its pipeline, unclip-original as in Karlo.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  duration: { each: ['steps'], rows: ['count'] },
  models({ inputs: { prior }, params: { count, steps, guidanceScale, scheduler } }) {
    const { checkpoint } = prior;
    const n = count * (isGuided(guidanceScale) ? 2 : 1);
    const calls = priorSchedulerFor(checkpoint, scheduler, steps).timesteps.length;
    return {
      uses: [
        { model: checkpoint.textModel(), times: 2 },
        { model: checkpoint.priorModel({ n }), times: calls },
      ],
      extent: { rows: count },
    };
  },
  async evaluate({ inputs, params }, { services, signal, progress }) {
    const { checkpoint: prior } = inputs.prior;
    const { embeds: space } = requireVision(inputs.vision);
    if (prior.embedDim !== space.width) {
      throw withReason(
        new EmbedWidthError(
          `ImagePrior: the prior "${prior.name}" makes CLIP embeddings of width ${prior.embedDim}, but the checkpoint ` +
            `"${space.name}" was trained on embeddings of width ${space.width}. Take a prior and a checkpoint of one ` +
            'CLIP model: Karlo goes with the unCLIP checkpoints of CLIP ViT-L, width 768.',
        ),
        { code: 'made-for-other-model', kind: 'prior', name: prior.name, model: space.name },
      );
    }
    const generator = inputs.generator ? RandomStream.fromState(inputs.generator) : RandomStream.fromSeed(params.seed);
    const rows = await drawPrior({
      checkpoint: prior,
      inference: services.inference,
      scheduler: priorSchedulerFor(prior, params.scheduler, params.steps),
      positive: await encodePriorPrompts(prior, services.inference, [params.prompt]),
      negative: await encodePriorPrompts(prior, services.inference, [params.negativePrompt]),
      count: params.count,
      guidanceScale: params.guidanceScale,
      randn: (count) => generator.randn(count, params.count),
      onStep: progress,
      signal,
    });
    return { embed: { rows, space }, generator: generator.state() };
  },
});
