import { NOISE_SCHEDULE_NAMES, SAMPLER_NAMES, type SchedulerName, settingsKnownTo } from '@unclip-studio/nodes-unclip';
import { textOf } from './comfy-graph.js';

interface Counterpart {
  readonly scheduler: SchedulerName;
  /** What differs beyond the numbers, for the report. */
  readonly remark?: string;
}

// A second name for one of ours comes after the first one, which an export writes.
/** By the name of the widget. */
export const SAMPLERS: Readonly<Record<string, Counterpart>> = {
  euler: { scheduler: 'euler' },
  euler_cfg_pp: { scheduler: 'euler', remark: 'without CFG++' },
  euler_ancestral: { scheduler: 'euler-a' },
  euler_ancestral_cfg_pp: { scheduler: 'euler-a', remark: 'without CFG++' },
  heun: { scheduler: 'heun' },
  exp_heun_2_x0: { scheduler: 'heun', remark: 'in sigmas instead of their logarithms' },
  exp_heun_2_x0_sde: { scheduler: 'heun', remark: 'without the new noise of each step' },
  heunpp2: { scheduler: 'heun', remark: 'of second order' },
  dpm_2: { scheduler: 'kdpm2' },
  dpm_2_ancestral: { scheduler: 'kdpm2-a' },
  lms: { scheduler: 'lms' },
  dpmpp_2m: { scheduler: 'dpmpp-2m' },
  dpmpp_2m_sde: { scheduler: 'dpmpp-2m-sde' },
  dpmpp_2m_sde_gpu: { scheduler: 'dpmpp-2m-sde' },
  dpmpp_2m_sde_heun: { scheduler: 'dpmpp-2m-sde', remark: 'by the midpoint rule' },
  dpmpp_2m_sde_heun_gpu: { scheduler: 'dpmpp-2m-sde', remark: 'by the midpoint rule' },
  dpmpp_sde: { scheduler: 'dpmpp-sde' },
  dpmpp_sde_gpu: { scheduler: 'dpmpp-sde' },
  dpmpp_3m_sde: { scheduler: 'dpmpp-2m-sde', remark: 'of second order' },
  dpmpp_3m_sde_gpu: { scheduler: 'dpmpp-2m-sde', remark: 'of second order' },
  dpmpp_2s_ancestral: { scheduler: 'dpmpp-2s', remark: 'without the new noise of each step' },
  dpmpp_2s_ancestral_cfg_pp: { scheduler: 'dpmpp-2s', remark: 'without the new noise of each step' },
  dpmpp_2m_cfg_pp: { scheduler: 'dpmpp-2m', remark: 'without CFG++' },
  dpm_fast: { scheduler: 'dpmpp-2s', remark: 'by DPM-Solver++' },
  dpm_adaptive: { scheduler: 'dpmpp-2s', remark: 'in as many steps as are set' },
  res_multistep: { scheduler: 'dpmpp-2m', remark: 'by DPM-Solver++' },
  res_multistep_cfg_pp: { scheduler: 'dpmpp-2m', remark: 'without CFG++' },
  res_multistep_ancestral: { scheduler: 'dpmpp-2m-sde', remark: 'by DPM-Solver++' },
  res_multistep_ancestral_cfg_pp: { scheduler: 'dpmpp-2m-sde', remark: 'without CFG++' },
  er_sde: { scheduler: 'dpmpp-2m-sde', remark: 'by DPM-Solver++' },
  sa_solver: { scheduler: 'sa-solver' },
  sa_solver_pece: { scheduler: 'sa-solver', remark: 'without a second evaluation of each step' },
  seeds_2: { scheduler: 'dpmpp-sde', remark: 'by DPM-Solver++' },
  seeds_3: { scheduler: 'dpmpp-sde', remark: 'by DPM-Solver++ of second order' },
  gradient_estimation: { scheduler: 'euler', remark: 'without an estimate of the gradient' },
  gradient_estimation_cfg_pp: { scheduler: 'euler', remark: 'without CFG++' },
  ddpm: { scheduler: 'ddpm' },
  ddim: { scheduler: 'ddim' },
  lcm: { scheduler: 'lcm' },
  deis: { scheduler: 'deis' },
  ipndm: { scheduler: 'pndm' },
  ipndm_v: { scheduler: 'pndm', remark: 'with fixed coefficients' },
  uni_pc: { scheduler: 'unipc', remark: 'with the coefficients bh2' },
  uni_pc_bh2: { scheduler: 'unipc' },
};

