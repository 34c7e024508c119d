import type { Reason } from '@unclip-studio/graph-core';
import { createDdim } from './ddim.js';
import { createDdpm } from './ddpm.js';
import { createDeisMultistep } from './deis-multistep.js';
import { createDpmSolverMultistep } from './dpm-solver-multistep.js';
import { createDpmSolverSinglestep } from './dpm-solver-singlestep.js';
import { createEulerAncestral } from './euler-ancestral.js';
import { createEulerDiscrete } from './euler-discrete.js';
import { createHeunDiscrete } from './heun-discrete.js';
import { createIpndm } from './ipndm.js';
import { createKdpm2AncestralDiscrete, createKdpm2Discrete } from './kdpm2-discrete.js';
import { createLcm } from './lcm.js';
import { createLmsDiscrete } from './lms-discrete.js';
import { createPndm } from './pndm.js';
import { createSaSolver } from './sa-solver.js';
import type { Scheduler, SchedulerConfig, SchedulerFactory, SchedulerOptions } from './scheduler.js';
import type { SpacedSigmas } from './sigma-spacing.js';
import { createTcd } from './tcd.js';
import { createUnclip } from './unclip.js';
import { createUnipcMultistep } from './unipc-multistep.js';

/** A class of schedulers, and which keys of a config it has. */
export interface SchedulerClass {
  readonly create: SchedulerFactory;
  /** `use_karras_sigmas` and its like */
  readonly spacedSigmas: readonly SpacedSigmas[];
  /** `timestep_spacing`, and that it acts */
  readonly hasSpacing: boolean;
  /** `rescale_betas_zero_snr` */
  readonly hasZeroSnr: boolean;
}

const SPACED: readonly SpacedSigmas[] = ['karras', 'exponential', 'beta'];

const traits = (spacedSigmas: readonly SpacedSigmas[], hasSpacing: boolean, hasZeroSnr: boolean) => ({
  spacedSigmas,
  hasSpacing,
  hasZeroSnr,
});

/** diffusers' class name -> what makes it. A scheduler is one file and one line here. */
const SCHEDULERS: Readonly<Record<string, SchedulerClass>> = {
  DDIMScheduler: { create: createDdim, ...traits([], true, true) },
  DDPMScheduler: { create: createDdpm, ...traits([], true, true) },
  PNDMScheduler: { create: createPndm, ...traits([], true, false) },
  DPMSolverMultistepScheduler: { create: createDpmSolverMultistep, ...traits([...SPACED, 'lu'], true, true) },
  DPMSolverSinglestepScheduler: { create: createDpmSolverSinglestep, ...traits(SPACED, false, false) },
  EulerDiscreteScheduler: { create: createEulerDiscrete, ...traits(SPACED, true, true) },
  EulerAncestralDiscreteScheduler: { create: createEulerAncestral, ...traits([], true, true) },
  HeunDiscreteScheduler: { create: createHeunDiscrete, ...traits(SPACED, true, false) },
  LMSDiscreteScheduler: { create: createLmsDiscrete, ...traits(SPACED, true, false) },
  UniPCMultistepScheduler: { create: createUnipcMultistep, ...traits(SPACED, true, true) },
  DEISMultistepScheduler: { create: createDeisMultistep, ...traits(SPACED, true, false) },
  KDPM2DiscreteScheduler: { create: createKdpm2Discrete, ...traits(SPACED, true, false) },
  KDPM2AncestralDiscreteScheduler: { create: createKdpm2AncestralDiscrete, ...traits(SPACED, true, false) },
  LCMScheduler: { create: createLcm, ...traits([], false, true) },
  TCDScheduler: { create: createTcd, ...traits([], false, true) },
  SASolverScheduler: { create: createSaSolver, ...traits(SPACED, true, false) },
  IPNDMScheduler: { create: createIpndm, ...traits([], false, false) },
  UnCLIPScheduler: { create: createUnclip, ...traits([], false, false) },
};

export const SCHEDULER_CLASS_NAMES: readonly string[] = Object.keys(SCHEDULERS);

/** There is no scheduler of this name here. */
export class UnknownSchedulerError extends Error {
  override readonly name = 'UnknownSchedulerError';
  readonly because: Reason;

  constructor(readonly className: string) {
    super(`scheduler "${className}" is not known; there are: ${SCHEDULER_CLASS_NAMES.join(', ')}`);
    const file = 'scheduler_config.json';
    this.because = { code: 'model-file', file, fault: 'not-supported', detail: className, more: 0 };
  }
}

/** @throws UnknownSchedulerError */
export function schedulerClass(className: string): SchedulerClass {
  const known = Object.hasOwn(SCHEDULERS, className) ? SCHEDULERS[className] : undefined;
  if (known === undefined) throw new UnknownSchedulerError(className);
  return known;
}

/**
 * Creates the sampler of one run, as diffusers' `Class.from_config(config)` and `set_timesteps(steps)` do.
 *
 * @param config a parsed scheduler_config.json; may have been written by another class
 * @throws UnknownSchedulerError, or SchedulerConfigError naming the key and its valid values
 */
export function createScheduler(className: string, config: SchedulerConfig, options: SchedulerOptions): Scheduler {
  return schedulerClass(className).create(config, options);
}
