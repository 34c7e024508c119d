import type { AppliedAdapter, MergePart, WeightOrigin } from '../models/model.js';
import type { ExternalTensor } from '../onnx/external-data.js';
import type { WeightSource, WeightTerm } from '../onnx/graph-weights.js';
import { CheckpointError } from '../weights/checkpoint-error.js';
import type { WeightComponent } from './open-component.js';

/** Weights that are a sum, and what is added to them. */
export interface Merged<Config> {
  readonly component: WeightComponent<Config>;
  readonly applied: readonly AppliedAdapter[];
}

/**
 * A component whose weights are the sum of those of several, each times its factor. Nothing is computed before it is loaded, and no
 * file is written. The order makes no difference; a part with the factor 0 is left out, and one alone with the factor 1 is that
 * component itself.
 *
 * @param first has the config
 * @throws CheckpointError for parts of another shape, and for sums that cannot be said so
 */
export function mergeComponent<Config>(
  first: WeightComponent<Config>,
  parts: readonly MergePart<{ readonly name: string; readonly source: WeightOrigin }>[],
): Merged<Config> {
  for (const { model } of parts) requireShapes(first, model);
  const byIdentity = new Map<string, { readonly origin: WeightOrigin; factor: number }>();
  for (const { model, factor } of parts) {
    const known = byIdentity.get(model.source.identity);
    byIdentity.set(model.source.identity, { origin: model.source, factor: (known?.factor ?? 0) + factor });
  }
  const terms = [...byIdentity.values()]
    .filter(({ factor }) => factor !== 0)
    .sort((a, b) => (a.origin.identity < b.origin.identity ? -1 : 1));
  const applied = parts.flatMap(({ model, factor }) => scaledAdapters(model, factor));
  const [only, ...others] = terms;
  if (only === undefined) {
    throw new CheckpointError(
      'Merge Models: nothing is left, since the models cancel each other out. Choose another ratio.',
    );
  }
  if (others.length === 0 && only.factor === 1) {
    const { identity, weights, weightsFolder } = only.origin;
    return { component: { ...first, identity, weights, weightsFolder }, applied };
  }
  const folder = commonFolder(terms.map(({ origin }) => origin.weightsFolder));
  const names = terms.map(({ origin, factor }) => `${origin.identity}*${factor}`);
  const weights = sumOf(terms, folder);
  return { component: { ...first, identity: `sum(${names.join(' + ')})`, weightsFolder: folder, weights }, applied };
}

function requireShapes(
  first: WeightComponent<unknown>,
  { name, source }: { name: string; source: WeightOrigin },
): void {
  const differing = [...first.shapes].filter(([key, dims]) => source.shapes.get(key)?.join() !== dims.join());
  if (differing.length === 0 && source.shapes.size === first.shapes.size) return;
  const [[key, dims] = ['', []]] = differing;
  const other = source.shapes.get(key);
  throw new CheckpointError(
    `Merge Models: "${name}" is another kind of model; its "${key}" is ` +
      `${other === undefined ? 'missing' : `[${other.join(', ')}]`}, and that of the first [${dims.join(', ')}]. ` +
      'Merge models of one family.',
  );
}

function scaledAdapters({ name, source }: { name: string; source: WeightOrigin }, factor: number) {
  return source.applied.map((adapter) => {
    const isLinear = [...adapter.weights.values()].every((one) => one.kind !== 'low-rank' || one.magnitude === null);
    if (isLinear || factor === 1) return { ...adapter, strength: adapter.strength * factor };
    throw new CheckpointError(
      `Merge Models: "${name}" has a DoRA, which depends on the weights that it is added to. Apply it after merging.`,
    );
  });
}

type Term = { readonly origin: WeightOrigin; readonly factor: number };

function sumOf(terms: readonly Term[], folder: string): WeightSource {
  const termsOf = (key: string, dims: readonly number[]): readonly WeightTerm[] =>
    terms.flatMap(({ origin: { weights, weightsFolder }, factor }) => {
      const own = weights.terms?.(key, dims) ?? [{ tensor: weights.get(key, dims), factor: 1 }];
      return own.map((term) => ({
        tensor: within(folder, weightsFolder, term.tensor),
        factor: term.factor * factor,
      }));
    });
  return {
    terms: termsOf,
    get(key) {
      throw new Error(`Internal error: weight "${key}" of a merged model was asked for as if it were one tensor`);
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
  if (count === 0) throw new CheckpointError('Merge Models: the models lie on different drives. Put them on one.');
  // Of the root of a POSIX system nothing is left before its separator.
  return first.slice(0, Math.max(steps.slice(0, count).join('/').length, 1));
}
