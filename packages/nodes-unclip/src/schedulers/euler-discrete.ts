import { readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { at, combine } from './linear-combination.js';
import { readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions } from './scheduler.js';
import { ConfigReader } from './scheduler-config.js';
import { planSigmas, scaleBySigma, sigmaLevel } from './sigma-plan.js';
import { derivativeAtSigma, originalAtSigma } from './sigma-prediction.js';
import { withoutInfiniteSigma } from './sigma-table.js';

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
  const logLinear = reader.choice('interpolation_type', 'linear', ['linear', 'log_linear']) === 'log_linear';
  const continuous = reader.choice('timestep_type', 'discrete', ['discrete', 'continuous']) === 'continuous';
  const prediction = readPredictionType(reader);
  if (logLinear && continuous)
    reader.refuse('timestep_type', 'discrete with "interpolation_type" log_linear', 'continuous');
  const { timesteps: discrete, sigmas, initNoiseSigma } = planSigmas(reader, { schedule, options, logLinear });
  // For EDM: the model gets the noise level itself, but only if it predicts v.
  const timesteps =
    continuous && prediction === 'v_prediction'
      ? sigmas.slice(0, -1).map((sigma) => fround(0.25 * fround(Math.log(sigma))))
      : discrete;
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
