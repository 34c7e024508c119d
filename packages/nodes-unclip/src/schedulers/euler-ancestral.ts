import { readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { at, combine } from './linear-combination.js';
import { splitNoise } from './noise-split.js';
import { readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { planSigmas, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';
import { withoutInfiniteSigma } from './sigma-table.js';

const { fround } = Math;
const CLASS_NAME = 'EulerAncestralDiscreteScheduler';

/**
 * Euler's method to less noise than the next level has, and new noise up to it: k-diffusion's ancestral sampling.
 * Draws at every call, also at the last, where the noise counts for nothing.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_euler_ancestral_discrete.py
 */
export function createEulerAncestral(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = withoutInfiniteSigma(reader, readNoiseSchedule(reader));
  const prediction = readPredictionType(reader, ['epsilon', 'v_prediction']);
  const { timesteps, sigmas, initNoiseSigma } = planSigmas(reader, { schedule, options, spacings: [] });
  return {
    ...MEMORYLESS,
    timesteps,
    levels: sigmas.map(sigmaLevel),
    initNoiseSigma,
    scaleModelInput: (sample, call) => scaleBySigma(sample, at(sigmas, call)),
    step({ modelOutput, sample, call, randn }) {
      // 1. x_0 and the derivative at this noise level
      const sigma = at(sigmas, call);
      const original = originalAtSigma(prediction, sigma, { modelOutput, sample });
      const derivative = derivativeAtSigma(sample, original, sigma);
      // 2. how much of the next level is new noise, and how much is left of the old
      const { up, down } = splitNoise(sigma, at(sigmas, call + 1));
      // 3. down along the derivative, up with noise
      return combine([
        [1, sample],
        [fround(down - sigma), derivative],
        [up, randn(sample.length)],
      ]);
    },
  };
}
