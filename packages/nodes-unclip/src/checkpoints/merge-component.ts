import { withReason } from '@unclip-studio/graph-core';
import type { AppliedAdapter, MergeFactor, MergePart, WeightOrigin } from '../models/model.js';
import type { ExternalTensor } from '../onnx/external-data.js';
import type { WeightSource, WeightTerm } from '../onnx/graph-weights.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { WeightComponent } from './open-component.js';

/** Weights that are a sum, and additions to them. */
export interface Merged<Config> {
  readonly component: WeightComponent<Config>;
  readonly applied: readonly AppliedAdapter[];
}

/**
 * A component whose weights are the weighted sum of those of several. Nothing is computed before it is loaded, and no
 * file is written. The order makes no difference; a part with factor 0 is left out, and a single part with factor 1 is
 * that component itself.
 *
 * @param first has the config
 * @throws CheckpointError for parts of another shape, and for sums that cannot be expressed this way
 */
export function mergeComponent<Config>(
  first: WeightComponent<Config>,
  parts: readonly MergePart<{ readonly name: string; readonly source: WeightOrigin }>[],
): Merged<Config> {
  for (const { model } of parts) requireShapes(first, model);
  const byIdentity = new Map<string, { readonly origin: WeightOrigin; factor: MergeFactor }>();
  for (const { model, factor } of parts) {
    const known = byIdentity.get(model.source.identity);
    byIdentity.set(model.source.identity, { origin: model.source, factor: sumOfFactors(known?.factor ?? 0, factor) });
  }
  const terms = [...byIdentity.values()]
    .map(({ origin, factor }) => ({ origin, factor: simplified(factor, first.shapes.keys()) }))
    .filter(({ factor }) => factor !== 0)
    .sort((a, b) => (a.origin.identity < b.origin.identity ? -1 : 1));
  const applied = parts.flatMap(({ model, factor }) => scaledAdapters(model, factor));
  const [only, ...others] = terms;
  if (only === undefined) {
    throw withReason(
      new CheckpointError(
        'Merge Models: nothing is left, since the models cancel each other out. Choose another ratio.',
      ),
      { code: 'models-not-mergeable', why: 'nothing-left' },
    );
  }
  if (others.length === 0 && only.factor === 1) {
    const { identity, weights, weightsFolder } = only.origin;
    return { component: { ...first, identity, weights, weightsFolder }, applied };
  }
  const folder = commonFolder(terms.map(({ origin }) => origin.weightsFolder));
  const names = terms.map(({ origin, factor }) => `${origin.identity}*${nameOf(factor)}`);
  const weights = sumOf(terms, folder);
  return { component: { ...first, identity: `sum(${names.join(' + ')})`, weightsFolder: folder, weights }, applied };
}

function sumOfFactors(one: MergeFactor, other: MergeFactor): MergeFactor {
  if (typeof one === 'number' && typeof other === 'number') return one + other;
  return { name: `(${nameOf(one)} + ${nameOf(other)})`, of: (path) => factorAt(one, path) + factorAt(other, path) };
}

/** One number, where a factor is the same at all of these weights. */
function simplified(factor: MergeFactor, keys: Iterable<string>): MergeFactor {
  if (typeof factor === 'number') return factor;
  const values = new Set([...keys].map((key) => Number(factor.of(key).toFixed(12))));
  const [value] = values;
  return value !== undefined && values.size === 1 ? value : factor;
}

function factorAt(factor: MergeFactor, path: string): number {
  return typeof factor === 'number' ? factor : factor.of(path);
}

function nameOf(factor: MergeFactor): string {
  return typeof factor === 'number' ? String(factor) : factor.name;
}

function requireShapes(
  first: WeightComponent<unknown>,
  { name, source }: { name: string; source: WeightOrigin },
): void {
  const differing = [...first.shapes].filter(([key, dims]) => source.shapes.get(key)?.join() !== dims.join());
  if (differing.length === 0 && source.shapes.size === first.shapes.size) return;
  const [[key] = [...source.shapes].find(([extra]) => !first.shapes.has(extra)) ?? ['']] = differing;
  const shown = (dims: readonly number[] | undefined) => (dims === undefined ? 'missing' : `[${dims.join(', ')}]`);
  throw withReason(
    new CheckpointError(
      `"${name}" is another kind of model than the first one: its "${key}" is ${shown(source.shapes.get(key))}, and that of ` +
        `the first ${shown(first.shapes.get(key))}. Merge models of one family.`,
    ),
    { code: 'models-not-mergeable', why: 'shapes', model: name },
  );
}

function scaledAdapters(
  { name, source }: { name: string; source: WeightOrigin },
  factor: MergeFactor,
): readonly AppliedAdapter[] {
  return source.applied.map((adapter) => {
    const isLinear = [...adapter.weights.values()].every((one) => one.kind !== 'low-rank' || one.magnitude === null);
    if (isLinear || factor === 1) return scaled(adapter, factor);
    throw withReason(
      new CheckpointError(
        `Merge Models: "${name}" has a DoRA, which depends on the weights that it is added to. Apply it after merging.`,
      ),
      { code: 'models-not-mergeable', why: 'dora', model: name },
    );
  });
}

function scaled(adapter: AppliedAdapter, factor: MergeFactor): AppliedAdapter {
  if (typeof factor === 'number') return { ...adapter, strength: adapter.strength * factor };
  const weights = [...adapter.weights].map(
    ([path, one]) => [path, { ...one, scale: one.scale * factor.of(path) }] as const,
  );
  return { ...adapter, identity: `${adapter.identity}@${factor.name}`, weights: new Map(weights) };
}

type Term = { readonly origin: WeightOrigin; readonly factor: MergeFactor };

function sumOf(terms: readonly Term[], folder: string): WeightSource {
  const termsOf = (key: string, dims: readonly number[]): readonly WeightTerm[] =>
    terms.flatMap(({ origin: { weights, weightsFolder }, factor }) => {
      const own = factorAt(factor, key);
      if (own === 0) return [];
      const known = weights.terms?.(key, dims) ?? [{ tensor: weights.get(key, dims), factor: 1 }];
      return known.map((term) => ({
        tensor: within(folder, weightsFolder, term.tensor),
        factor: term.factor * own,
      }));
    });
  return {
    terms: termsOf,
    get(key) {
      throw new Error(`Internal error: weight "${key}" of a merged model was read as if it were one tensor`);
    },
  };
}

function within(folder: string, own: string, tensor: ExternalTensor): ExternalTensor {
  const below = own.slice(folder.length).split(SEPARATORS).filter(Boolean);
  return { ...tensor, location: [...below, tensor.location].join('/') };
}

const SEPARATORS = /[\\/]/;

/** ONNX Runtime takes the weights of one model from one folder and those below it. */
function commonFolder(folders: readonly string[]): string {
  const [first = '', ...others] = folders;
  if (others.every((folder) => folder === first)) return first;
  const steps = first.split(SEPARATORS);
  const same = steps.findIndex((step, i) => others.some((folder) => folder.split(SEPARATORS)[i] !== step));
  const count = same < 0 ? steps.length : same;
  if (count === 0)
    throw withReason(new CheckpointError('Merge Models: the models lie on different drives. Put them on one.'), {
      code: 'models-not-mergeable',
      why: 'drives',
    });
  // Of the root of a POSIX system nothing is left before its separator.
  return first.slice(0, Math.max(steps.slice(0, count).join('/').length, 1));
}
