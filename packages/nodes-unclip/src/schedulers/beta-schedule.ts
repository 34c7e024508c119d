import { fma32 } from '../random/fma32.js';
import { ConfigReader } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround, sqrt } = Math;

/** How noisy the training images were, by timestep. All arrays are float32 [numTrainTimesteps]. */
export interface NoiseSchedule {
  readonly numTrainTimesteps: number;
  readonly betas: Float32Array;
  /** alpha_bar: falls from nearly 1 to nearly 0. */
  readonly alphasCumprod: Float32Array;
}

/** Where a class differs from the others. */
interface ClassTraits {
  /** Whether it knows `rescale_betas_zero_snr`; it does when left out. */
  readonly classHasZeroSnr?: boolean;
  /** The default when the config names no betas. */
  readonly defaultBetas?: DefaultBetas;
}

interface DefaultBetas {
  readonly start: number;
  readonly end: number;
  readonly schedule: 'linear' | 'scaled_linear' | 'squaredcos_cap_v2';
}

const COMMON_BETAS: DefaultBetas = { start: 0.0001, end: 0.02, schedule: 'linear' };

/**
 * Reads the keys every diffusers scheduler shares, with diffusers' common defaults.
 *
 * @throws SchedulerConfigError naming the key
 * @see diffusers 0.42.1, schedulers/scheduling_ddim.py, __init__ (the same in all classes)
 */
export function readNoiseSchedule(
  reader: ConfigReader,
  { classHasZeroSnr = true, defaultBetas = COMMON_BETAS }: ClassTraits = {},
): NoiseSchedule {
  const numTrainTimesteps = reader.number('num_train_timesteps', 1000, { min: 1, max: 100_000, integer: true });
  const trained = readBetas(reader, numTrainTimesteps, defaultBetas);
  const rescale = classHasZeroSnr && reader.boolean('rescale_betas_zero_snr', false);
  const betas = rescale ? rescaleToZeroSnr(trained) : trained;
  return { numTrainTimesteps, betas, alphasCumprod: cumulativeAlphas(betas) };
}

/**
 * The noise schedule of a scheduler_config.json alone, as unCLIP's image noising needs it.
 *
 * @throws SchedulerConfigError naming the key
 */
export function noiseScheduleOf(config: Readonly<Record<string, unknown>>): NoiseSchedule {
  return readNoiseSchedule(new ConfigReader('noise schedule', config));
}

function readBetas(reader: ConfigReader, count: number, defaults: DefaultBetas): Float32Array {
  const trained = reader.numbers('trained_betas');
  if (trained !== null) {
    const fits = trained.length === count && trained.every((beta) => beta >= 0 && beta <= 1);
    return fits ? Float32Array.from(trained) : reader.refuse('trained_betas', `${count} numbers 0..1`, trained);
  }
  const start = reader.number('beta_start', defaults.start, { min: 0, max: 1 });
  const end = reader.number('beta_end', defaults.end, { min: 0, max: 1 });
  const kind = reader.choice('beta_schedule', defaults.schedule, ['linear', 'scaled_linear', 'squaredcos_cap_v2']);
  switch (kind) {
    case 'linear':
      return linspaceFloat32(start, end, count);
    case 'scaled_linear':
      return linspaceFloat32(sqrt(start), sqrt(end), count).map((root) => root * root);
    case 'squaredcos_cap_v2':
      return squaredCosineBetas(count);
  }
}

/**
 * torch.linspace in float32: from both ends to the middle, each value with one fused multiply-add.
 *
 * @see pytorch v2.13.0, aten/src/ATen/native/cpu/RangeFactoriesKernel.cpp, linspace_kernel
 */
export function linspaceFloat32(start: number, end: number, count: number): Float32Array {
  const first = fround(start);
  const last = fround(end);
  if (count === 1) return Float32Array.of(first);
  const step = fround(fround(last - first) / (count - 1));
  const half = Math.floor(count / 2);
  return Float32Array.from({ length: count }, (_, i) =>
    i < half ? fma32(step, i, first) : fma32(-step, count - 1 - i, last),
  );
}

/** Nichol and Dhariwal 2021, https://arxiv.org/abs/2102.09672, equation (17), with betas capped at 0.999. */
function squaredCosineBetas(count: number): Float32Array {
  const alphaBar = (t: number) => Math.cos((((t + 0.008) / 1.008) * Math.PI) / 2) ** 2;
  return Float32Array.from({ length: count }, (_, i) =>
    Math.min(1 - alphaBar((i + 1) / count) / alphaBar(i / count), 0.999),
  );
}

/** torch.cumprod accumulates in binary64 and rounds each entry. */
function cumulativeAlphas(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => {
    product *= fround(1 - beta);
    return product;
  });
}

/**
 * Lin et al. 2023, https://arxiv.org/abs/2305.08891, algorithm 1: the last timestep is pure noise.
 *
 * The roots must have torch's own rounding: betas are differences of nearly equal numbers here.
 */
function rescaleToZeroSnr(betas: Float32Array): Float32Array {
  // 1. sqrt(alpha_bar), shifted so that the last is 0 and scaled so that the first stays
  const roots = cumulativeAlphas(betas).map(torchSqrt);
  const first = roots[0] ?? 0;
  const last = roots.at(-1) ?? 0;
  const scale = fround(first / fround(first - last));
  const alphaBars = roots.map((root) => fround(fround(root - last) * scale) ** 2);
  // 2. back to betas
  return alphaBars.map((alphaBar, i) => 1 - (i === 0 ? alphaBar : fround(alphaBar / (alphaBars[i - 1] as number))));
}
