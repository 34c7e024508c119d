import type { Seed } from '@unclip-studio/graph-core';
import { withReason } from '@unclip-studio/graph-core';
import { defineNode } from '../define-node.js';
import type { InferenceService } from '../models/inference.js';
import type { UnetModel } from '../models/model.js';
import type { Condition } from '../port-types/condition.js';
import type { Conditioning } from '../port-types/conditioning.js';
import type { Generator } from '../port-types/generator.js';
import type { Latent } from '../port-types/latent.js';
import type { Mask } from '../port-types/mask.js';
import type { UnetMap } from '../port-types/unet-map.js';
import { RandomStream } from '../random/random-stream.js';
import { TorchGenerator } from '../random/torch-generator.js';
import { beginSampling, firstDims, streamsFor } from '../sampling/begin-sampling.js';
import { NOISE_SCHEDULE_NAMES } from '../sampling/comfyui/noise-schedules.js';
import type { SigmaPlan } from '../sampling/comfyui/plan-sigmas.js';
import { type ComfyUiSampling, sampleLikeComfyUi } from '../sampling/comfyui/sample.js';
import { refuseUnknownSettings } from '../sampling/comfyui/sampler-settings.js';
import { SAMPLER_NAMES } from '../sampling/comfyui/samplers.js';
import { denoiseResumably } from '../sampling/denoise-resumably.js';
import { carriedControls } from '../sampling/expected-control.js';
import { controlImagesOfGuides, type Guides, guidesFor, rowsOfGuides, spreadGuides } from '../sampling/guides.js';
import { latentSpaceOf, toSpaceOf, typicalSizePx } from '../sampling/latent-space.js';
import { beginningOfOne, guidesOfOne, oneOfBatch } from '../sampling/one-of-batch.js';
import { createUnetPredictor } from '../sampling/predict-with-unet.js';
import { resizeLatent } from '../sampling/resize-latent.js';
import { SAMPLER_CONFLICTS } from '../sampling/sampler-conflicts.js';
import { MAX_STEPS, SCHEDULER_NAMES, SIGMA_NAMES, SPACING_NAMES } from '../sampling/scheduler-choices.js';
import { leftNoisy, SamplingInputError } from '../sampling/start-from-latent.js';
import { unetCalls } from '../sampling/unet-calls.js';
import { isForAll, mapFor, withMap } from '../sampling/unet-map.js';
import { broadcastRows, repeatRows, rowOf } from '../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../tensor/tensor.js';
import { NUMERICS_PARAM } from './shared-params.js';

/** Of a prompt, where it is not known before the run. */
const CLIP_TOKENS = 77;

/** The node's own; see `NodeDefinition`. */
const VERSION = 1;

/** Of PNDM in the middle of its steps, which a checkpoint's own scheduler may be as well: 2 since it skips calls as diffusers does. */
function versionFor({ scheduler, denoise }: { readonly scheduler: string; readonly denoise: number }): number {
  return denoise < 1 && (scheduler === 'pndm' || scheduler === 'checkpoint') ? 2 : VERSION;
}

