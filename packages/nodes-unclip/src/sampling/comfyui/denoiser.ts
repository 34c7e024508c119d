import type { ModelSampling, UnetModel } from '../../models/model.js';
import type { Control } from '../../port-types/conditioning.js';
import { concatRows } from '../../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../../tensor/tensor.js';
import { askTasks, hasControls, meanOf } from '../ask-guided.js';
import { hintsLikeComfyUi } from '../control-hints.js';
import { feedsAt, feedsOfGuides, type Guides, type PromptGuides } from '../guides.js';
import type { SamplingTime } from '../prompt-parts.js';
import type { UnetQuestion } from '../unet-question.js';
import { type DiscreteSigmas, timestepOfSigma } from './discrete-sigmas.js';
import { isReached, promptTasks, steersAtSigma } from './prompt-tasks.js';
import { combine } from './sampler-run.js';

const { sqrt } = Math;

/** What stays as it is while the rest is redrawn. */
export interface KeptSamples {
  /** float32 [n, c, h, w] as values. */
  readonly original: Float32Array;
  readonly noise: Float32Array;
  /** As many values at a sigma: 1 where all is redrawn, 0 where nothing is. */
  maskAt(sigma: number): Float32Array;
}

export interface DenoiserOptions {
  readonly unet: UnetModel;
  readonly table: DiscreteSigmas;
  readonly guides: Guides;
  /** float32 [n, c, h, w] */
  readonly dims: readonly number[];
  readonly kept: KeptSamples | undefined;
  predict(question: UnetQuestion): Promise<Tensor>;
}

/** The state of a sampler. */
export interface DenoiseCall extends Pick<SamplingTime, 'step' | 'steps'> {
  readonly sigma: number;
}

/** The UNet's input, before its output becomes a clean latent. */
interface Asked {
  /** As the UNet sees it. */
  readonly input: Tensor;
  readonly sigma: number;
  readonly time: SamplingTime;
}

/** What both sides predict, NaN in cells that no prompt steers. */
interface Predicted {
  readonly towards: Float32Array;
  /** `null` without guidance. */
  readonly away: Float32Array | null;
}

/**
 * Predicts clean latents with a UNet. It gets the integer timestep with the nearest sigma.
 *
 * @returns from samples in sigma space and their sigma to the clean latents
 * @see ComfyUI 0.3.64, comfy/samplers.py, KSamplerX0Inpaint and CFGGuider; comfy/model_sampling.py, EPS and
 * V_PREDICTION
 */
export function createDenoiser(options: DenoiserOptions) {
  const { unet, table, guides, dims, kept } = options;
  const ask = guides.prompts === undefined ? plainAsker(options) : partsAsker(options, guides.prompts);
  const predicts = unet.sampling?.predicts ?? (unet.scheduler['prediction_type'] as ModelSampling['predicts']);
  return async (given: Float32Array, { sigma, step, steps }: DenoiseCall): Promise<Float32Array> => {
    // 1: what stays is as noisy as the sample
    const mask = kept?.maskAt(sigma);
    const sample =
      kept === undefined || mask === undefined
        ? given
        : blend(given, combine([1, kept.original], [sigma, kept.noise]), mask);

    // 2: what the UNet says
    const scale = 1 / sqrt(sigma ** 2 + 1);
    const input = tensor(dims, combine([scale, sample]));
    const timestep = timestepOfSigma(table, sigma);
    const time = { step, steps, timestep, call: step, calls: steps };
    const predicted = await ask({ input, sigma, time });

    // 3: the clean latent of each side, 0 where nothing is predicted
    const toClean = (output: Float32Array) => {
      const clean = cleanOf(predicts, { sample, output, sigma, timestep });
      return clean.map((value) => (Number.isNaN(value) ? 0 : value));
    };
    const towards = toClean(predicted.towards);
    const away = predicted.away && toClean(predicted.away);
    const guided = away === null ? towards : combine([1 - guides.guidanceScale, away], [guides.guidanceScale, towards]);
    const clean =
      away === null || unet.guidanceRescale === undefined
        ? guided
        : rescale({ sample, towards, guided, sigma }, { share: unet.guidanceRescale, n: dims[0] ?? 0 });
    return kept === undefined || mask === undefined ? clean : blend(clean, kept.original, mask);
  };
}

interface Answer {
  readonly sample: Float32Array;
  readonly output: Float32Array;
  readonly sigma: number;
  readonly timestep: number;
}

// Of latent consistency models: what scales their timesteps, and the deviation of the data.
const LCM_TIMESTEP_SCALE = 10;
const LCM_SIGMA_DATA = 0.5;

