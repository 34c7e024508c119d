import type { Checkpoint } from '../checkpoint.js';
import { defineNode } from '../define-node.js';
import type { Latent } from '../port-types.js';
import { TorchGenerator } from '../random/torch-generator.js';
import { denoiseResumably } from '../sampling/denoise-resumably.js';
import { latentSpaceOf, toSpaceOf } from '../sampling/latent-space.js';
import { createUnetPredictor } from '../sampling/predict-with-unet.js';
import { SCHEDULER_NAMES, SPACING_NAMES, schedulerFor } from '../sampling/scheduler-choices.js';
import {
  goneOnWith,
  leftNoisy,
  maskForLatents,
  noisedLatents,
  SamplingInputError,
  skippedSteps,
} from '../sampling/start-from-latent.js';
import { stopEarly } from '../sampling/stop-early.js';
import type { Scheduler } from '../schedulers/scheduler.js';
import { broadcastRows, repeatRows } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';

/** The node's own; see `NodeDefinition`. */
const VERSION = 1;

export const unetSample = defineNode({
  type: 'UNetSample',
  version: VERSION,
  title: 'UNet Sample',
  description:
    'Draws: starts from noise, or from a noised latent, and removes the noise step by step, led by picture and prompt.',
  category: 'sampling',
  inputs: {
    unet: { type: 'unet', help: 'The model that draws.' },
    prompt: { type: 'conditioning', help: 'What the text asks for.' },
    image: {
      type: 'condition',
      optional: true,
      help: 'What the picture asks for; without it only the prompt leads.',
    },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream to draw the noise from; without it the seed starts one.',
    },
    latent: {
      type: 'latent',
      optional: true,
      help: 'A picture to start from, of which “denoise” says how much is drawn anew; its size is the result’s.',
    },
    mask: {
      type: 'mask',
      optional: true,
      help: 'White where the latent is to be drawn anew; black stays as it is.',
    },
    laterPrompt: {
      type: 'conditioning',
      optional: true,
      help: 'What the text asks for from the “change at” step on.',
    },
    laterImage: {
      type: 'condition',
      optional: true,
      help: 'What the picture asks for from the “change at” step on, such as at another noise level.',
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
    denoise: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How much of the connected latent is drawn anew: this share of the steps. 1 leaves hardly a trace of it.',
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
      help: 'How the steps lie among the trained noise levels; “trailing” begins at full noise. Not with dpmpp-2s and dpmpp-sde.',
    },
    rescaleZeroSnr: {
      kind: 'boolean',
      default: false,
      label: 'zero terminal SNR',
      help: 'Lets the first step begin at pure noise, for models trained so: very dark and very bright pictures.',
    },
    changeAt: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'change at',
      unit: 'step',
      help: 'After this step the later prompt, image and guidance lead; what was drawn up to it is not drawn again. 0: never.',
    },
    laterGuidanceScale: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 50,
      step: 0.5,
      label: 'later guidance',
      help: 'The guidance scale after the “change at” step; 0 leaves it as it is, 1 switches guidance off.',
    },
    stopAt: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'stop at',
      unit: 'step',
      help: 'Stops after this step and hands on a latent that is noisy still, for another sampler to go on with. 0: goes to the end.',
    },
    addNoise: {
      kind: 'boolean',
      default: true,
      label: 'add noise',
      help: 'Off: the connected latent is noisy already, as a sampler that stopped early left it, and nothing is added.',
    },
    sameNoise: {
      kind: 'boolean',
      default: false,
      label: 'same noise',
      help: 'Starts all pictures of a series from one noise, so that only what leads differs: for animations.',
    },
    deepEvery: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 10,
      label: 'deep layers every',
      unit: 'step',
      help: 'Computes the deep layers of the UNet at every n-th step only and reuses what they made between; faster, and not exact. 1: at every step.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  duration: { each: ['steps', 'denoise'], rows: ['count'] },
  async evaluate({ inputs, params }, { services, signal, progress, preview }) {
    const { checkpoint } = inputs.unet;
    requireFit(inputs, checkpoint);
    const { classLabels, prompts, negatives, start, n } = matchRows(inputs, params.count, checkpoint);
    const generator = inputs.generator
      ? TorchGenerator.fromState(inputs.generator.state)
      : new TorchGenerator(params.seed);
    const space = latentSpaceOf(checkpoint);
    const done = (samples: Tensor) => ({ latent: { samples, space }, generator: { state: generator.state() } });
    requireStart(start, { ...params, masked: inputs.mask !== undefined });
    const skip = skippedSteps(params.steps, params.denoise);
    if (start !== null && skip === params.steps) return done(start);

    const { scheduler, endLevel } = stopEarly(schedulerFor(checkpoint, { ...params, skip }), { ...params, skip });
    const dims = start === null ? latentDims(n, params, checkpoint) : startDims(start, params, checkpoint);
    // The copies of a pair lie side by side; with one noise for all pairs each still begins elsewhere than the others.
    const randn = params.sameNoise ? sharedNoise(generator, n / params.count) : (size: number) => generator.randn(size);
    const { latents, noise } = firstLatents(start, { scheduler, dims, addNoise: params.addNoise, randn });
    const kept =
      start !== null && inputs.mask !== undefined
        ? { kept: { original: start, noise, mask: maskForLatents(inputs.mask, start) } }
        : {};

    const { changeAt, laterGuidanceScale, ...settings } = params;
    requireStepBefore(scheduler.timesteps.length, changeAt);
    const resume = { states: services.samplingStates, generator, decidedBy: [VERSION, checkpoint.identity, settings] };
    const later = {
      ...matchLater(inputs, { prompts, negatives, classLabels, count: params.count }),
      guidanceScale: laterGuidanceScale === 0 ? params.guidanceScale : laterGuidanceScale,
      fromCall: changeAt,
    };
    const samples = await denoiseResumably(resume, {
      scheduler,
      latents,
      ...kept,
      endLevel,
      positive: prompts,
      negative: negatives,
      classLabels,
      guidanceScale: params.guidanceScale,
      ...(changeAt === 0 ? {} : { later }),
      randn,
      signal,
      deepEvery: params.deepEvery,
      predict: createUnetPredictor(checkpoint, services.inference),
      onStep(step, steps, current) {
        progress(step, steps);
        preview({ latent: current, checkpoint, step, steps });
      },
    });
    return done(endLevel === null ? samples : leftNoisy(samples, endLevel));
  },
});

