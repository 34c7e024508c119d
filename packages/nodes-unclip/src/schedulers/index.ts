import { createDdim } from './ddim.js';
import { createDdpm } from './ddpm.js';
import { createDeisMultistep } from './deis-multistep.js';
import { createDpmSolverMultistep } from './dpm-solver-multistep.js';
import { createDpmSolverSinglestep } from './dpm-solver-singlestep.js';
import { createEulerAncestral } from './euler-ancestral.js';
import { createEulerDiscrete } from './euler-discrete.js';
import { createHeunDiscrete } from './heun-discrete.js';
import { createKdpm2Discrete } from './kdpm2-discrete.js';
import { createLmsDiscrete } from './lms-discrete.js';
import { createPndm } from './pndm.js';
import type { Scheduler, SchedulerConfig, SchedulerFactory, SchedulerOptions } from './scheduler.js';
import { createUnclip } from './unclip.js';
import { createUnipcMultistep } from './unipc-multistep.js';

/** A class of schedulers, and which keys of a config it has. */
export interface SchedulerClass {
  readonly create: SchedulerFactory;
  /** `use_karras_sigmas` */
  readonly hasKarras: boolean;
  /** `timestep_spacing` */
  readonly hasSpacing: boolean;
  /** `rescale_betas_zero_snr` */
  readonly hasZeroSnr: boolean;
}

const traits = (hasKarras: boolean, hasSpacing: boolean, hasZeroSnr: boolean) => ({
  hasKarras,
  hasSpacing,
  hasZeroSnr,
});

/** diffusers' class name -> what makes it. A scheduler is one file and one line here. */
const SCHEDULERS: Readonly<Record<string, SchedulerClass>> = {
  DDIMScheduler: { create: createDdim, ...traits(false, true, true) },
  DDPMScheduler: { create: createDdpm, ...traits(false, true, true) },
  PNDMScheduler: { create: createPndm, ...traits(false, true, false) },
  DPMSolverMultistepScheduler: { create: createDpmSolverMultistep, ...traits(true, true, true) },
  DPMSolverSinglestepScheduler: { create: createDpmSolverSinglestep, ...traits(true, false, false) },
  EulerDiscreteScheduler: { create: createEulerDiscrete, ...traits(true, true, true) },
  EulerAncestralDiscreteScheduler: { create: createEulerAncestral, ...traits(false, true, true) },
  HeunDiscreteScheduler: { create: createHeunDiscrete, ...traits(true, true, false) },
  LMSDiscreteScheduler: { create: createLmsDiscrete, ...traits(true, true, false) },
  UniPCMultistepScheduler: { create: createUnipcMultistep, ...traits(true, true, true) },
  DEISMultistepScheduler: { create: createDeisMultistep, ...traits(true, true, false) },
  KDPM2DiscreteScheduler: { create: createKdpm2Discrete, ...traits(true, true, false) },
  UnCLIPScheduler: { create: createUnclip, ...traits(false, false, false) },
};

export const SCHEDULER_CLASS_NAMES: readonly string[] = Object.keys(SCHEDULERS);

/** There is no scheduler of this name here. */
export class UnknownSchedulerError extends Error {
  override readonly name = 'UnknownSchedulerError';

  constructor(readonly className: string) {
    super(`scheduler "${className}" is not known; there are: ${SCHEDULER_CLASS_NAMES.join(', ')}`);
  }
}

/** @throws UnknownSchedulerError */
export function schedulerClass(className: string): SchedulerClass {
  const known = Object.hasOwn(SCHEDULERS, className) ? SCHEDULERS[className] : undefined;
  if (known === undefined) throw new UnknownSchedulerError(className);
  return known;
}

/**
 * Makes the sampler of one run, as diffusers' `Class.from_config(config)` and `set_timesteps(steps)` do.
 *
 * @param config a parsed scheduler_config.json; may have been written by another class
 * @throws UnknownSchedulerError, or SchedulerConfigError naming the key and what it may hold
 */
export function createScheduler(className: string, config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  return schedulerClass(className).create(config, options);
}
