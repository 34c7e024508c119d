import { type ComfyClass, cfg, float, type InputSpec, int, link, SCHEDULE_NAMES, seed, steps } from './comfy-class.js';

import { CUSTOM_SAMPLERS } from './custom-sampling.js';

const CATEGORY = 'sampling/custom_sampling';

/** Samplers configured by several nodes, and those nodes. */
export function customSamplingClasses(samplers: readonly string[]): Readonly<Record<string, ComfyClass>> {
  const denoise = float(1, 0, 1);
  const exact = (value: number, max: number): InputSpec => [
    'FLOAT',
    { default: value, min: 0, max, step: 0.01, round: false },
  ];
  const sigmaRange = { sigma_max: exact(14.614642, 5000), sigma_min: exact(0.0291675, 5000) };
  const scheduler = (required: ComfyClass['required']): ComfyClass => ({
    required,
    output: ['SIGMAS'],
    category: `${CATEGORY}/schedulers`,
  });
  const sampled = { output: ['LATENT', 'LATENT'], outputNames: ['output', 'denoised_output'], category: CATEGORY };
  const guider = { output: ['GUIDER'], category: `${CATEGORY}/guiders` };
  const noise = { output: ['NOISE'], category: `${CATEGORY}/noise` };
  const model = link('MODEL');
  const prompts = { positive: link('CONDITIONING'), negative: link('CONDITIONING') };
  const told = { sampler: link('SAMPLER'), sigmas: link('SIGMAS'), latent_image: link('LATENT') };
  return {
    SamplerCustom: {
      required: { model, add_noise: ['BOOLEAN', { default: true }], noise_seed: seed, cfg, ...prompts, ...told },
      ...sampled,
    },
    SamplerCustomAdvanced: { required: { noise: link('NOISE'), guider: link('GUIDER'), ...told }, ...sampled },
    KSamplerSelect: { required: { sampler_name: [samplers] }, output: ['SAMPLER'], category: `${CATEGORY}/samplers` },
    BasicScheduler: scheduler({ model, scheduler: [SCHEDULE_NAMES], steps, denoise }),
    KarrasScheduler: scheduler({ steps, ...sigmaRange, rho: exact(7, 100) }),
    ExponentialScheduler: scheduler({ steps, ...sigmaRange }),
    BetaSamplingScheduler: scheduler({ model, steps, alpha: exact(0.6, 50), beta: exact(0.6, 50) }),
    SDTurboScheduler: scheduler({ model, steps: int(1, 1, 10), denoise }),
    SplitSigmas: {
      required: { sigmas: link('SIGMAS'), step: int(0, 0, 10_000) },
      ...{ output: ['SIGMAS', 'SIGMAS'], outputNames: ['high_sigmas', 'low_sigmas'], category: `${CATEGORY}/sigmas` },
    },
    RandomNoise: { required: { noise_seed: seed }, ...noise },
    DisableNoise: { required: {}, ...noise },
    CFGGuider: { required: { model, ...prompts, cfg }, ...guider },
    BasicGuider: { required: { model, conditioning: link('CONDITIONING') }, ...guider },
  };
}

/** The classes that configure such a sampler, and become a part of it. */
export const CUSTOM_PARTS: ReadonlySet<string> = new Set(
  Object.keys(customSamplingClasses([])).filter((type) => !CUSTOM_SAMPLERS.has(type)),
);