export const unetSample = defineNode({
  type: 'UNetSample',
  version: VERSION,
  versionFor,
  title: 'Sampler (UNet Sample)',
  description:
    'Generates images: starts from noise, or from a noised latent image, and removes the noise step by step, guided by images and a prompt.',
  keywords: [
    'ksampler',
    'sampler',
    'sample',
    'generate',
    'steps',
    'cfg',
    'guidance',
    'scheduler',
    'seed',
    'denoise',
    'batch',
    'img2img',
    'text to image',
    'txt2img',
    'euler',
    'dpm++',
    'ddim',
  ],
  category: 'sampling',
  inputs: {
    unet: { type: 'unet', help: 'The model that generates the image.' },
    prompt: { type: 'conditioning', help: 'The prompt and the negative prompt.' },
    image: {
      type: 'condition',
      optional: true,
      help: 'The image conditioning, from Noise Augment or Merge Conditions. If it is not connected, only the prompt guides.',
    },
    generator: {
      type: 'generator',
      optional: true,
      help: 'The random stream (generator) for the noise. If it is not connected, the seed starts one.',
    },
    latent: {
      type: 'latent',
      optional: true,
      help: 'A latent image to start from (img2img); “denoise” says how much of it is redrawn. It sets the size of the result.',
    },
    mask: {
      type: 'mask',
      optional: true,
      help: 'White where the latent image is redrawn (inpainted); black stays as it is.',
    },
    noise: {
      type: 'latent',
      optional: true,
      added: true,
      help: 'Noise to start from instead of the seed’s: standard normal numbers, one latent or one for each image. It sets the size of the result.',
    },
    map: {
      type: 'unet-map',
      optional: true,
      added: true,
      help: 'The extra input of an inpainting, depth or upscaling model; other models do not use it.',
    },
    laterPrompt: {
      type: 'conditioning',
      optional: true,
      help: 'The prompt to use from the “change at” step on.',
    },
    laterImage: {
      type: 'condition',
      optional: true,
      help: 'The image conditioning to use from the “change at” step on, such as with another noise level.',
    },
  },
  outputs: {
    latent: { type: 'latent', help: 'The latent image.' },
    generator: { type: 'generator', help: 'The random stream after the last step.' },
  },
  params: {
    scheduler: {
      kind: 'choice',
      default: 'ddim',
      options: SCHEDULER_NAMES,
      help: 'The sampling method; “checkpoint” uses the one in the checkpoint’s config.',
    },
    steps: {
      kind: 'integer',
      default: 20,
      min: 1,
      max: MAX_STEPS,
      help: 'More steps take longer and give finer detail.',
    },
    guidanceScale: {
      kind: 'number',
      default: 10,
      min: 0,
      max: 100,
      step: 0.5,
      label: 'guidance scale',
      help: 'How strongly the prompt and the image guide (CFG scale). 1 or less switches guidance off, which takes half the time.',
    },
    count: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 64,
      help: 'How many images to generate (batch size); with several image conditions, how many for each.',
    },
    width: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 2048,
      multipleOf: 8,
      unit: 'px',
      help: 'Width of the image; 0 uses the size the model was trained for.',
    },
    height: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 2048,
      multipleOf: 8,
      unit: 'px',
      help: 'Height of the image; 0 uses the size the model was trained for.',
    },
    eta: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How much new noise each step of ddim or tcd adds; other schedulers ignore it.',
    },
    denoise: {
      kind: 'number',
      default: 1,
      min: 0,
      max: 1,
      step: 0.05,
      help: 'How much of the connected latent image is redrawn (denoising strength): this fraction of the steps. 1 leaves hardly a trace of it.',
    },
    karrasSigmas: {
      kind: 'boolean',
      default: false,
      label: 'Karras sigmas',
      help: 'Takes smaller steps when little noise is left, often with finer detail; not with ddim, ddpm, pndm, euler-a.',
    },
    sigmaSpacing: {
      kind: 'choice',
      default: 'default',
      options: SIGMA_NAMES,
      added: true,
      label: 'sigma spacing',
      help: 'How the noise levels of the steps are spaced, instead of Karras sigmas; “lu” only with dpmpp-2m and dpmpp-2m-sde.',
    },
    timestepSpacing: {
      kind: 'choice',
      default: 'default',
      options: SPACING_NAMES,
      label: 'timestep spacing',
      help: 'How the steps are spaced over the trained timesteps; “trailing” starts at full noise. Not with dpmpp-2s and dpmpp-sde.',
    },
    rescaleZeroSnr: {
      kind: 'boolean',
      default: false,
      label: 'zero terminal SNR',
      help: 'Starts the first step at pure noise, for models trained with zero terminal SNR: very dark and very bright images.',
    },
    changeAt: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'change at',
      unit: 'step',
      help: 'After this step the later prompt, image and guidance are used. The steps before it are not computed again. 0: never.',
    },
    laterGuidanceScale: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 50,
      step: 0.5,
      label: 'later guidance',
      help: 'The guidance scale after the “change at” step; 0 keeps it unchanged, 1 switches guidance off.',
    },
    stopAt: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'stop at',
      unit: 'step',
      help: 'Stops after this step and outputs a latent image that still has noise, for another sampler to continue. 0: runs to the end.',
    },
    addNoise: {
      kind: 'boolean',
      default: true,
      label: 'add noise',
      help: 'Adds noise to the connected latent image. Off: it already has noise, as from a sampler that stopped early.',
    },
    sameNoise: {
      kind: 'boolean',
      default: false,
      label: 'same noise',
      help: 'Starts all images of a batch from the same noise, so that only the conditioning differs: for animations.',
    },
    deepEvery: {
      kind: 'integer',
      default: 1,
      min: 1,
      max: 10,
      label: 'deep layers every',
      unit: 'step',
      help: 'DeepCache: computes the deep layers of the UNet only at every n-th step and reuses their output in between. Faster, but not exact. 1: at every step.',
    },
    seedPerImage: {
      kind: 'boolean',
      default: false,
      added: true,
      label: 'seed per image',
      help: 'Gives each image of a batch its own seed: the seed for the first, the seed plus 1 for the second, and so on. Each can then be generated again alone.',
    },
    variationStrength: {
      kind: 'number',
      default: 0,
      min: 0,
      max: 1,
      step: 0.05,
      added: true,
      label: 'variation strength',
      help: 'How much the initial noise is blended from that of the seed to that of the variation seed. With a seed per image, all images share the seed and use the variation seed plus 0, 1, 2 ...',
    },
    variationSeed: {
      kind: 'seed',
      default: 0,
      added: true,
      label: 'variation seed',
      help: 'The seed of the noise that is blended in; no effect at variation strength 0.',
    },
    numerics: {
      ...NUMERICS_PARAM,
      help: 'diffusers: the scheduler above, as in diffusers. comfyui: the sampler and noise schedule below, which give the same image as ComfyUI from the same seed.',
    },
    sampler: {
      kind: 'choice',
      default: 'euler',
      options: SAMPLER_NAMES,
      added: true,
      help: 'sampler_name of ComfyUI’s KSampler; used with numerics “comfyui”.',
    },
    noiseSchedule: {
      kind: 'choice',
      default: 'normal',
      options: NOISE_SCHEDULE_NAMES,
      label: 'noise schedule',
      added: true,
      help: 'scheduler of ComfyUI’s KSampler: how the noise levels of the steps are spaced; used with numerics “comfyui”.',
    },
    startAt: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 1000,
      label: 'start at',
      unit: 'step',
      added: true,
      help: 'Skips the steps before this one, like start_at_step in ComfyUI; used with numerics “comfyui”.',
    },
    leftoverNoise: {
      kind: 'boolean',
      default: true,
      label: 'leftover noise',
      added: true,
      help: 'Keeps the noise that is left when the sampler stops early. Off: it is all removed in the last step, as in ComfyUI; used with numerics “comfyui”.',
    },
    firstInBatch: {
      kind: 'integer',
      default: -1,
      min: -1,
      max: 4095,
      label: 'first in batch',
      added: true,
      help: 'The position of the first image in the original batch, so that it gets the same noise, as with ComfyUI’s LatentFromBatch. -1: the batch starts here; used with numerics “comfyui”.',
    },
    pureNoise: {
      kind: 'boolean',
      default: false,
      added: true,
      label: 'pure noise',
      help: 'Starts from pure noise if denoise is 1, as diffusers’ inpainting does. Off: a trace of the latent image is left.',
    },
    onlyImage: {
      kind: 'integer',
      default: 0,
      min: 0,
      max: 4096,
      added: true,
      label: 'only image',
      help: 'Generates only this image of the batch, from the noise that it has in the whole batch: 1 is the first. 0: all of them.',
    },
    seed: { kind: 'seed', default: 0, help: 'Starts the random stream when no generator is connected.' },
  },
  preview: { steps: 'steps' },
  later: {
    at: 'changeAt',
    inputs: { prompt: 'laterPrompt', image: 'laterImage' },
    params: { guidanceScale: 'laterGuidanceScale' },
  },
  seedFrom: { param: 'seed', input: 'generator' },
  batch: { only: 'onlyImage' },
  secondPass: {
    ...{ output: 'latent', input: 'latent', enlarger: { type: 'LatentUpscale', input: 'latent', output: 'latent' } },
    inputs: ['unet', 'prompt', 'image'],
    params: ['guidanceScale', 'numerics', 'sampler', 'noiseSchedule'],
    // As in the example “Upscale in two passes”: the composition stays, and details are redrawn.
    sets: { scheduler: 'dpmpp-2m', denoise: 0.4 },
  },
  inpaint: {
    image: 'latent',
    mask: 'mask',
    prompt: 'prompt',
    // Not drawn from the distribution, so that only the sampler's seed changes the result.
    encoder: { type: 'VAEEncode', input: 'image', output: 'latent', params: { sampled: false } },
  },
  conflicts: SAMPLER_CONFLICTS,
  duration: { each: ['steps', 'denoise'], rows: ['count'] },
  models({ inputs: { unet, prompt, image, latent, noise, laterPrompt = prompt, laterImage = image }, params }, fits) {
    const { pixelsPerCell } = unet.latents;
    const typical = typicalSizePx(unet);
    const { width = params.width || typical.width, height = params.height || typical.height } =
      (latent ?? noise)?.sizePx ?? {};
    const pairs = [prompt, laterPrompt, image, laterImage, latent, noise].map((input) => input?.rows ?? 1);
    const rows = params.onlyImage > 0 ? 1 : Math.max(...pairs) * params.count;
    const sizes = {
      ...{ n: rows, h: Math.floor(height / pixelsPerCell), w: Math.floor(width / pixelsPerCell) },
      ...{ t: prompt.tokens ?? CLIP_TOKENS, controls: carriedControls(prompt) },
      later: { t: laterPrompt.tokens ?? CLIP_TOKENS, controls: carriedControls(laterPrompt) },
    };
    return { uses: unetCalls(unet, sizes, params, fits), extent: { rows, sizePx: { width, height } } };
  },
  async evaluate({ inputs, params }, { services, signal, progress, preview }) {
    const { unet } = inputs;
    // Params that were added later do not affect the states computed without them, so states are named after the
    // others.
    const { numerics, sampler, noiseSchedule, startAt, leftoverNoise, firstInBatch, pureNoise: _, ...known } = params;
    const { changeAt, laterGuidanceScale, onlyImage, ...settings } = known;
    const space = latentSpaceOf(unet);
    const onStep = (step: number, steps: number, current: Tensor) => {
      progress(step, steps);
      preview({ latent: current, format: unet.latents, step, steps });
    };
    const map = mapFor(unet, inputs.map);
    refuseUnknownSettings({ numerics, used: unknownSettings({ inputs, params }) });
    if (numerics === 'comfyui') {
      const samples = await drawLikeComfyUi(
        { inputs: { ...inputs, map }, params },
        { inference: services.inference, signal, onStep },
      );
      const generator = new TorchGenerator(params.seed);
      return { latent: { samples, ...(space && { space }) }, generator: { state: generator.state() } };
    }
    // 1: what steers the UNet, at first and later
    const first = guidesFor(unet, { ...inputs, guidanceScale: params.guidanceScale });
    const later = guidesFor(
      unet,
      {
        prompt: inputs.laterPrompt ?? inputs.prompt,
        image: inputs.laterImage ?? inputs.image,
        guidanceScale: laterGuidanceScale === 0 ? params.guidanceScale : laterGuidanceScale,
      },
      'later ',
    );
    const latent = inputs.latent === undefined ? null : toSpaceOf('UNetSample', inputs.latent, unet);
    const noise = inputs.noise?.samples ?? null;
    const mapRows = map?.known.dims[0] ?? 0;
    const given = [latent?.dims[0] ?? 0, noise?.dims[0] ?? 0, mapRows, controlImagesOfGuides(first)];
    const pairs = Math.max(rowsOfGuides(first), ...given);
    const spread = (guides: Guides) => spreadGuides(guides, pairs, params.count);
    const [spreadFirst, spreadLater] = [spread(first), spread(later)];

    // 2: what the first step sees
    const images = pairs * params.count;
    const one = oneOfBatch(onlyImage, images);
    const streams = streamsFor(inputs.generator, params, images);
    const { generator } = streams;
    const done = (samples: Tensor) => ({
      latent: { samples, ...(space && { space }) },
      generator: generator.state(),
    });
    const mapSize = map && bindDims('UNetSample map', map.known, 'n c h w');
    const start = { ...{ latent, noise, pairs }, ...streams, mask: inputs.mask };
    const whole = beginSampling(unet, mapSize ? { ...start, mapSize: sizeOfCells(mapSize) } : start, params);
    if ('unchanged' in whole) return done(one ? rowOf(whole.unchanged, one.index) : whole.unchanged);
    // Drawn behind the first noise, as in diffusers, and once for both.
    const [all, laterAll] =
      map === undefined ? [spreadFirst, spreadLater] : withMap([spreadFirst, spreadLater], map, { images, generator });
    const [guides, laterGuides] = one ? [guidesOfOne(all, one), guidesOfOne(laterAll, one)] : [all, laterAll];
    const beginning = one ? beginningOfOne(whole, one) : whole;
    const { endLevel } = beginning;
    requireStepBefore(beginning.scheduler.timesteps.length, changeAt);

    // 3: the steps
    const resume = {
      ...{ states: services.samplingStates, generator },
      decidedBy: [versionFor(params), unet.identity, unet.scheduler, { ...settings, ...(one && { onlyImage }) }],
    };
    const samples = await denoiseResumably(resume, {
      ...{ ...beginning, guides, signal, deepEvery: params.deepEvery },
      ...(changeAt === 0 ? {} : { later: { guides: laterGuides, fromCall: changeAt } }),
      predict: createUnetPredictor(unet, services.inference),
      onStep,
    });
    return done(endLevel === null ? samples : leftNoisy(samples, endLevel));
  },
});