/** @see ComfyUI 0.3.64, comfy/model_sampling.py, EPS, V_PREDICTION and X0; comfy_extras/nodes_model_advanced.py, LCM */
function cleanOf(predicts: ModelSampling['predicts'], { sample, output, sigma, timestep }: Answer): Float32Array {
  switch (predicts) {
    case 'v_prediction': {
      const scale = 1 / sqrt(sigma ** 2 + 1);
      return combine([scale ** 2, sample], [-sigma * scale, output]);
    }
    case 'sample':
      return output;
    case 'lcm': {
      const time = (LCM_TIMESTEP_SCALE * timestep) ** 2;
      const [skip, out] = [LCM_SIGMA_DATA ** 2, LCM_TIMESTEP_SCALE * timestep];
      const [skipShare, outShare] = [skip / (time + skip), out / sqrt(time + skip)];
      return combine([outShare + skipShare, sample], [-outShare * sigma, output]);
    }
    default:
      return combine([1, sample], [-sigma, output]);
  }
}

interface Guided {
  readonly sample: Float32Array;
  /** Clean latents without guidance, and with it. */
  readonly towards: Float32Array;
  readonly guided: Float32Array;
  readonly sigma: number;
}

/**
 * The clean latents of velocities that were brought back, image by image, to the deviation which they have without guidance.
 *
 * @see https://arxiv.org/abs/2305.08891; ComfyUI 0.3.64, comfy_extras/nodes_model_advanced.py, RescaleCFG
 */
function rescale(
  { sample, towards, guided, sigma }: Guided,
  { share, n }: { readonly share: number; readonly n: number },
): Float32Array {
  const root = sqrt(sigma ** 2 + 1);
  const scaled = combine([1 / root ** 2, sample]);
  const velocityOf = (clean: Float32Array) => combine([root / sigma, scaled], [-root / sigma, clean]);
  const [plain, velocity] = [velocityOf(towards), velocityOf(guided)];
  const perImage = sample.length / n;
  const rescaled = Float32Array.from(velocity);
  for (let from = 0; from < sample.length; from += perImage) {
    const image = rescaled.subarray(from, from + perImage);
    const ratio = deviation(plain.subarray(from, from + perImage)) / deviation(image);
    for (const [i, value] of image.entries()) image[i] = value * (share * ratio + 1 - share);
  }
  return combine([1, scaled], [-sigma / root, rescaled]);
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** Both sides steer everything all the time, and go through the UNet together. */
function plainAsker({ guides, dims, predict }: DenoiserOptions): (asked: Asked) => Promise<Predicted> {
  const isGuided = isGuidedLikeComfyUi(guides.guidanceScale);
  const feeds = feedsOfGuides(guides, { n: dims[0] ?? 0, isGuided });
  return async ({ input, time }) => {
    const sample = isGuided ? concatRows('denoise sample', [input, input]) : input;
    const { data } = await predict({ sample, timestep: time.timestep, guides: feedsAt(guides, feeds, time) });
    if (!isGuided) return { towards: data, away: null };
    return { towards: data.subarray(data.length / 2), away: data.subarray(0, data.length / 2) };
  };
}

/** Each prompt is predicted in its area; the weighted mean is the result of its side. */
function partsAsker(
  { guides, dims, table, predict }: DenoiserOptions,
  prompts: PromptGuides,
): (asked: Asked) => Promise<Predicted> {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('denoise latents', { dims }, 'n c h w');
  const tasks = promptTasks(prompts, { h, w });
  const isGuided = isGuidedLikeComfyUi(guides.guidanceScale);
  const hints = hasControls(prompts) ? hintsLikeComfyUi() : null;
  return async ({ input, sigma, time }) => {
    const steering = (all: typeof tasks.guided) =>
      all.filter(({ part }) => steersAtSigma(part, { table, sigma, time }));
    const [guided, unguided] = [steering(tasks.guided), isGuided ? steering(tasks.unguided) : []];
    const call = { sample: input, time, call: time.step };
    const isActive = ({ span }: Control) => isReached(span, { table, sigma });
    const controls = hints && { ...hints, isActive };
    const answers = await askTasks([...unguided, ...guided], { call, guides, predict, controls });
    const mean = (side: typeof guided) => meanOf(side, answers, { n, c, h, w });
    return { towards: mean(guided), away: isGuided ? mean(unguided) : null };
  };
}

/** Whether the negative side is needed: at every scale except 1. */
export function isGuidedLikeComfyUi(guidanceScale: number): boolean {
  return Math.abs(guidanceScale - 1) > 1e-9 * Math.max(guidanceScale, 1);
}

function blend(drawn: Float32Array, kept: Float32Array, mask: Float32Array): Float32Array {
  // All are of one length.
  return drawn.map((value, i) => {
    const share = mask[i] as number;
    return value * share + (kept[i] as number) * (1 - share);
  });
}
