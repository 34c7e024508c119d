import { textOf } from './comfy-graph.js';
import type { OriginNode } from './conversion.js';
import { fromPlainJson } from './exact-json.js';
import { isAlike, type Values, valuesOf } from './export-values.js';
import { numberOf, truthOf } from './rules/value-readers.js';

// SamplerCustom and SamplerCustomAdvanced get from other nodes what a KSampler has as settings: the sampler, the
// sigmas, the noise, the guidance. This converts them to the settings of a KSampler, and back.

/** The classes that sample as several nodes say. */
export const CUSTOM_SAMPLERS: ReadonlySet<string> = new Set(['SamplerCustom', 'SamplerCustomAdvanced']);

/** What a node has a part in, by the input that leads to it; `high` and `low` are the halves of a SplitSigmas. */
export type SamplingRole = 'sampler' | 'select' | 'sigmas' | 'high' | 'low' | 'noise' | 'guider';

export interface SamplingPart {
  readonly type: string;
  readonly values: Values;
}

export type SamplingParts = Readonly<Partial<Record<SamplingRole, SamplingPart>>>;

export interface SaidAsKSampler {
  readonly type: 'KSampler' | 'KSamplerAdvanced';
  readonly values: Values;
  /** What differs in the numbers, as a message. */
  readonly remark?: string;
}

/** A KSampler leaves out the last but one noise level with these. @see ComfyUI 0.3.64, comfy/samplers.py, KSampler */
const WITHOUT_PENULTIMATE: ReadonlySet<string> = new Set(['dpm_2', 'dpm_2_ancestral', 'uni_pc', 'uni_pc_bh2']);

/** @returns why it has no counterpart, as a message, where it has none */
export function asKSampler(parts: SamplingParts): SaidAsKSampler | string {
  const { sampler, select, noise, guider } = parts;
  if (select?.type !== 'KSamplerSelect') return `The sampler of ${select?.type ?? 'no node'} has no counterpart.`;
  const levels = levelsOf(parts);
  if (typeof levels === 'string') return levels;
  const lead = sampler?.type === 'SamplerCustom' ? sampler.values : leadOf(noise, guider);
  if (typeof lead === 'string') return lead;
  const { cfg, noise_seed: seed } = lead;
  const addsNoise = truthOf(lead['add_noise'], true);
  const { sampler_name: name } = select.values;
  const { remark, range, denoise = 1, ...schedule } = levels;
  const remarks = [remark, WITHOUT_PENULTIMATE.has(textOf(name)) ? 'All noise levels are passed' : undefined];
  const said = remarks.filter((one) => one !== undefined);
  const about = said.length === 0 ? {} : { remark: `${said.join('. ')}.` };
  const common = { cfg, sampler_name: name, ...schedule };
  if (addsNoise && range === undefined) {
    return { type: 'KSampler', values: { seed, ...common, denoise }, ...about };
  }
  if (numberOf(denoise, 1) !== 1)
    return 'Its denoise has no counterpart where noise levels are split or noise is left out.';
  const full = { start_at_step: 0, end_at_step: 10_000, return_with_leftover_noise: 'disable' };
  const noisy = { add_noise: addsNoise ? 'enable' : 'disable', noise_seed: seed };
  return { type: 'KSamplerAdvanced', values: { ...noisy, ...common, ...full, ...range }, ...about };
}

/** Which noise there is and how much the prompt counts, of SamplerCustomAdvanced. */
function leadOf(noise: SamplingPart | undefined, guider: SamplingPart | undefined): Values | string {
  const isNoisy = noise?.type === 'RandomNoise';
  if (!isNoisy && noise?.type !== 'DisableNoise') return `The noise of ${noise?.type ?? 'no node'} has no counterpart.`;
  const seeded = isNoisy ? { noise_seed: noise.values['noise_seed'] } : { noise_seed: 0, add_noise: false };
  // A BasicGuider takes the prompt as it is.
  if (guider?.type === 'BasicGuider') return { ...seeded, cfg: 1 };
  if (guider?.type === 'CFGGuider') return { ...seeded, cfg: guider.values['cfg'] };
  return `The guidance of ${guider?.type ?? 'no node'} has no counterpart.`;
}

interface Levels {
  readonly scheduler: unknown;
  readonly steps: unknown;
  readonly denoise?: unknown;
  /** Which of all steps are taken. */
  readonly range?: Values;
  readonly remark?: string;
}

function levelsOf({ sigmas, high, low }: SamplingParts): Levels | string {
  const all = sigmas === undefined ? 'Its noise levels are not connected.' : scheduleOf(sigmas);
  const split = high ?? low;
  if (typeof all === 'string' || split === undefined) return all;
  if (all.range !== undefined) return 'Noise levels of SDTurboScheduler that are split have no counterpart.';
  const [step, steps] = [numberOf(split.values['step'], 0), numberOf(all.steps, 20)];
  // Beyond that, one half is a single sigma, which is not a step.
  if (step >= steps || (high !== undefined && step < 1)) return `SplitSigmas leaves no step at ${step} of ${steps}.`;
  return {
    ...all,
    range: high === undefined ? { start_at_step: step } : { end_at_step: step, return_with_leftover_noise: 'enable' },
  };
}

// The values of the published models, as in ComfyUI's presets.
const SIGMA_RANGE = { sigma_max: 14.614642, sigma_min: 0.0291675 };
const ALMOST = 'The noise levels are the same but for the last digit';
const TURBO_STEPS = 10;