interface FirstLatents {
  readonly scheduler: Scheduler;
  readonly dims: readonly number[];
  readonly addNoise: boolean;
  randn(count: number): Float32Array;
}

/** What the first call sees: noise, a latent with noise added, or a latent that is noisy already. */
function firstLatents(start: Tensor | null, { scheduler, dims, addNoise, randn }: FirstLatents) {
  if (start !== null && !addNoise) return { latents: goneOnWith(scheduler, start), noise: new Float32Array(0) };
  const noise = randn(dims.reduce((product, dim) => product * dim, 1));
  const fromNoise = () => noise.map((value) => value * scheduler.initNoiseSigma);
  return { latents: start === null ? tensor(dims, fromNoise()) : noisedLatents(scheduler, start, noise), noise };
}

/** Draws what one of `series` equal parts needs, and gives it to each of them. */
function sharedNoise(generator: TorchGenerator, series: number): (size: number) => Float32Array {
  return (size) => {
    const noise = generator.randn(size / series);
    const all = new Float32Array(size);
    for (let offset = 0; offset < size; offset += noise.length) all.set(noise, offset);
    return all;
  };
}

interface RowInputs {
  readonly prompt: { readonly positive: Tensor; readonly negative: Tensor };
  readonly image?: { readonly classLabels: Tensor };
  readonly latent?: Latent;
}

/** One prompt serves all pictures and one picture all prompts; each pair is then repeated `count` times in place. */
function matchRows({ prompt, image, latent }: RowInputs, count: number, checkpoint: Checkpoint) {
  const { classEmbedDim } = checkpoint.unet;
  // What the model was trained to see where no picture leads: the unguided half of each step gets it too.
  const classes = image?.classLabels ?? tensor([1, classEmbedDim ?? 0], new Float32Array(classEmbedDim ?? 0));
  const begin = latent && toSpaceOf('UNetSample', latent, checkpoint);
  const pairs = Math.max(...[prompt.positive, classes, ...(begin ? [begin] : [])].map(({ dims }) => dims[0] ?? 0));
  const match = (what: string, rows: Tensor) => repeatRows(broadcastRows(what, rows, pairs), count);
  return {
    n: pairs * count,
    prompts: match('UNetSample prompt', prompt.positive),
    negatives: match('UNetSample negative prompt', prompt.negative),
    classLabels: match('UNetSample image', classes),
    start: begin ? match('UNetSample latent', begin) : null,
  };
}

