import type { Factor, Matrix, WeightAdapter } from '../onnx/adapter.js';
import { fileProblems } from '../weights/checkpoint-error.js';
import type { LoraPart } from '../weights/lora/lora-keys.js';
import { familyOfWidth } from '../weights/lora/model-family.js';
import { ldmUnetNames } from '../weights/single-file/ldm-unet.js';
import type { LoraFile, LoraModule } from './model-files/lora.js';

/** What a LoRA adds to one model, by the path of the module; `scale` is for strength 1. */
export type LoraWeights = ReadonlyMap<string, WeightAdapter>;

/** The models that a LoRA is applied to; `null`: not to this one, and its part for it is left out. */
export interface LoraTargets {
  readonly unet: LoraReceiver | null;
  readonly text: LoraReceiver | null;
  /** Of the text that the UNet takes, for messages. */
  readonly textWidth: number;
  /** What these models have no module for is left out, as ComfyUI does; it is refused when left out. */
  readonly ignoresUnknown?: boolean;
}

interface MatchedLora {
  readonly unet: LoraWeights;
  readonly text: LoraWeights;
  /** The names of the tensors that the models have nothing for. */
  readonly leftOut: readonly string[];
}

interface LoraReceiver {
  /** The shape of each weight, by its key. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
}

/**
 * Finds the module of a model for each of a LoRA. It is applied completely or not at all, unless unknown modules are
 * ignored; one of another family is rejected even then.
 *
 * @throws CheckpointError listing all unknown modules and all factors that do not fit
 */
export async function matchLora(file: LoraFile, targets: LoraTargets): Promise<MatchedLora> {
  const { textWidth, ignoresUnknown = false } = targets;
  const needed = familyOfWidth(textWidth);
  const made = file.family;
  const isOfAnother = made !== undefined && made !== needed;
  const modules = await file.modules({ ignoresUnknown: ignoresUnknown && !isOfAnother });
  const matched = { unet: new Map<string, WeightAdapter>(), text: new Map<string, WeightAdapter>() };
  const problems: string[] = [];
  const leftOut = ignoresUnknown ? [...file.unknown] : [];
  const finders = { unet: finderOf(targets.unet), text: finderOf(targets.text) };
  for (const module of modules) {
    // A module without a named target is looked for in both.
    const places = (module.target === null ? (['unet', 'text'] as const) : [module.target]).filter(
      (target) => targets[target] !== null,
    );
    if (places.length === 0) continue;
    const place = places.find((target) => finders[target](module) !== undefined);
    const found = place && finders[place](module);
    if (place === undefined || found === undefined) {
      if (ignoresUnknown && !isOfAnother) {
        leftOut.push(...module.keys);
        continue;
      }
      problems.push(`${module.keys.map((key) => `"${key}"`).join(', ')}: this model has no such module`);
      continue;
    }
    const adapter = toAdapter(module, found.dims);
    if (typeof adapter === 'string') problems.push(`${module.keys[0] ?? module.module}: ${adapter}`);
    else matched[place].set(found.path, adapter);
  }
  if (problems.length > 0) {
    const cure = isOfAnother
      ? `It was made for ${made}, and this is ${needed}; choose a LoRA for that`
      : 'Choose a LoRA that was made for this model';
    throw fileProblems(`LoRA "${file.name}"`, problems, { fault: 'other-model', cure });
  }
  return { ...matched, leftOut };
}

interface FoundModule {
  readonly path: string;
  readonly dims: readonly number[];
}

/** Modules by diffusers' and by LDM's path, also with underscores in place of dots. */
function finderOf(receiver: LoraReceiver | null): (module: LoraModule) => FoundModule | undefined {
  if (receiver === null) return () => undefined;
  const byPath = new Map<string, FoundModule>();
  for (const [key, dims] of receiver.shapes) {
    const path = key.replace(/\.weight$/, '');
    // Tables of embeddings and normalizations have no low rank that anybody adds.
    if (path === key || dims.length < 2 || path.includes('embeddings.')) continue;
    byPath.set(path, { path, dims });
  }
  for (const [ldm, path] of ldmUnetNames([...byPath.keys()])) {
    const found = byPath.get(path);
    if (found !== undefined && !byPath.has(ldm)) byPath.set(ldm, found);
  }
  const byUnderscores = new Map([...byPath].map(([path, found]) => [path.replaceAll('.', '_'), found]));
  return ({ module, isUnderscored }) =>
    isUnderscored
      ? (byUnderscores.get(module) ?? byUnderscores.get(`text_model_${module}`))
      : (byPath.get(module) ?? byPath.get(`text_model.${module}`));
}

/** @returns an error message if the parts do not make an adapter for this weight */
function toAdapter(module: LoraModule, dims: readonly number[]): WeightAdapter | string {
  const { parts } = module;
  const names = Object.keys(parts) as LoraPart[];
  const has = (prefix: string) => names.some((name) => name.startsWith(prefix));
  if (has('hada_')) return hadamard(module, dims);
  if (has('lokr_')) return kronecker(module, dims);
  if (parts.diff !== undefined) {
    return sizeOf(parts.diff) === product(dims)
      ? { kind: 'full', difference: parts.diff, scale: 1 }
      : unfit('diff', parts.diff, dims);
  }
  return lowRank(module, dims);
}

function lowRank({ parts, ...module }: LoraModule, dims: readonly number[]): WeightAdapter | string {
  const { down, up, mid = null, magnitude = null } = parts;
  if (down === undefined || up === undefined) return `half of the pair is missing: there is no ${down ? 'up' : 'down'}`;
  const [out = 0, into = 0, ...kernel] = dims;
  const [rank = 0] = down.dims;
  const [outer = rank] = mid?.dims ?? [];
  const cells = mid === null ? product(kernel) : 1;
  if (sizeOf(down) !== rank * into * cells) return unfit('down', down, dims);
  if (mid !== null && sizeOf(mid) !== outer * rank * product(kernel)) return unfit('mid', mid, dims);
  if (up.dims[0] !== out || sizeOf(up) !== out * outer) return unfit('up', up, dims);
  if (magnitude !== null && (mid !== null || ![out, into * product(kernel)].includes(sizeOf(magnitude)))) {
    return unfit('magnitude', magnitude, dims);
  }
  return { kind: 'low-rank', down, up, mid, magnitude, scale: scaleOf(module, rank) };
}

function hadamard({ parts, ...module }: LoraModule, dims: readonly number[]): WeightAdapter | string {
  const { hada_w1_a: a1, hada_w1_b: b1, hada_w2_a: a2, hada_w2_b: b2, hada_t1: t1 = null, hada_t2: t2 = null } = parts;
  if (!a1 || !b1 || !a2 || !b2) return 'one of hada_w1_a, hada_w1_b, hada_w2_a and hada_w2_b is missing';
  if (parts.magnitude !== undefined) return 'a magnitude in addition to LoHa is not supported';
  const factors = [
    { a: a1, b: b1, core: t1 },
    { a: a2, b: b2, core: t2 },
  ] as const;
  for (const factor of factors) if (!makes(factor, dims)) return unfit('hada', factor.a, dims);
  return { kind: 'hadamard', factors, scale: scaleOf(module, b1.dims[0] ?? 0) };
}

function kronecker({ parts, ...module }: LoraModule, dims: readonly number[]): WeightAdapter | string {
  const first = partsToMatrix(parts.lokr_w1, parts.lokr_w1_a, parts.lokr_w1_b);
  const second = partsToMatrix(parts.lokr_w2, parts.lokr_w2_a, parts.lokr_w2_b, parts.lokr_t2);
  if (first === undefined || second === undefined) return 'one of the factors of LoKr is missing';
  if (parts.magnitude !== undefined) return 'a magnitude in addition to LoKr is not supported';
  const [a = 0, b = 0] = shapeOf(first);
  const [c = 0, d = 0, ...kernel] = shapeOf(second);
  const [out, into, ...rest] = dims;
  if (a * c !== out || b * d !== into || product(kernel) !== product(rest)) {
    return `expected factors of a weight [${dims.join(', ')}], got [${a}, ${b}] and [${[c, d, ...kernel].join(', ')}]`;
  }
  // Two full factors have no rank, and alpha means nothing.
  const rank = parts.lokr_w1_b?.dims[0] ?? parts.lokr_w2_b?.dims[0];
  return { kind: 'kronecker', factors: [first, second], scale: rank === undefined ? 1 : scaleOf(module, rank) };
}

function partsToMatrix(whole?: Factor, a?: Factor, b?: Factor, core: Factor | null = null): Matrix | undefined {
  if (whole !== undefined) return whole;
  return a === undefined || b === undefined ? undefined : { a, b, core };
}

/** Whether a product has as many values as a weight, and its rows. */
function makes(matrix: Exclude<Matrix, Factor>, dims: readonly number[]): boolean {
  const [rows, ...rest] = shapeOf(matrix);
  return rows === dims[0] && product(rest) === product(dims.slice(1));
}

function shapeOf(matrix: Matrix): readonly number[] {
  if (!('a' in matrix)) return matrix.dims;
  const { a, b, core } = matrix;
  if (core === null) return a.dims[1] === b.dims[0] ? [a.dims[0] ?? 0, ...b.dims.slice(1)] : [];
  const [i, j, ...kernel] = core.dims;
  return a.dims[0] === i && b.dims[0] === j ? [a.dims[1] ?? 0, b.dims[1] ?? 0, ...kernel] : [];
}

function scaleOf({ alpha, isRankStabilized }: Pick<LoraModule, 'alpha' | 'isRankStabilized'>, rank: number): number {
  if (alpha === null) return 1;
  return alpha / (isRankStabilized ? Math.sqrt(rank) : rank);
}

function unfit(part: string, factor: Factor, dims: readonly number[]): string {
  return `${part} [${factor.dims.join(', ')}] does not fit the weight [${dims.join(', ')}]`;
}

function sizeOf({ dims }: Factor): number {
  return product(dims);
}

function product(dims: readonly number[]): number {
  return dims.reduce((size, dim) => size * dim, 1);
}
