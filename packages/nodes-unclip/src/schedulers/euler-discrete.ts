import { readNoiseSchedule } from './beta-schedule.js';
import { at, combine } from './linear-combination.js';
import { MEMORYLESS } from './memoryless.js';
import { readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { planSigmas, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';
import { refuseOtherSigmas, withoutInfiniteSigma } from './sigma-table.js';

const { fround } = Math;
const CLASS_NAME = 'EulerDiscreteScheduler';

/**
 * Karras et al. 2022, algorithm 2 without churn: Euler's method along the noise level. Draws no noise.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_euler_discrete.py
 */
export function createEulerDiscrete(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = withoutInfiniteSigma(reader, readNoiseSchedule(reader));
  refuseOtherSigmas(reader);
  reader.choice('interpolation_type', 'linear', ['linear']);
  reader.choice('timestep_type', 'discrete', ['discrete']);
  const prediction = readPredictionType(reader);
  const { timesteps, sigmas, initNoiseSigma } = planSigmas(reader, { schedule, options, karras: { integers: false } });
  return {
    ...MEMORYLESS,
    timesteps,
    levels: sigmas.map(sigmaLevel),
    initNoiseSigma,
    scaleModelInput: (sample, call) => scaleBySigma(sample, at(sigmas, call)),
    step({ modelOutput, sample, call }) {
      // https://arxiv.org/abs/2206.00364, algorithm 2 with S_churn = 0.
      // 1. x_0 and the derivative at this noise level
      const sigma = at(sigmas, call);
      const original = originalAtSigma(prediction, sigma, { modelOutput, sample });
      const derivative = derivativeAtSigma(sample, original, sigma);
      // 2. straight on to the next level
      const dt = fround(at(sigmas, call + 1) - sigma);
      return combine([
        [1, sample],
        [dt, derivative],
      ]);
    },
  };
}
