import { alphaLevels } from './alpha-levels.js';
import { type NoiseSchedule, readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { consistencyTimesteps, readOriginalSteps } from './consistency-timesteps.js';
import { at } from './linear-combination.js';
import { mixtureAt, type PredictionType, predictOriginal, readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions, StepArgs } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;
const CLASS_NAME = 'LCMScheduler';
/** The spread of the data, which the boundary condition is made for. */
const SIGMA_DATA = 0.5;

/**
 * Luo et al. 2023, latent consistency models: each call jumps to the image, and all but the last add new noise.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_lcm.py
 */
export function createLcm(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const defaultBetas = { start: 0.00085, end: 0.012, schedule: 'scaled_linear' } as const;
  const schedule = readNoiseSchedule(reader, { defaultBetas });
  const { numTrainTimesteps } = schedule;
  reader.only('thresholding', false);
  const originalSteps = readOriginalSteps(reader, options, numTrainTimesteps);
  const stride = Math.floor(numTrainTimesteps / originalSteps);
  const timesteps = consistencyTimesteps(CLASS_NAME, options, {
    ...{ numTrainTimesteps, originalSteps },
    taughtTimesteps(strength) {
      const count = Math.floor(originalSteps * strength);
      return Array.from({ length: count }, (_, i) => (count - i) * stride - 1);
    },
  });
  const clips = reader.boolean('clip_sample', false);
  const clipRange = reader.number('clip_sample_range', 1, { min: 0 });
  const settings: Settings = {
    ...{ schedule, timesteps },
    prediction: readPredictionType(reader),
    clipRange: clips ? fround(clipRange) : Number.POSITIVE_INFINITY,
    timestepScaling: fround(reader.number('timestep_scaling', 10)),
  };
  return {
    ...MEMORYLESS,
    timesteps,
    levels: alphaLevels(schedule, timesteps),
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step: (args) => lcmStep(settings, args),
  };
}

interface Settings {
  readonly schedule: NoiseSchedule;
  readonly timesteps: readonly number[];
  readonly prediction: PredictionType;
  /** x_0 is clamped to plus and minus this. */
  readonly clipRange: number;
  readonly timestepScaling: number;
}

function lcmStep(settings: Settings, { modelOutput, sample, call, randn }: StepArgs): Float32Array {
  // https://arxiv.org/abs/2310.04378, algorithm 2.
  //   boundary, jump -> c_skip, c_out: near the image the sample itself counts    denoised -> f_theta(x_t, t)
  const { schedule, timesteps, prediction, clipRange, timestepScaling } = settings;
  const timestep = at(timesteps, call);
  // 1. x_0, clamped
  const original = predictOriginal(prediction, mixtureAt(at(schedule.alphasCumprod, timestep)), {
    modelOutput,
    sample,
  });
  // 2. the boundary condition
  const scaled = fround(timestep * timestepScaling);
  const square = fround(fround(scaled * scaled) + SIGMA_DATA ** 2);
  const boundary = fround(SIGMA_DATA ** 2 / square);
  const jump = fround(scaled / torchSqrt(square));
  const denoised = sample.map((x, i) => {
    const clamped = Math.min(Math.max(at(original, i), -clipRange), clipRange);
    return fround(jump * clamped) + fround(boundary * x);
  });
  // 3. back to the noise of the next call
  if (call === timesteps.length - 1) return denoised;
  const { alpha, sigma } = mixtureAt(at(schedule.alphasCumprod, at(timesteps, call + 1)));
  const noise = randn(sample.length);
  return denoised.map((value, i) => fround(alpha * value) + fround(sigma * at(noise, i)));
}