interface Given {
  readonly inputs: {
    readonly unet: UnetModel;
    readonly prompt: Conditioning;
    readonly image?: Condition;
    readonly generator?: Generator;
    readonly latent?: Latent;
    readonly noise?: Latent;
    readonly mask?: Mask;
    readonly map?: UnetMap | undefined;
  };
  readonly params: DrawParams;
}

interface DrawParams extends SigmaPlan {
  readonly pureNoise: boolean;
  readonly numerics: 'diffusers' | 'comfyui';
  readonly guidanceScale: number;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  readonly eta: number;
  readonly karrasSigmas: boolean;
  readonly sigmaSpacing: string;
  readonly timestepSpacing: string;
  readonly rescaleZeroSnr: boolean;
  readonly changeAt: number;
  readonly sameNoise: boolean;
  readonly seedPerImage: boolean;
  readonly variationStrength: number;
  readonly deepEvery: number;
  readonly addNoise: boolean;
  readonly firstInBatch: number;
  readonly onlyImage: number;
  readonly seed: Seed;
}

/** What the chosen numerics do not know: name -> whether it is in use. */
function unknownSettings({ inputs, params }: Given): Readonly<Record<string, boolean>> {
  if (params.numerics === 'diffusers') {
    const { startAt, leftoverNoise, firstInBatch } = params;
    const { sampling, guidanceRescale = 0, differential } = inputs.unet;
    return {
      ...{ startAt: startAt > 0, 'leftoverNoise off': !leftoverNoise, firstInBatch: firstInBatch >= 0 },
      ...{ 'Rescale Guidance': guidanceRescale > 0, 'Model Sampling “lcm”': sampling?.predicts === 'lcm' },
      'Differential Diffusion': differential !== undefined,
    };
  }
  return {
    'a connected generator': inputs.generator !== undefined,
    eta: params.eta > 0,
    karrasSigmas: params.karrasSigmas,
    sigmaSpacing: params.sigmaSpacing !== 'default',
    timestepSpacing: params.timestepSpacing !== 'default',
    rescaleZeroSnr: params.rescaleZeroSnr,
    changeAt: params.changeAt > 0,
    sameNoise: params.sameNoise,
    seedPerImage: params.seedPerImage,
    variationStrength: params.variationStrength > 0,
    'connected noise': inputs.noise !== undefined,
    'a connected map of diffusers’ numerics': inputs.map !== undefined && !isForAll(inputs.map),
    pureNoise: params.pureNoise,
    deepEvery: params.deepEvery > 1,
  };
}

