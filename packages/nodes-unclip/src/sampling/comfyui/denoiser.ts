import type { UnetModel } from '../../models/model.js';
import { concatRows } from '../../tensor/rows.js';
import { bindDims, type Tensor, tensor } from '../../tensor/tensor.js';
import { askTasks, meanOf } from '../ask-guided.js';
import { feedsOfGuides, type Guides, type PromptGuides } from '../guides.js';
import type { SamplingTime } from '../prompt-parts.js';
import type { UnetQuestion } from '../unet-question.js';
import { type DiscreteSigmas, timestepOfSigma } from './discrete-sigmas.js';
import { promptTasks, steersAtSigma } from './prompt-tasks.js';
import { combine } from './sampler-run.js';

const { sqrt } = Math;

/** What stays as it is while the rest is redrawn. */
export interface KeptSamples {
  /** float32 [n, c, h, w] as values. */
  readonly original: Float32Array;
  readonly noise: Float32Array;
  /** As many values: 1 where all is redrawn, 0 where nothing is. */
  readonly mask: Float32Array;
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

/** Where a sampler stands. */
export interface DenoiseCall extends Pick<SamplingTime, 'step' | 'steps'> {
  readonly sigma: number;
}

/** What the UNet is asked, before its answer becomes a clean latent. */
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
 * What a UNet takes samples for without their noise. It is told the whole timestep whose sigma is nearest.
 *
 * @returns from samples in sigma space and their sigma to the clean latents
 * @see ComfyUI 0.3.64, comfy/samplers.py, KSamplerX0Inpaint and CFGGuider; comfy/model_sampling.py, EPS and V_PREDICTION
 */
export function createDenoiser(options: DenoiserOptions) {
  const { unet, table, guides, dims, kept } = options;
  const ask = guides.prompts === undefined ? plainAsker(options) : partsAsker(options, guides.prompts);
  const predictsVelocity = unet.scheduler['prediction_type'] === 'v_prediction';
  return async (given: Float32Array, { sigma, step, steps }: DenoiseCall): Promise<Float32Array> => {
    // 1: what stays is as noisy as the sample
    const sample =
      kept === undefined ? given : blend(given, combine([1, kept.original], [sigma, kept.noise]), kept.mask);

    // 2: what the UNet says
    const scale = 1 / sqrt(sigma ** 2 + 1);
    const input = tensor(dims, combine([scale, sample]));
    const predicted = await ask({ input, sigma, time: { step, steps, timestep: timestepOfSigma(table, sigma) } });

    // 3: the clean latent of each side, 0 where nothing is predicted
    const toClean = (output: Float32Array) => {
      const clean = predictsVelocity
        ? combine([scale ** 2, sample], [-sigma * scale, output])
        : combine([1, sample], [-sigma, output]);
      return clean.map((value) => (Number.isNaN(value) ? 0 : value));
    };
    const towards = toClean(predicted.towards);
    const away = predicted.away && toClean(predicted.away);
    const clean = away === null ? towards : combine([1 - guides.guidanceScale, away], [guides.guidanceScale, towards]);
    return kept === undefined ? clean : blend(clean, kept.original, kept.mask);
  };
}

/** Both sides steer everything all the time, and go through the UNet together. */
function plainAsker({ guides, dims, predict }: DenoiserOptions): (asked: Asked) => Promise<Predicted> {
  const isGuided = isGuidedLikeComfyUi(guides.guidanceScale);
  const feeds = feedsOfGuides(guides, { n: dims[0] ?? 0, isGuided });
  return async ({ input, time: { timestep } }) => {
    const sample = isGuided ? concatRows('denoise sample', [input, input]) : input;
    const { data } = await predict({ sample, timestep, guides: feeds });
    if (!isGuided) return { towards: data, away: null };
    return { towards: data.subarray(data.length / 2), away: data.subarray(0, data.length / 2) };
  };
}

/** Each prompt is asked about where it steers; their mean by weight is their side's. */
function partsAsker(
  { guides, dims, table, predict }: DenoiserOptions,
  prompts: PromptGuides,
): (asked: Asked) => Promise<Predicted> {
  const { n = 0, c = 0, h = 0, w = 0 } = bindDims('denoise latents', { dims }, 'n c h w');
  const tasks = promptTasks(prompts, { h, w });
  const isGuided = isGuidedLikeComfyUi(guides.guidanceScale);
  return async ({ input, sigma, time }) => {
    const steering = (all: typeof tasks.guided) =>
      all.filter(({ part }) => steersAtSigma(part, { table, sigma, time }));
    const [guided, unguided] = [steering(tasks.guided), isGuided ? steering(tasks.unguided) : []];
    const call = { sample: input, time, call: time.step };
    const answers = await askTasks([...unguided, ...guided], { call, guides, predict });
    const mean = (side: typeof guided) => meanOf(side, answers, { n, c, h, w });
    return { towards: mean(guided), away: isGuided ? mean(unguided) : null };
  };
}

/** Whether the negative side is asked for at all: at every scale but 1. */
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
