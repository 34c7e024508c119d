import { withReason } from '@unclip-studio/graph-core';
import { alphaLevels } from './alpha-levels.js';
import { readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { at } from './linear-combination.js';
import { posteriorStep } from './posterior.js';
import { readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions } from './scheduler.js';
import { ConfigReader, checkSteps, SchedulerConfigError } from './scheduler-config.js';
import { linspace, roundHalfEven } from './timestep-spacing.js';

const { fround } = Math;
const CLASS_NAME = 'UnCLIPScheduler';

/**
 * The scheduler of unCLIP's prior: DDPM over timesteps from the noisiest to 0. Needs two steps at least.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_unclip.py
 */
export function createUnclip(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0, unclipTarget = 'adjacent' } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  reader.choice('beta_schedule', 'squaredcos_cap_v2', ['squaredcos_cap_v2']);
  const defaultBetas = { start: 0, end: 0, schedule: 'squaredcos_cap_v2' } as const;
  const schedule = readNoiseSchedule(reader, { classHasZeroSnr: false, defaultBetas });
  const { numTrainTimesteps, alphasCumprod, betas } = schedule;
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  if (steps < 2)
    throw withReason(new SchedulerConfigError(`${CLASS_NAME}, steps: expected at least 2, got ${steps}`), {
      code: 'setting-range',
      setting: 'steps',
      value: steps,
      min: 2,
    });
  const ratio = linspace(numTrainTimesteps - 1, steps);
  const timesteps = ratio.map(roundHalfEven).reverse().slice(skip);
  const clips = reader.boolean('clip_sample', true);
  const clipRange = reader.number('clip_sample_range', 1, { min: 0 });
  const settings = {
    prediction: readPredictionType(reader, ['epsilon', 'sample']),
    clipRange: clips ? fround(clipRange) : Number.POSITIVE_INFINITY,
    variance: reader.choice('variance_type', 'fixed_small_log', ['fixed_small_log']),
  };
  return {
    ...MEMORYLESS,
    timesteps,
    levels: alphaLevels(schedule, timesteps),
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step(args) {
      const timestep = at(timesteps, args.call);
      const adjacent = timestep - 1;
      const isLast = args.call === timesteps.length - 1;
      const target = unclipTarget === 'next' && !isLast ? at(timesteps, args.call + 1) : adjacent;
      const alphaProd = at(alphasCumprod, timestep);
      const alphaProdPrev = target >= 0 ? at(alphasCumprod, target) : 1;
      const beta = target === adjacent ? at(betas, timestep) : fround(1 - fround(alphaProd / alphaProdPrev));
      const jump = { alphaProd, alphaProdPrev, alpha: fround(1 - beta), beta, draws: timestep > 0 };
      return posteriorStep(settings, jump, args);
    },
  };
}
