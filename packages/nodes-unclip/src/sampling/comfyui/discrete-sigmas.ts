import type { ModelSampling } from '../../models/model.js';

const { exp, fround, log, sqrt } = Math;

// Of all Stable Diffusion 1 and 2, and of nothing else: ComfyUI reads no scheduler config.
const STEPS = 1000;
const BETA_START = 0.00085;
const BETA_END = 0.012;

// The timesteps of latent consistency models.
const LCM_STEPS = 50;
// abar of the last timestep with zero terminal SNR, as a half-precision number that is nearly 0.
const LAST_ABAR = 4.8973451890853435e-8;

/** The noise levels that a model was trained with, by timestep: sigma = sqrt((1 - abar) / abar), rising. */
export interface DiscreteSigmas {
  /** float32, of every `stride`th timestep of 1000, the last one among them */
  readonly sigmas: Float32Array;
  readonly logSigmas: Float32Array;
  readonly stride: number;
}

/** @see ComfyUI 0.3.64, comfy/model_sampling.py, ModelSamplingDiscrete */
function trainedSigmas(): Float64Array {
  const sigmas = new Float64Array(STEPS);
  const [first, last] = [sqrt(BETA_START), sqrt(BETA_END)];
  let product = 1;
  for (let t = 0; t < STEPS; t++) {
    product *= 1 - (first + (t * (last - first)) / (STEPS - 1)) ** 2;
    sigmas[t] = sqrt((1 - product) / product);
  }
  return sigmas;
}

const tables = new Map<string, DiscreteSigmas>();

/** The values of all Stable Diffusion 1 and 2 models. @param sampling deviating training settings of a model */
export function stableDiffusionSigmas(sampling?: ModelSampling): DiscreteSigmas {
  const isLcm = sampling?.predicts === 'lcm';
  const key = `${isLcm} ${sampling?.zeroTerminalSnr === true}`;
  const known = tables.get(key);
  if (known !== undefined) return known;
  const trained = sampling?.zeroTerminalSnr === true ? withZeroSnr(trainedSigmas()) : trainedSigmas();
  const all = { sigmas: Float32Array.from(trained), logSigmas: Float32Array.from(trained, log), stride: 1 };
  const table = isLcm ? lcmSigmas(all, sampling.zeroTerminalSnr) : all;
  tables.set(key, table);
  return table;
}

/** @see https://arxiv.org/abs/2305.08891; ComfyUI 0.3.64, comfy/model_sampling.py, rescale_zero_terminal_snr_sigmas */
function withZeroSnr(sigmas: Float64Array): Float64Array {
  const roots = sigmas.map((sigma) => sqrt(1 / (sigma ** 2 + 1)));
  const [first, last] = [roots[0] as number, roots.at(-1) as number]; // It is not empty.
  const scale = first / (first - last);
  return roots.map((root, t) => {
    const abar = t === roots.length - 1 ? LAST_ABAR : ((root - last) * scale) ** 2;
    return sqrt((1 - abar) / abar);
  });
}

// Where torch's float32 logarithm of these sigmas is not the nearest float: index -> by how many floats it is off.
// Schedules put steps halfway between two timesteps, where the last digit decides which one the UNet gets. Taken from
// torch 2.13.0+cpu.
const LOG_ERRORS: Readonly<Record<number, number>> = { 23: 1, 24: 1, 30: 1, 31: 1 };
const LOG_ERRORS_ZERO_SNR: Readonly<Record<number, number>> = { 5: 1, 10: 1, 15: -1, 22: 1, 23: 1, 47: -1 };

/** @see ComfyUI 0.3.64, comfy_extras/nodes_model_advanced.py, ModelSamplingDiscreteDistilled */
function lcmSigmas({ sigmas }: DiscreteSigmas, hasZeroSnr: boolean): DiscreteSigmas {
  const stride = STEPS / LCM_STEPS;
  const kept = sigmas.filter((_, t) => (t + 1) % stride === 0);
  const logSigmas = kept.map(log);
  const bits = new Int32Array(logSigmas.buffer);
  for (const [i, floats] of Object.entries(hasZeroSnr ? LOG_ERRORS_ZERO_SNR : LOG_ERRORS)) {
    const at = Number(i);
    bits[at] = (bits[at] as number) + floats; // All are inside.
  }
  return { sigmas: kept, logSigmas, stride };
}

/** The timestep whose sigma is nearest, in logarithms; the first one of two. */
export function timestepOfSigma({ logSigmas, stride }: DiscreteSigmas, sigma: number): number {
  const wanted = fround(log(sigma));
  let nearest = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, logSigma] of logSigmas.entries()) {
    const distance = Math.abs(fround(wanted - logSigma));
    if (distance < least) [nearest, least] = [i, distance];
  }
  return nearest * stride + stride - 1;
}

/** @param timestep may have a fraction: then logarithms are interpolated */
export function sigmaOfTimestep({ logSigmas, stride }: DiscreteSigmas, timestep: number): number {
  const place = fround(fround(fround(timestep) - (stride - 1)) / stride);
  const held = Math.min(Math.max(place, 0), logSigmas.length - 1);
  const below = Math.floor(held);
  const share = fround(held - below);
  // Both indices are inside the table.
  const [low, high] = [logSigmas[below] as number, logSigmas[Math.ceil(held)] as number];
  return fround(exp(fround(fround(fround(1 - share) * low) + fround(share * high))));
}

/** @returns the largest of all */
export function maxSigma({ sigmas }: DiscreteSigmas): number {
  return sigmas.at(-1) as number; // The table is not empty.
}

/** @returns the least of all */
export function minSigma({ sigmas }: DiscreteSigmas): number {
  return sigmas[0] as number; // The table is not empty.
}