/** @throws SamplingInputError for what the UNet was not trained to be led by */
function requireFit(
  { prompt, image, laterPrompt, laterImage }: RowInputs & LaterInputs,
  { name, unet: { classEmbedDim, crossAttentionDim } }: Checkpoint,
): void {
  for (const [what, condition] of [
    ['image', image],
    ['later image', laterImage],
  ] as const) {
    const width = condition?.classLabels.dims[1];
    if (width === undefined || width === classEmbedDim) continue;
    throw new SamplingInputError(
      classEmbedDim === null
        ? `UNetSample: pictures cannot lead the checkpoint "${name}", a plain Stable Diffusion. Disconnect the ${what}, or choose an unCLIP checkpoint.`
        : `UNetSample: the ${what} was made for another checkpoint: it is ${width} wide, and "${name}" takes ${classEmbedDim}. Take both from one LoadModel.`,
    );
  }
  for (const [what, conditioning] of [
    ['prompt', prompt],
    ['later prompt', laterPrompt],
  ] as const) {
    const width = conditioning?.positive.dims[2];
    if (width === undefined || width === crossAttentionDim) continue;
    throw new SamplingInputError(
      `UNetSample: the ${what} was encoded by another text model: its states are ${width} wide, and "${name}" takes ` +
        `${crossAttentionDim}. Give it a TextEncode of its own, from the same LoadModel.`,
    );
  }
}

interface LaterInputs {
  readonly laterPrompt?: RowInputs['prompt'];
  readonly laterImage?: RowInputs['image'];
}

interface MatchedRows {
  readonly prompts: Tensor;
  readonly negatives: Tensor;
  readonly classLabels: Tensor;
  readonly count: number;
}

/** What leads later, in as many rows; what is not connected stays as it was. */
function matchLater({ laterPrompt, laterImage }: LaterInputs, { prompts, negatives, classLabels, count }: MatchedRows) {
  const pairs = (prompts.dims[0] ?? 0) / count;
  const match = (what: string, rows: Tensor) => repeatRows(broadcastRows(what, rows, pairs), count);
  return {
    positive: laterPrompt ? match('UNetSample later prompt', laterPrompt.positive) : prompts,
    negative: laterPrompt ? match('UNetSample later negative prompt', laterPrompt.negative) : negatives,
    classLabels: laterImage ? match('UNetSample later image', laterImage.classLabels) : classLabels,
  };
}

interface StartParams {
  readonly denoise: number;
  readonly addNoise: boolean;
  readonly masked: boolean;
}

/** @throws SamplingInputError if something is asked for that only a latent can give */
function requireStart(start: Tensor | null, { denoise: share, addNoise, masked }: StartParams): void {
  if (start !== null && masked && !addNoise) {
    throw new SamplingInputError(
      'UNetSample: with a mask, the latent is what stays outside of it, and so has to be clean. Switch addNoise on, or ' +
        'disconnect the mask.',
    );
  }
  if (start !== null) return;
  const what = masked ? 'a mask' : share < 1 ? `denoise ${share}` : addNoise ? null : 'addNoise off';
  if (what === null) return;
  throw new SamplingInputError(
    `UNetSample: ${what} needs a latent to start from. Connect one from VAEEncode or from another UNetSample.`,
  );
}

/** @throws SamplingInputError for a change that would never come */
function requireStepBefore(steps: number, changeAt: number): void {
  // At the last step nothing is left to change, which the end of a series of steps to try may ask for.
  if (changeAt <= steps) return;
  throw new SamplingInputError(
    `UNetSample: “change at” is step ${changeAt}, and there are only ${steps}. Choose an earlier one, or 0 to change nothing.`,
  );
}

interface Size {
  /** Pixels; 0 leaves the choice to the latent or the model. */
  readonly width: number;
  readonly height: number;
}

type LatentTraits = Pick<Checkpoint, 'latentChannels' | 'sampleSize' | 'pixelsPerLatent'>;

function latentDims(n: number, { width, height }: Size, checkpoint: LatentTraits): readonly number[] {
  const cells = (sizePx: number) =>
    sizePx === 0 ? checkpoint.sampleSize : Math.floor(sizePx / checkpoint.pixelsPerLatent);
  return [n, checkpoint.latentChannels, cells(height), cells(width)];
}

/** @throws SamplingInputError if the params ask for another size */
function startDims(start: Tensor, { width, height }: Size, checkpoint: LatentTraits): readonly number[] {
  const { h = 0, w = 0 } = bindDims('UNetSample latent', start, `n ${checkpoint.latentChannels} h w`);
  const { pixelsPerLatent } = checkpoint;
  const fits = (sizePx: number, cells: number) => sizePx === 0 || Math.floor(sizePx / pixelsPerLatent) === cells;
  if (fits(width, w) && fits(height, h)) return start.dims;
  throw new SamplingInputError(
    `UNetSample: the latent is ${w * pixelsPerLatent} x ${h * pixelsPerLatent} px, but width and height ask for ` +
      `${width} x ${height}. Leave them at 0, or put a LatentUpscale or an ImageResize before.`,
  );
}
