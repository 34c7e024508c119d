import { withReason } from '@unclip-studio/graph-core';
import type { UnetModel } from '../models/model.js';
import { createScheduler, type SchedulerClass, schedulerClass } from '../schedulers/index.js';
import type { Scheduler, SchedulerConfig } from '../schedulers/scheduler.js';
import { SchedulerConfigError } from '../schedulers/scheduler-config.js';
import { SIGMA_SPACING_KEYS, type SpacedSigmas } from '../schedulers/sigma-spacing.js';

/** The most steps of a run: as many as there are trained timesteps. */
export const MAX_STEPS = 1000;

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
  'kdpm2-a': 'KDPM2AncestralDiscreteScheduler',
  lcm: 'LCMScheduler',
  tcd: 'TCDScheduler',
  'sa-solver': 'SASolverScheduler',
  ipndm: 'IPNDMScheduler',
} as const;

export type SchedulerName = keyof typeof SCHEDULER_CLASSES | 'checkpoint';

export const SCHEDULER_NAMES: readonly SchedulerName[] = [
  ...(Object.keys(SCHEDULER_CLASSES) as (keyof typeof SCHEDULER_CLASSES)[]),
  'checkpoint',
];

export const SPACING_NAMES = ['default', 'leading', 'linspace', 'trailing'] as const;

/** The spacing of the noise levels; Karras' is a separate setting, which existed first. */
export const SIGMA_NAMES = ['default', 'exponential', 'beta', 'lu'] as const;

export interface SchedulerChoice {
  readonly scheduler: SchedulerName;
  readonly steps: number;
  /** Steps left out at the noisy end; 0 when left out. */
  readonly skip?: number;
  readonly eta?: number;
  /** `false` leaves the checkpoint's own setting, as those below do when they say nothing. */
  readonly karrasSigmas?: boolean;
  readonly sigmaSpacing?: (typeof SIGMA_NAMES)[number];
  readonly timestepSpacing?: (typeof SPACING_NAMES)[number];
  readonly rescaleZeroSnr?: boolean;
}

/**
 * The scheduler as `Class.from_config(checkpoint's scheduler config, **settings)` creates it in diffusers.
 *
 * @throws SchedulerConfigError if the class does not know a given setting, or the config is broken
 */
export function schedulerFor({ scheduler: config }: Pick<UnetModel, 'scheduler'>, choice: SchedulerChoice): Scheduler {
  const className = choice.scheduler === 'checkpoint' ? ownClass(config) : SCHEDULER_CLASSES[choice.scheduler];
  const settings: Record<string, unknown> = {};
  if (choice.scheduler === 'dpmpp-2m-sde' || choice.scheduler === 'dpmpp-sde')
    settings['algorithm_type'] = 'sde-dpmsolver++';
  const sigmas = sigmasOf(choice);
  if (sigmas !== null) {
    for (const [spacing, key] of Object.entries(SIGMA_SPACING_KEYS)) settings[key] = spacing === sigmas;
  }
  if (choice.rescaleZeroSnr) settings['rescale_betas_zero_snr'] = true;
  const spacing = choice.timestepSpacing ?? 'default';
  if (spacing !== 'default') settings['timestep_spacing'] = spacing;
  refuseUnknown(choice, className);
  const { steps, skip = 0, eta = 0 } = choice;
  return createScheduler(className, { ...config, ...settings }, { steps, skip, eta });
}

/** Whether a scheduler knows Karras' and other spacings of noise levels, and of timesteps; “checkpoint” may be any class. */
export function settingsKnownTo(name: SchedulerName): { readonly sigmas: boolean; readonly timesteps: boolean } {
  if (name === 'checkpoint') return { sigmas: true, timesteps: true };
  const { spacedSigmas, hasSpacing } = schedulerClass(SCHEDULER_CLASSES[name]);
  return { sigmas: spacedSigmas.includes('karras'), timesteps: hasSpacing };
}

function ownClass(config: SchedulerConfig): string {
  const className = config['_class_name'];
  if (typeof className === 'string') return className;
  throw withReason(
    new SchedulerConfigError(
      'scheduler/scheduler_config.json, "_class_name": expected the class of the checkpoint’s own scheduler, got nothing; ' +
        'choose a scheduler by name',
    ),
    { code: 'model-file', file: 'scheduler_config.json', fault: 'not-supported', detail: '"_class_name"', more: 0 },
  );
}

/** @throws SchedulerConfigError if Karras' levels are requested together with others */
function sigmasOf({ karrasSigmas, sigmaSpacing = 'default' }: SchedulerChoice): SpacedSigmas | null {
  if (!karrasSigmas) return sigmaSpacing === 'default' ? null : sigmaSpacing;
  if (sigmaSpacing === 'default') return 'karras';
  throw withReason(
    new SchedulerConfigError(
      `sigmaSpacing: "${sigmaSpacing}" and Karras sigmas cannot go together. Switch karrasSigmas off, or choose "default".`,
    ),
    { code: 'settings-exclude-each-other', settings: ['sigmaSpacing', 'karrasSigmas'] },
  );
}

/** diffusers ignores a setting that the class does not have; the user would look for its effect in vain. */
function refuseUnknown(choice: SchedulerChoice, className: string) {
  const { scheduler, karrasSigmas, timestepSpacing = 'default', rescaleZeroSnr } = choice;
  const refuseUnless = (has: (known: SchedulerClass) => boolean, param: string) => {
    if (has(schedulerClass(className))) return;
    const names = Object.entries(SCHEDULER_CLASSES).flatMap(([name, other]) =>
      has(schedulerClass(other)) ? [name] : [],
    );
    throw withReason(
      new SchedulerConfigError(
        `${param}: the scheduler "${scheduler}" has no such setting. Leave it at its default, or take one of ${names.join(', ')}.`,
      ),
      { code: 'settings-without-effect', settings: [param], choice: String(scheduler) },
    );
  };
  const sigmas = sigmasOf(choice);
  if (sigmas !== null) {
    refuseUnless(({ spacedSigmas }) => spacedSigmas.includes(sigmas), karrasSigmas ? 'karrasSigmas' : 'sigmaSpacing');
  }
  if (timestepSpacing !== 'default') refuseUnless(({ hasSpacing }) => hasSpacing, 'timestepSpacing');
  if (rescaleZeroSnr) refuseUnless(({ hasZeroSnr }) => hasZeroSnr, 'rescaleZeroSnr');
}
