/** Samplers as A1111 calls them -> ComfyUI's names. */
const SAMPLERS: Readonly<Record<string, string>> = {
  Euler: 'euler',
  'Euler a': 'euler_ancestral',
  Heun: 'heun',
  DPM2: 'dpm_2',
  'DPM2 a': 'dpm_2_ancestral',
  LMS: 'lms',
  'DPM++ 2M': 'dpmpp_2m',
  'DPM++ 2M SDE': 'dpmpp_2m_sde',
  'DPM++ 2M SDE Heun': 'dpmpp_2m_sde_heun',
  'DPM++ 3M SDE': 'dpmpp_3m_sde',
  'DPM++ SDE': 'dpmpp_sde',
  'DPM++ 2S a': 'dpmpp_2s_ancestral',
  'DPM fast': 'dpm_fast',
  'DPM adaptive': 'dpm_adaptive',
  DDIM: 'ddim',
  UniPC: 'uni_pc',
  LCM: 'lcm',
};

/** Noise schedules ("Schedule type") as A1111 calls them -> ComfyUI's names. */
const SCHEDULES: Readonly<Record<string, string>> = {
  Normal: 'normal',
  Karras: 'karras',
  Exponential: 'exponential',
  'SGM Uniform': 'sgm_uniform',
  Simple: 'simple',
  'DDIM Uniform': 'ddim_uniform',
  Beta: 'beta',
  'KL Optimal': 'kl_optimal',
};

/** A sampler and its noise schedule in ComfyUI's names. */
export interface ComfySampler {
  readonly sampler_name: string;
  readonly scheduler: string;
}

/** What has no name there keeps ComfyUI's. */
export function a1111Sampler({ sampler_name: sampler, scheduler }: ComfySampler): {
  readonly sampler: string;
  readonly schedule: string;
} {
  return { sampler: keyOf(SAMPLERS, sampler), schedule: keyOf(SCHEDULES, scheduler) };
}

/**
 * Texts from before 2024 have the schedule in the sampler's name, as in "DPM++ 2M Karras".
 *
 * @returns unknown names as `euler` and `normal`, with a list of them
 */
export function comfySampler(
  sampler: string,
  schedule: string | undefined,
): ComfySampler & { readonly unknown: readonly string[] } {
  const [, base = sampler, last] = /^(.+?) (Karras|Exponential)$/.exec(sampler) ?? [];
  const wanted = schedule ?? last;
  const found = Object.hasOwn(SAMPLERS, base) ? SAMPLERS[base] : undefined;
  const isUsual = wanted === undefined || wanted === 'Automatic' || wanted === 'Uniform';
  const spacing = isUsual ? 'normal' : Object.hasOwn(SCHEDULES, wanted) ? SCHEDULES[wanted] : undefined;
  return {
    sampler_name: found ?? 'euler',
    scheduler: spacing ?? 'normal',
    unknown: [...(found === undefined ? [base] : []), ...(spacing === undefined && wanted ? [wanted] : [])],
  };
}

function keyOf(names: Readonly<Record<string, string>>, value: string): string {
  return Object.entries(names).find(([, name]) => name === value.replace(/_gpu$/, ''))?.[0] ?? value;
}
