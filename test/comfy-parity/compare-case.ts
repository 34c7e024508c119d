import type { RgbImage, Tensor } from '@unclip-studio/nodes-unclip';
import type { Condition, Conditioning, Latent } from '@unclip-studio/nodes-unclip/testing';
import { compareNumbers, type NumberList } from '../parity/compare.js';
import type { ComfyCase, ComfySet, ComfyTolerance } from './comfy-set.js';
import type { Evaluation, PromptRun } from './run-prompt.js';

// Latents between ComfyUI's nodes are not times it.
const SCALING_FACTOR = 0.18215;

// For keys that a case names no tolerance for; see the set's `tolerance_by_key`.
const CONTEXT: ComfyTolerance = { atol: 2e-5, rtol: 2e-5 };
const ENCODED: ComfyTolerance = { atol: 3e-5, rtol: 1e-4 };
// A level over CLIP's deviation may flip where a resized value lies within 1e-4 of a half.
const PIXELS: ComfyTolerance = { atol: 2e-6, rtol: 0 };

/** @returns messages about what is not within its tolerance; nothing if everything is */
export function compareCase(comfyCase: ComfyCase, set: ComfySet, run: PromptRun): readonly string[] {
  const found = valuesOf(run);
  const keys = set.keys(comfyCase).filter((key) => found.has(key));
  const problems = keys.flatMap((key) => {
    const { data } = set.tensor(comfyCase, key);
    const tries = (found.get(key) ?? []).map(({ values, usual }) => {
      const tolerance = comfyCase.tolerance[key] ?? usual;
      return tolerance.max_levels === undefined
        ? compareFloats(values, data, tolerance, key)
        : compareLevels(values, data, tolerance);
    });
    return tries.includes(null) ? [] : [`${key}: ${tries[0]}`];
  });
  const isCompared = keys.some((key) => key === 'image_uint8_nhwc' || key.endsWith('.latent'));
  return isCompared ? problems : ['neither an image nor a latent was compared', ...problems];
}

interface FoundValue {
  readonly values: NumberList;
  readonly usual: ComfyTolerance;
}

type Found = Map<string, readonly FoundValue[]>;

/** What a run made, by the names that the sets have for it; several where the order of evaluation may differ. */
function valuesOf({ evaluations, images }: PromptRun): Found {
  const found: Found = new Map();
  const ofType = (type: string) => evaluations.filter((evaluation) => evaluation.type === type);
  for (const [i, sampling] of ofType('UNetSample').entries()) noteSampling(`sampler${i}.`, sampling, found);
  const seen = ofType('CLIPImageEmbed');
  const embeds = seen.map(({ values }) => ({
    values: (values['embed'] as { rows: Tensor }).rows.data,
    usual: CONTEXT,
  }));
  const pixels = seen.map(({ fed }) => ({
    values: (fed[0] as { pixel_values: Tensor }).pixel_values.data,
    usual: PIXELS,
  }));
  for (const i of seen.keys()) {
    found.set(`vision${i}.image_embeds`, embeds);
    found.set(`vision${i}.pixel_values`, pixels);
  }
  const encoded = evaluations.filter(({ type }) => type.startsWith('VAEEncode'));
  for (const [i, { values }] of encoded.entries()) {
    found.set(`encode${i}.latent`, [{ values: unscaled(values['latent'] as Latent), usual: ENCODED }]);
  }
  found.set('image_uint8_nhwc', [{ values: joinImages(images), usual: { max_levels: 1, differing_at_most: 0.01 } }]);
  return found;
}

function noteSampling(prefix: string, { args, values, fed, previews }: Evaluation, found: Found) {
  const { prompt, image } = args.inputs as {
    readonly prompt: Conditioning;
    readonly image?: Condition;
  };
  const usual = { atol: 2e-5, rtol: 1e-4 };
  for (const side of ['positive', 'negative'] as const) {
    const states = [prompt[side]].flatMap((one) => ('dtype' in one ? one : one.map((part) => part.states)));
    // In any order: prompts are combined here and there in their own.
    const all = states.map(({ data }) => ({ values: data, usual: CONTEXT }));
    for (const i of states.keys()) found.set(`${prefix}${side}${i}.context`, all);
  }
  if (image !== undefined) {
    found.set(`${prefix}positive0.class_labels`, [{ values: image.classLabels.data, usual: CONTEXT }]);
  }
  // ControlNets also get the timestep, in addition to an image of their own.
  const ofUnet = fed.filter(({ hint }) => hint === undefined);
  const timesteps = ofUnet.map(({ timestep }) => Number(timestep?.data[0]));
  if (timesteps.length > 0) found.set(`${prefix}timesteps`, [{ values: timesteps, usual: { atol: 0, rtol: 0 } }]);
  const [first] = previews;
  if (first !== undefined) found.set(`${prefix}x0_first`, [{ values: first.latent.data, usual }]);
  found.set(`${prefix}latent`, [{ values: unscaled(values['latent'] as Latent), usual }]);
}

function unscaled({ samples }: Latent): Float32Array {
  return samples.data.map((value) => value / SCALING_FACTOR);
}

function joinImages(images: readonly RgbImage[]): Uint8Array {
  return Buffer.concat(images.map(({ data }) => data));
}

function compareFloats(
  actual: NumberList,
  expected: NumberList,
  { atol = 0, rtol = 0 }: ComfyTolerance,
  key: string,
): string | null {
  // Prompts of different lengths are repeated to one length here before they come to the sampler.
  const isRepeated = key.endsWith('.context') && actual.length % expected.length === 0;
  const seen = isRepeated ? actual.slice(0, expected.length) : actual;
  // Those of different lengths may be predicted one after the other, here or there.
  const isTimes = key.endsWith('.timesteps');
  const once = (values: NumberList, other: NumberList) =>
    isTimes && values.length === 2 * other.length ? values.filter((_: unknown, i: number) => i % 2 === 0) : values;
  return compareNumbers(once(seen, expected), once(expected, actual), { atol, rtol }).detail;
}

function compareLevels(
  actual: NumberList,
  expected: NumberList,
  { max_levels: most = 1, differing_at_most: share = 0.01 }: ComfyTolerance,
): string | null {
  if (actual.length !== expected.length) return `expected ${expected.length} values, got ${actual.length}`;
  const errors = Array.from({ length: expected.length }, (_, i) => Math.abs(Number(expected[i]) - Number(actual[i])));
  const largest = errors.reduce((max, error) => Math.max(max, error), 0);
  const differing = errors.filter((error) => error > 0).length;
  if (largest <= most && differing <= share * errors.length) return null;
  return `${differing} of ${errors.length} values differ, by up to ${largest} levels (at most ${most}, on ${100 * share} %)`;
}
