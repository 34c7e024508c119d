import type { UnetModel } from '../models/model.js';
import type { Condition } from '../port-types/condition.js';
import type { Conditioning } from '../port-types/conditioning.js';
import { broadcastRows, concatRows, repeatRows } from '../tensor/rows.js';
import { ShapeError, type Tensor, tensor } from '../tensor/tensor.js';
import { SamplingInputError } from './start-from-latent.js';

/** One input of the UNet that steers it, row by row. */
export interface Guide {
  /** For messages: `prompt`. */
  readonly label: string;
  /** float32 [n, ...]: what the guided half of each call gets, or all of it without guidance. */
  readonly guided: Tensor;
  /** float32 [n, ...]: what the unguided half gets; zeros when `null`. */
  readonly unguided: Tensor | null;
}

/** Everything that steers the UNet. What is added to it is repeated, doubled, halved and part of a state's name with it. */
export interface Guides {
  /** By the UNet's name of the input. */
  readonly inputs: Readonly<Record<string, Guide>>;
  /** Guidance is on when it is greater than 1. */
  readonly guidanceScale: number;
}

/** What is connected to a sampler. */
export interface GuideInputs {
  readonly prompt: Conditioning;
  readonly image?: Condition | undefined;
}

/**
 * What steers a UNet.
 *
 * @param when goes before the labels: `later `; nothing when left out
 * @throws SamplingInputError for what this UNet was not trained to be steered by
 */
export function guidesFor(
  unet: UnetModel,
  { prompt, image, guidanceScale }: GuideInputs & Pick<Guides, 'guidanceScale'>,
  when = '',
): Guides {
  requireImageFits(unet, image, `${when}image`);
  requirePromptFits(unet, prompt, `${when}prompt`);
  const { classEmbedDim } = unet.config;
  // Rows of zeros stand for no image, and so does what the unguided half gets, level part included.
  const classLabels =
    image?.classLabels ?? (classEmbedDim === null ? null : tensor([1, classEmbedDim], new Float32Array(classEmbedDim)));
  return {
    guidanceScale,
    inputs: {
      encoder_hidden_states: { label: `${when}prompt`, guided: prompt.positive, unguided: prompt.negative },
      ...(classLabels && { class_labels: { label: `${when}image`, guided: classLabels, unguided: null } }),
    },
  };
}

/** The most rows that any of them has. */
export function rowsOfGuides({ inputs }: Guides): number {
  return Math.max(...Object.values(inputs).map(({ guided }) => guided.dims[0] ?? 0));
}

/**
 * One row serves all `n`; each of the `n` is then repeated `count` times in place.
 *
 * @throws ShapeError for any other number of rows
 */
export function spreadGuides(guides: Guides, n: number, count: number): Guides {
  const spread = (label: string, rows: Tensor) => repeatRows(broadcastRows(`UNetSample ${label}`, rows, n), count);
  const inputs = Object.entries(guides.inputs).map(([name, { label, guided, unguided }]): [string, Guide] => [
    name,
    { label, guided: spread(label, guided), unguided: unguided && spread(`negative ${label}`, unguided) },
  ]);
  return { ...guides, inputs: Object.fromEntries(inputs) };
}

/**
 * The UNet's inputs at every call.
 *
 * @param isGuided the rows are doubled, the unguided half first
 * @throws ShapeError if one of them has other than `n` rows
 */
export function feedsOfGuides(
  { inputs }: Guides,
  { n, isGuided }: { readonly n: number; readonly isGuided: boolean },
): Readonly<Record<string, Tensor>> {
  const feeds = Object.entries(inputs).map(([name, { label, guided, unguided }]) => {
    if (guided.dims[0] !== n) throw new ShapeError(`denoise ${label}: expected ${n} rows, got ${guided.dims[0]}`);
    if (!isGuided) return [name, guided] as const;
    const first = unguided ?? tensor(guided.dims, new Float32Array(guided.data.length));
    return [name, concatRows(`denoise ${label}`, [first, guided])] as const;
  });
  return Object.fromEntries(feeds);
}

/** All that there is to guides, as JSON and as the numbers of their tensors in a fixed order. */
export function contentOfGuides({ inputs, guidanceScale }: Guides) {
  const entries = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  const tensors = entries.flatMap(([, { guided, unguided }]) => (unguided === null ? [guided] : [guided, unguided]));
  const shapes = entries.map(([name, { guided, unguided }]) => [name, guided.dims, unguided?.dims ?? null]);
  return { json: [guidanceScale, shapes], arrays: tensors.map(({ data }) => data) };
}

function requireImageFits({ name, config }: UnetModel, image: Condition | undefined, label: string): void {
  const width = image?.classLabels.dims[1];
  if (width === undefined || width === config.classEmbedDim) return;
  throw new SamplingInputError(
    config.classEmbedDim === null
      ? `UNetSample: pictures cannot lead the checkpoint "${name}", a plain Stable Diffusion. Disconnect the ${label}, or choose an unCLIP checkpoint.`
      : `UNetSample: the ${label} was made for another checkpoint: it is ${width} wide, and "${name}" takes ${config.classEmbedDim}. Take both from one LoadModel.`,
  );
}

function requirePromptFits({ name, config }: UnetModel, { positive }: Conditioning, label: string): void {
  const width = positive.dims[2];
  if (width === undefined || width === config.crossAttentionDim) return;
  throw new SamplingInputError(
    `UNetSample: the ${label} was encoded by another text model: its states are ${width} wide, and "${name}" takes ` +
      `${config.crossAttentionDim}. Give it a TextEncode of its own, from the same LoadModel.`,
  );
}
