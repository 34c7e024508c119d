import { alphaLevels } from './alpha-levels.js';
import { readNoiseSchedule } from './beta-schedule.js';
import { MEMORYLESS } from './call-order.js';
import { at } from './linear-combination.js';
import { posteriorStep } from './posterior.js';
import { readPredictionType } from './prediction.js';
import type { Scheduler, SchedulerConfig, SchedulerOptions } from './scheduler.js';
import { ConfigReader, checkSteps } from './scheduler-config.js';
import { checkTimesteps, integerTimesteps, readStepsOffset, readTimestepSpacing } from './timestep-spacing.js';

const { fround } = Math;
const CLASS_NAME = 'DDPMScheduler';

/**
 * Ho et al. 2020, DDPM: ancestral sampling. Draws noise at every call except timestep 0.
 *
 * @see diffusers 0.42.1, schedulers/scheduling_ddpm.py
 */
export function createDdpm(config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  const { steps, skip = 0 } = options;
  const reader = new ConfigReader(CLASS_NAME, config);
  const schedule = readNoiseSchedule(reader);
  const { numTrainTimesteps, alphasCumprod } = schedule;
  reader.only('thresholding', false);
  checkSteps(CLASS_NAME, options, numTrainTimesteps);
  const all = integerTimesteps({
    spacing: readTimestepSpacing(reader, 'leading'),
    ...{ steps, numTrainTimesteps },
    stepsOffset: readStepsOffset(reader, numTrainTimesteps),
  });
  checkTimesteps(CLASS_NAME, all, numTrainTimesteps);
  const timesteps = all.slice(skip);
  const clips = reader.boolean('clip_sample', true);
  const clipRange = reader.number('clip_sample_range', 1, { min: 0 });
  const settings = {
    prediction: readPredictionType(reader),
    clipRange: clips ? fround(clipRange) : Number.POSITIVE_INFINITY,
    variance: readVariance(reader),
  };
  return {
    ...MEMORYLESS,
    timesteps,
    levels: alphaLevels(schedule, timesteps),
    initNoiseSigma: 1,
    scaleModelInput: (sample) => sample,
    step(args) {
      const timestep = at(timesteps, args.call);
      const isLast = args.call === timesteps.length - 1;
      const alphaProd = at(alphasCumprod, timestep);
      const alphaProdPrev = isLast ? 1 : at(alphasCumprod, at(timesteps, args.call + 1));
      const alpha = fround(alphaProd / alphaProdPrev);
      const jump = { alphaProd, alphaProdPrev, alpha, beta: fround(1 - alpha), draws: timestep > 0 };
      return posteriorStep(settings, jump, args);
    },
  };
}

function readVariance(reader: ConfigReader) {
  // The solvers of DPM-Solver write null, which does as the default does.
  if (reader.config.variance_type === null) return 'fixed_small';
  return reader.choice('variance_type', 'fixed_small', ['fixed_small', 'fixed_small_log', 'fixed_large']);
}