function scheduleOf({ type, values }: SamplingPart): Levels | string {
  const { steps, denoise } = values;
  const isPreset = (preset: Values) => Object.entries(preset).every(([name, value]) => isPresetAt(values, name, value));
  switch (type) {
    case 'BasicScheduler':
      return { scheduler: values['scheduler'], steps, denoise };
    case 'KarrasScheduler':
      if (!isPreset({ ...SIGMA_RANGE, rho: 7 })) break;
      return { scheduler: 'karras', steps, remark: ALMOST };
    case 'ExponentialScheduler':
      if (!isPreset(SIGMA_RANGE)) break;
      return { scheduler: 'exponential', steps, remark: ALMOST };
    case 'BetaSamplingScheduler':
      if (!isPreset({ alpha: 0.6, beta: 0.6 })) break;
      return { scheduler: 'beta', steps };
    case 'SDTurboScheduler': {
      // Ten levels, of which as many are taken as there are steps, and then all noise that is left is taken off.
      const start = TURBO_STEPS - Math.trunc(TURBO_STEPS * numberOf(denoise, 1));
      const end = Math.min(start + numberOf(steps, 1), TURBO_STEPS);
      if (start >= end) return 'SDTurboScheduler leaves no step at that denoise.';
      const range = { start_at_step: start, end_at_step: end === TURBO_STEPS ? 10_000 : end };
      return { scheduler: 'simple', steps: TURBO_STEPS, range };
    }
    default:
      return `The noise levels of ${type} have no counterpart.`;
  }
  return `The noise levels of ${type} have a counterpart with its presets only.`;
}

function isPresetAt(values: Values, name: string, preset: unknown): boolean {
  return values[name] === undefined || numberOf(values[name], Number.NaN) === preset;
}

/** The same of what an imported sampler keeps of its nodes; `undefined` for samplers that say all themselves. */
export function keptAsKSampler(origins: Readonly<Record<string, OriginNode>>): SaidAsKSampler | undefined {
  if (!CUSTOM_SAMPLERS.has(origins['sampler']?.class_type ?? '')) return undefined;
  const said = asKSampler(partsOf(origins));
  return typeof said === 'string' ? undefined : said;
}

const ROLES = ['sampler', 'select', 'sigmas', 'high', 'low', 'noise', 'guider'] as const satisfies SamplingRole[];

function partsOf(origins: Readonly<Record<string, OriginNode>>): SamplingParts {
  const found = ROLES.flatMap((role) => {
    const origin = origins[role];
    if (origin === undefined) return [];
    return [[role, { type: origin.class_type, values: fromPlainJson(valuesOf(origin)) as Values }] as const];
  });
  return Object.fromEntries(found);
}

/**
 * The settings of each part that together are equivalent to a KSampler.
 *
 * @returns `undefined` if there are none
 */
export function splitAmongParts(
  origins: Readonly<Record<string, OriginNode>>,
  wanted: Values,
): Readonly<Partial<Record<SamplingRole, Values>>> | undefined {
  const before = keptAsKSampler(origins);
  if (before === undefined) return undefined;
  const parts = partsOf(origins);
  const changed: Partial<Record<SamplingRole, Values>> = {};
  for (const [name, value] of Object.entries(wanted)) {
    if (isSame(before.values[name], value)) continue;
    const [role, input] = placeOf(name, parts) ?? [];
    if (role === undefined || input === undefined) return undefined;
    changed[role] = { ...changed[role], [input]: value };
  }
  // A combination of settings may mean something else now.
  const after = asKSampler(
    Object.fromEntries(
      Object.entries(parts).map(([role, part]) => [
        role,
        { ...part, values: { ...part.values, ...changed[role as SamplingRole] } },
      ]),
    ),
  );
  const isSaid =
    typeof after !== 'string' &&
    after.type === before.type &&
    Object.entries(wanted).every(([name, value]) => isSame(after.values[name], value));
  return isSaid ? changed : undefined;
}

function isSame(a: unknown, b: unknown): boolean {
  const [one, other] = [a, b].map((value) => (typeof value === 'bigint' ? { bigint: String(value) } : value));
  return isAlike(one, other);
}

/** Which input of which part says what a KSampler calls by a name. */
function placeOf(name: string, parts: SamplingParts): readonly [SamplingRole, string] | undefined {
  const isPlain = parts.sampler?.type === 'SamplerCustom';
  switch (name) {
    case 'sampler_name':
      return ['select', 'sampler_name'];
    case 'seed':
    case 'noise_seed':
      return [isPlain ? 'sampler' : 'noise', 'noise_seed'];
    case 'cfg':
      return isPlain ? ['sampler', 'cfg'] : parts.guider?.type === 'CFGGuider' ? ['guider', 'cfg'] : undefined;
    case 'steps':
      return parts.sigmas?.type === 'SDTurboScheduler' ? undefined : ['sigmas', 'steps'];
    case 'scheduler':
    case 'denoise':
      return parts.sigmas?.type === 'BasicScheduler' ? ['sigmas', name] : undefined;
    case 'start_at_step':
      return parts.low === undefined ? undefined : ['low', 'step'];
    case 'end_at_step':
      return parts.high === undefined ? undefined : ['high', 'step'];
    default:
      return undefined;
  }
}
