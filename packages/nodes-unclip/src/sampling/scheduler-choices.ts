import type { UnetModel } from '../models/model.js';
import { createScheduler, schedulerClass } from '../schedulers/index.js';
import type { Scheduler, SchedulerConfig } from '../schedulers/scheduler.js';
import { SchedulerConfigError } from '../schedulers/scheduler-config.js';

/** What the user calls a scheduler -> the diffusers class that defines it. `checkpoint` is not here: its class varies. */
export const SCHEDULER_CLASSES = {
  ddim: 'DDIMScheduler',
  ddpm: 'DDPMScheduler',
  pndm: 'PNDMScheduler',
  'dpmpp-2m': 'DPMSolverMultistepScheduler',
  'dpmpp-2m-sde': 'DPMSolverMultistepScheduler',
  'dpmpp-2s': 'DPMSolverSinglestepScheduler',
  'dpmpp-sde': 'DPMSolverSinglestepScheduler',
  euler: 'EulerDiscreteScheduler',
  'euler-a': 'EulerAncestralDiscreteScheduler',
  heun: 'HeunDiscreteScheduler',
  lms: 'LMSDiscreteScheduler',
  unipc: 'UniPCMultistepScheduler',
  deis: 'DEISMultistepScheduler',
  kdpm2: 'KDPM2DiscreteScheduler',
} as const;

export type SchedulerName = keyof typeof SCHEDULER_CLASSES | 'checkpoint';

export const SCHEDULER_NAMES: readonly SchedulerName[] = [
  ...(Object.keys(SCHEDULER_CLASSES) as (keyof typeof SCHEDULER_CLASSES)[]),
  'checkpoint',
];

export const SPACING_NAMES = ['default', 'leading', 'linspace', 'trailing'] as const;

export interface SchedulerChoice {
  readonly scheduler: SchedulerName;
  readonly steps: number;
  /** Steps left out at the noisy end; 0 when left out. */
  readonly skip?: number;
  readonly eta?: number;
  /** `false` leaves the checkpoint's own setting, as the two below do when they say nothing. */
  readonly karrasSigmas?: boolean;
  readonly timestepSpacing?: (typeof SPACING_NAMES)[number];
  readonly rescaleZeroSnr?: boolean;
}

/**
 * The scheduler as `Class.from_config(checkpoint's scheduler config, **settings)` gives it in diffusers.
 *
 * @throws SchedulerConfigError if the class does not know a setting that is asked for, or the config is broken
 */
export function schedulerFor({ scheduler: config }: Pick<UnetModel, 'scheduler'>, choice: SchedulerChoice): Scheduler {
  const className = choice.scheduler === 'checkpoint' ? ownClass(config) : SCHEDULER_CLASSES[choice.scheduler];
  const settings: Record<string, unknown> = {};
  if (choice.scheduler === 'dpmpp-2m-sde' || choice.scheduler === 'dpmpp-sde')
    settings['algorithm_type'] = 'sde-dpmsolver++';
  if (choice.karrasSigmas) settings['use_karras_sigmas'] = true;
  if (choice.rescaleZeroSnr) settings['rescale_betas_zero_snr'] = true;
  const spacing = choice.timestepSpacing ?? 'default';
  if (spacing !== 'default') settings['timestep_spacing'] = spacing;
  refuseUnknown(choice, className);
  const { steps, skip = 0, eta = 0 } = choice;
  return createScheduler(className, { ...config, ...settings }, { steps, skip, eta });
}

function ownClass(config: SchedulerConfig): string {
  const className = config['_class_name'];
  if (typeof className === 'string') return className;
  throw new SchedulerConfigError(
    'scheduler/scheduler_config.json, "_class_name": expected the class of the checkpoint’s own scheduler, got nothing; ' +
      'choose a scheduler by name',
  );
}

/** diffusers ignores a setting that the class does not have; the user would look for its effect in vain. */
function refuseUnknown(
  { scheduler, karrasSigmas, timestepSpacing, rescaleZeroSnr }: SchedulerChoice,
  className: string,
) {
  const { hasKarras, hasSpacing, hasZeroSnr } = schedulerClass(className);
  const refuse = (param: string, others: string) => {
    throw new SchedulerConfigError(
      `${param}: the scheduler "${scheduler}" has no such setting. Leave it at its default, or take ${others}.`,
    );
  };
  if (karrasSigmas && !hasKarras) refuse('karrasSigmas', namesWith('hasKarras'));
  if ((timestepSpacing ?? 'default') !== 'default' && !hasSpacing) refuse('timestepSpacing', namesWith('hasSpacing'));
  if (rescaleZeroSnr && !hasZeroSnr) refuse('rescaleZeroSnr', namesWith('hasZeroSnr'));
}

function namesWith(trait: 'hasKarras' | 'hasSpacing' | 'hasZeroSnr'): string {
  const names = Object.entries(SCHEDULER_CLASSES).flatMap(([name, className]) =>
    schedulerClass(className)[trait] ? [name] : [],
  );
  return `one of ${names.join(', ')}`;
}
