import { isSeed, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';
import { isRecord, plainNumber, textOf } from './comfy-graph.js';
import type { ComfyOrigin, OriginNode } from './conversion.js';
import { fromPlainJson } from './exact-json.js';
import { VALUES_KEY } from './give-values.js';
import { isNumberText, numberOf, rounded } from './rules/value-readers.js';
import { exactSamplerOf, samplerOf, samplerWidgets, spacingOf } from './sampler-names.js';

export type Link = readonly [string, number];
export type Values = Readonly<Record<string, unknown>>;

/** The value in the file, as long as it means the current setting. */
export function keep(
  before: unknown,
  toParam: (value: number) => number,
  now: unknown,
  otherwise: unknown = now,
): unknown {
  const isNumber = typeof before === 'number' || isNumberText(before);
  return isNumber && toParam(numberOf(before, Number.NaN)) === now ? before : otherwise;
}

export function samplerInputs(params: Values, origin: OriginNode | undefined, type: string): Values {
  const { seed = 0, steps = 20, guidanceScale = 10, denoise = 1 } = params;
  const before = valuesOf(origin);
  const isSimple = type === 'KSampler';
  const seedName = isSimple ? 'seed' : 'noise_seed';
  return {
    [seedName]: sameSeed(before[seedName], seed) ? before[seedName] : exactSeed(seed),
    steps: keep(before['steps'], Math.trunc, steps),
    cfg: keep(before['cfg'], rounded, guidanceScale),
    ...(isSameSampler(params, before) ? {} : samplerWidgets(params)),
    ...(isSimple ? { denoise: keep(before['denoise'], rounded, denoise) } : partInputs(params, before)),
  };
}

/** Which steps of all KSamplerAdvanced takes, as the file said it where that means the same. */
function partInputs(params: Values, before: Values): Values {
  const { steps = 20, denoise = 1, stopAt = 0, addNoise = true, numerics, startAt = 0, leftoverNoise = true } = params;
  const isExact = numerics === 'comfyui';
  const skipped = plainNumber(steps) - Math.floor(plainNumber(steps) * plainNumber(denoise));
  const first = isExact ? plainNumber(startAt) : skipped;
  const last = plainNumber(stopAt) === 0 ? plainNumber(steps) : plainNumber(stopAt);
  const wasLast = Math.min(plainNumber(before['end_at_step'] ?? 10_000), plainNumber(steps));
  const isFull = isExact && leftoverNoise === false;
  return {
    start_at_step: first,
    end_at_step: last === wasLast ? (before['end_at_step'] ?? 10_000) : last,
    add_noise: addNoise === false ? 'disable' : 'enable',
    return_with_leftover_noise:
      before['return_with_leftover_noise'] ?? (last < plainNumber(steps) && !isFull ? 'enable' : 'disable'),
  };
}

/** All values of a node, including those linked from primitive nodes. */
export function valuesOf(origin: OriginNode | undefined): Values {
  return { ...origin?.inputs, ...origin?.given };
}

export function isLink(value: unknown): value is Link {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Number.isInteger(value[1]);
}

export function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return rounded(a) === rounded(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

function exactSeed(seed: unknown): unknown {
  return typeof seed === 'string' && isSeed(seed) ? BigInt(seed) : seed;
}

/** Workflows imported by 0.1 contain a large seed modulo 2^53; the full seed is in the origin. */
function sameSeed(before: unknown, seed: unknown): boolean {
  const value = fromPlainJson(before);
  return typeof value === 'bigint' && Number(BigInt.asUintN(64, value) % 2n ** 53n) === seed;
}

/** What the import made of these samplers, and of the spacings "exponential" and "beta", before there was their like here. */
const FORMER_SCHEDULERS: Readonly<Record<string, string>> = {
  dpm_2_ancestral: 'kdpm2',
  sa_solver: 'dpmpp-2m-sde',
  sa_solver_pece: 'dpmpp-2m-sde',
};

function isSameSampler(params: Values, before: Values): boolean {
  if (before['sampler_name'] === undefined) return false;
  if (params['numerics'] === 'comfyui') {
    const exact = exactSamplerOf(before['sampler_name'], before['scheduler'] ?? 'normal');
    const { sampler = 'euler', noiseSchedule = 'normal' } = params;
    return exact?.sampler === sampler && exact?.noiseSchedule === noiseSchedule;
  }
  const { scheduler, karrasSigmas, sigmaSpacing, timestepSpacing } = params;
  const { scheduler: was, ...spacing } = plannedSampler(before);
  return (
    (was === scheduler || FORMER_SCHEDULERS[textOf(before['sampler_name'])] === scheduler) &&
    spacing.karrasSigmas === karrasSigmas &&
    (sigmaSpacing === undefined || spacing.sigmaSpacing === sigmaSpacing) &&
    spacing.timestepSpacing === timestepSpacing
  );
}

function plannedSampler(before: Values) {
  const scheduler = samplerOf(before['sampler_name'])?.scheduler ?? 'ddim';
  const { karrasSigmas, sigmaSpacing, timestepSpacing } = spacingOf(before['scheduler'], scheduler);
  return { scheduler, karrasSigmas, sigmaSpacing, timestepSpacing };
}

export function originsOf(node: WorkflowNode): ComfyOrigin {
  const { comfyui } = node as WorkflowNode & { readonly comfyui?: unknown };
  if (!isRecord(comfyui)) return {};
  return Object.fromEntries(
    Object.entries(comfyui).filter((entry): entry is [string, OriginNode] => isOrigin(entry[1])),
  );
}

/** The nodes of a workflow that are nothing but a value. */
export function valueOrigins(workflow: Workflow): ComfyOrigin {
  const { [VALUES_KEY]: values } = workflow as Workflow & { readonly [VALUES_KEY]?: unknown };
  if (!isRecord(values)) return {};
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, OriginNode] => isOrigin(entry[1])),
  );
}

function isOrigin(value: unknown): value is OriginNode {
  return (
    isRecord(value) &&
    typeof value['id'] === 'string' &&
    typeof value['class_type'] === 'string' &&
    isRecord(value['inputs'])
  );
}