/** The name that an export writes: the first one above, except for the solver whose own name is the second. */
const NAMES: ReadonlyMap<string, string> = new Map([
  // ComfyUI's ipndm is not diffusers' IPNDMScheduler, and tcd it has not; these are the nearest.
  ...[['ipndm', 'ipndm'] as const, ['tcd', 'lcm'] as const],
  // The last entry of a map counts, so the first name comes last.
  ...Object.entries(SAMPLERS)
    .reverse()
    .map(([name, { scheduler }]) => [scheduler, scheduler === 'unipc' ? 'uni_pc_bh2' : name] as const),
]);

/** @returns `undefined` for a sampler that has no counterpart */
export function samplerOf(name: unknown): Counterpart | undefined {
  const now = currentName(textOf(name));
  return Object.hasOwn(SAMPLERS, now) ? SAMPLERS[now] : undefined;
}

/** Files from early 2023 contain `sample_euler`, now called `euler`. */
function currentName(name: string): string {
  const short = name.replace(/^sample_/, '');
  return Object.hasOwn(SAMPLERS, short) ? short : name;
}

/** The same sampler and noise schedule, computed number by number as there. */
export interface ExactSampler {
  readonly sampler: string;
  readonly noiseSchedule: string;
}

/** @returns `undefined` where either of them is not computed here as it is there */
export function exactSamplerOf(name: unknown, schedule: unknown): ExactSampler | undefined {
  // The ones of this name differ on a GPU only.
  const sampler = currentName(textOf(name)).replace(/_gpu$/, '');
  const noiseSchedule = textOf(schedule);
  const isKnown =
    SAMPLER_NAMES.some((known) => known === sampler) && NOISE_SCHEDULE_NAMES.some((known) => known === noiseSchedule);
  return isKnown && samplerOf(name) !== undefined ? { sampler, noiseSchedule } : undefined;
}

/** The spacing of the steps among the noise levels. */
export interface SpacingChoice {
  readonly karrasSigmas?: true;
  readonly sigmaSpacing?: 'exponential' | 'beta';
  readonly timestepSpacing?: 'leading' | 'linspace' | 'trailing';
  readonly remark?: string;
}

/** The nearest to ComfyUI's `scheduler` widget. */
export function spacingOf(name: unknown, scheduler: SchedulerName): SpacingChoice {
  const { sigmas, timesteps } = settingsKnownTo(scheduler);
  switch (name) {
    case 'karras':
      return sigmas ? { karrasSigmas: true } : { remark: 'Karras sigmas are not known to this scheduler' };
    case 'exponential':
    case 'beta':
      return sigmas ? { sigmaSpacing: name } : { remark: `the spacing "${name}" is not known to this scheduler` };
    case 'normal':
      return timesteps ? { timestepSpacing: 'linspace' } : {};
    case 'simple':
    case 'sgm_uniform':
      return timesteps ? { timestepSpacing: 'trailing' } : {};
    case 'ddim_uniform':
      return timesteps ? { timestepSpacing: 'leading' } : {};
    default:
      return { remark: `the spacing "${textOf(name)}" has no counterpart` };
  }
}

/** The widgets that mean what UNetSample is set to. */
export function samplerWidgets(
  params: Readonly<Record<string, unknown>>,
): Readonly<Record<'sampler_name' | 'scheduler', string>> {
  if (params['numerics'] === 'comfyui') {
    return {
      sampler_name: textOf(params['sampler'] ?? 'euler'),
      scheduler: textOf(params['noiseSchedule'] ?? 'normal'),
    };
  }
  const spacing = { linspace: 'normal', leading: 'ddim_uniform', trailing: 'sgm_uniform' }[
    textOf(params['timestepSpacing'])
  ];
  const sigmas = params['karrasSigmas'] === true ? 'karras' : textOf(params['sigmaSpacing'] ?? 'default');
  return {
    sampler_name: NAMES.get(textOf(params['scheduler'] ?? 'ddim')) ?? 'euler',
    scheduler: ['karras', 'exponential', 'beta'].includes(sigmas) ? sigmas : (spacing ?? 'normal'),
  };
}
