import type { ModelSampling } from '../../models/model.js';
import { type DiscreteSigmas, stableDiffusionSigmas } from './discrete-sigmas.js';
import { type NoiseScheduleName, sigmasOf } from './noise-schedules.js';
import { SAMPLERS, type SamplerName, type SamplerTraits } from './samplers.js';

export interface SigmaPlan {
  readonly sampler: SamplerName;
  readonly noiseSchedule: NoiseScheduleName;
  readonly steps: number;
  /** 0..1: the steps are the last ones of a plan for this share of as many. */
  readonly denoise: number;
  /** Steps left out at the noisy end. */
  readonly startAt: number;
  /** The step after which to stop; 0: the last. */
  readonly stopAt: number;
  /** Whether what stops early keeps its noise. Otherwise the last step takes all of it off. */
  readonly leftoverNoise: boolean;
}

/**
 * The sigmas that a sampler goes through; fewer than two where nothing is to be done.
 *
 * @see ComfyUI 0.3.64, comfy/samplers.py, KSampler.set_steps and KSampler.sample
 */
export function planSigmas(table: DiscreteSigmas, plan: SigmaPlan): Float32Array {
  const { dropsLastSigma }: SamplerTraits = SAMPLERS[plan.sampler];
  const fullPlan = (steps: number) => {
    const sigmas = sigmasOf(plan.noiseSchedule, table, dropsLastSigma ? steps + 1 : steps);
    return dropsLastSigma ? sigmas.filter((_, i) => i !== sigmas.length - 2) : sigmas;
  };
  if (plan.denoise <= 0) return new Float32Array(0);
  const whole =
    plan.denoise > 0.9999
      ? fullPlan(plan.steps)
      : fullPlan(Math.trunc(plan.steps / plan.denoise)).slice(-(plan.steps + 1));
  const stops = plan.stopAt > 0 && plan.stopAt < whole.length - 1;
  const begun = stops ? whole.slice(0, plan.stopAt + 1) : whole;
  if (stops && !plan.leftoverNoise) begun[begun.length - 1] = 0;
  if (plan.startAt === 0) return begun;
  return plan.startAt < begun.length - 1 ? begun.slice(plan.startAt) : new Float32Array(0);
}

/** How often a plan asks the UNet. */
export function countComfyUiCalls(plan: SigmaPlan, sampling?: ModelSampling): number {
  const sigmas = planSigmas(stableDiffusionSigmas(sampling), plan);
  const { callsTwice }: SamplerTraits = SAMPLERS[plan.sampler];
  // The step to 0 takes one call of all samplers.
  const second = callsTwice ? sigmas.subarray(1).filter((sigma) => sigma > 0).length : 0;
  return Math.max(sigmas.length - 1, 0) + second;
}
