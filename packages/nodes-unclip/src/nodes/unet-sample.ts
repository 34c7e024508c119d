import { defineNode } from '../define-node.js';
import { TorchGenerator } from '../random/torch-generator.js';
import { denoise } from '../sampling/denoise.js';
import { predictWithUnet } from '../sampling/predict-with-unet.js';
import { SCHEDULER_NAMES, SPACING_NAMES, schedulerFor } from '../sampling/scheduler-choices.js';
import { broadcastRows, repeatRows } from '../tensor/rows.js';
import { type Tensor, tensor } from '../tensor/tensor.js';

export const unetSample = defineNode({
  type: 'UNetSample',
  version: 1,
  title: 'UNet Sample',
  description: 'Draws: starts from noise and removes it step by step, led by the picture and the prompt.',
  category: 'sampling',
  inputs: {
    unet: { type: 'unet', help: 'The model that draws.' },
    prompt: { type: 'conditioning', help: 'What the text asks for.' },
    image: { type: 'condition', help: 'What the picture asks for.' },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream to draw the noise from; without it the seed starts one.',
    },
  },
  outputs: {
    latent: { type: 'latent', help: 'The picture in the VAE’s small form.' },
    generator: { type: 'generator', help: 'The random stream after the last step.' },
  },
  params: {
    scheduler: {
      kind: 'choice',
      default: 'ddim',
      options: SCHEDULER_NAMES,
      help: 'How the noise is removed; “checkpoint” takes what the checkpoint’s makers chose.',
    },
    steps: { kind: 'integer', default: 20, min: 1, max: 1000, help: 'More steps take longer and show finer detail.' },
    guidanceScale: {
      kind: 'number',
      default: 10,
      min: 0,
      max: 50,
      step: 0.5,
      label: 'guidance scale',
      help: 'How hard the picture and the prompt pull. 1 or less switches guidance off and halves the work.',
    },
    count: { kind: 'integer', default: 1, min: 1, max: 64, help: 'How many variations of each picture.' },
    width: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 2048,
      multipleOf: 8,
      unit: 'px',
      help: 'Width of the result; 0 takes the size the model was trained for.',
    },
    height: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 2048,
      multipleOf: 8,
      unit: 'px',
      help: 'Height of the result; 0 takes the size the model was trained for.',
    },
    eta: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How much new noise each DDIM step adds; other schedulers have their own way.',
    },
    karrasSigmas: {
      kind: 'boolean',
      default: false,
      label: 'Karras sigmas',
      help: 'Takes smaller steps where little noise is left, often with finer detail; not with ddim, ddpm, pndm, euler-a.',
    },
    timestepSpacing: {
      kind: 'choice',
      default: 'default',
      options: SPACING_NAMES,
      label: 'timestep spacing',
      help: 'How the steps lie among the trained noise levels; “trailing” begins at full noise. Not with dpmpp-2s.',
    },
    rescaleZeroSnr: {
      kind: 'boolean',
      default: false,
      label: 'zero terminal SNR',
      help: 'Lets the first step begin at pure noise, for models trained so: very dark and very bright pictures.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  async evaluate({ inputs, params }, { services, signal, progress, preview }) {
    const { checkpoint } = inputs.unet;
    const { classLabels, prompts, negatives, n } = matchRows(inputs, params.count);
    const scheduler = schedulerFor(checkpoint, params);
    const generator = inputs.generator
      ? TorchGenerator.fromState(inputs.generator.state)
      : new TorchGenerator(params.seed);

    const h = latentCells(params.height, checkpoint);
    const w = latentCells(params.width, checkpoint);
    const dims = [n, checkpoint.latentChannels, h, w];
    const noise = generator.randn(dims.reduce((product, dim) => product * dim, 1));
    const latents = tensor(
      dims,
      noise.map((value) => value * scheduler.initNoiseSigma),
    );

    const samples = await denoise({
      scheduler,
      latents,
      positive: prompts,
      negative: negatives,
      classLabels,
      guidanceScale: params.guidanceScale,
      randn: (count) => generator.randn(count),
      signal,
      predict: (question) => predictWithUnet(checkpoint, services.inference, question),
      onStep(step, steps, current) {
        progress(step, steps);
        preview({ latent: current, checkpoint, step, steps });
      },
    });
    return { latent: { samples }, generator: { state: generator.state() } };
  },
});

interface RowInputs {
  readonly prompt: { readonly positive: Tensor; readonly negative: Tensor };
  readonly image: { readonly classLabels: Tensor };
}

/** One prompt serves all pictures and one picture all prompts; each pair is then repeated `count` times in place. */
function matchRows({ prompt, image }: RowInputs, count: number) {
  const pairs = Math.max(prompt.positive.dims[0] ?? 0, image.classLabels.dims[0] ?? 0);
  const match = (what: string, rows: Tensor) => repeatRows(broadcastRows(what, rows, pairs), count);
  return {
    n: pairs * count,
    prompts: match('UNetSample prompt', prompt.positive),
    negatives: match('UNetSample negative prompt', prompt.negative),
    classLabels: match('UNetSample image', image.classLabels),
  };
}

function latentCells(
  sizePx: number,
  { sampleSize, pixelsPerLatent }: { readonly sampleSize: number; readonly pixelsPerLatent: number },
): number {
  return sizePx === 0 ? sampleSize : Math.floor(sizePx / pixelsPerLatent);
}