type DrawContext = Pick<ComfyUiSampling, 'signal' | 'onStep'> & { readonly inference: InferenceService };

function drawLikeComfyUi({ inputs, params }: Given, { inference, signal, onStep }: DrawContext): Promise<Tensor> {
  const { unet, mask } = inputs;
  const first = guidesFor(unet, { ...inputs, guidanceScale: params.guidanceScale });
  const given = inputs.latent === undefined ? null : toSpaceOf('UNetSample', inputs.latent, unet);
  const pairs = Math.max(rowsOfGuides(first), given?.dims[0] ?? 0);
  const latent = given && repeatRows(broadcastRows('UNetSample latent', given, pairs), params.count);
  const images = pairs * params.count;
  const one = oneOfBatch(params.onlyImage, images);
  const dims = firstDims(latent, { ...params, n: images }, unet);
  const spread = spreadGuides(first, pairs, params.count);
  // It leaves nothing to chance.
  const generator = RandomStream.fromSeed(params.seed);
  const [guides] = inputs.map === undefined ? [spread] : withMap([spread, spread], inputs.map, { images, generator });
  return sampleLikeComfyUi({
    ...{ unet, signal, onStep, plan: params, seed: params.seed },
    ...{ addNoise: params.addNoise, firstInBatch: params.firstInBatch },
    dims: one ? [1, ...dims.slice(1)] : dims,
    latent: one && latent ? rowOf(latent, one.index) : latent,
    guides: one ? guidesOfOne(guides, one) : guides,
    ...(one && { one }),
    mask: mask && resizeMask(mask, dims),
    predict: createUnetPredictor(unet, inference),
  });
}

/** Bilinear, as in ComfyUI. @returns 0..1, one value per cell */
function resizeMask({ width, height, data }: Mask, [, , h = 0, w = 0]: readonly number[]): Float32Array {
  const levels = tensor(
    [1, 1, height, width],
    Float32Array.from(data, (level) => level / 255),
  );
  return resizeLatent(levels, { h, w, method: 'bilinear' }).data;
}

function sizeOfCells({ h = 0, w = 0 }: Readonly<Record<string, number>>) {
  return { h, w };
}

/** @throws SamplingInputError for a change that would never come */
function requireStepBefore(steps: number, changeAt: number): void {
  // At the last step nothing is left to change, which the end of a series of steps to try may ask for.
  if (changeAt <= steps) return;
  throw withReason(
    new SamplingInputError(
      `UNetSample: “change at” is step ${changeAt}, and there are only ${steps}. Choose an earlier one, or 0 to change nothing.`,
    ),
    { code: 'setting-range', setting: 'changeAt', value: changeAt, min: 0, max: steps },
  );
}
