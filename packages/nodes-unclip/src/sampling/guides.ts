import { withReason } from '@unclip-studio/graph-core';
import type { RgbImage } from '../image/rgb-image.js';
import type { ControlNetModel, UnetModel } from '../models/model.js';
import type { Condition } from '../port-types/condition.js';
import {
  type Conditioning,
  type Control,
  type PromptPart,
  type PromptSide,
  partsOf,
} from '../port-types/conditioning.js';
import { broadcastRows, concatRows, repeatRows } from '../tensor/rows.js';
import { ShapeError, type Tensor, tensor } from '../tensor/tensor.js';
import { familyOfWidth } from '../weights/lora/model-family.js';
import { imagePromptGuides } from './image-prompt-guides.js';
import { callLiesIn, type SamplingTime } from './prompt-parts.js';
import { SamplingInputError } from './start-from-latent.js';

/** One input of the UNet that steers it, row by row. */
export interface Guide {
  /** For messages: `prompt`. */
  readonly label: string;
  /** float32 [n, ...]: what the guided half of each call gets, or all of it without guidance. */
  readonly guided: Tensor;
  /** float32 [n, ...]: what the unguided half gets; zeros when `null`. */
  readonly unguided: Tensor | null;
  /** Of a map [n, c, h, w] on the latent: values per cell in each direction. It is cropped with areas. */
  readonly perCell?: number;
  /** In shares of the calls: at one that is not completely inside, the UNet gets zeros. Always when left out. */
  readonly span?: { readonly from: number; readonly to: number };
}

/** Prompts of which not each steers everything all the time. */
export interface PromptGuides {
  readonly label: string;
  readonly guided: readonly PromptPart[];
  readonly unguided: readonly PromptPart[];
  readonly pixelsPerCell: number;
}

/**
 * Everything that guides the UNet. Additions are repeated, doubled, halved and part of a state's name together with it.
 */
export interface Guides {
  /** By the UNet's name of the input. */
  readonly inputs: Readonly<Record<string, Guide>>;
  /** In place of the input `encoder_hidden_states`. */
  readonly prompts?: PromptGuides;
  /** Guidance is on when it is greater than 1. */
  readonly guidanceScale: number;
}

/** The inputs of a sampler. */
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
  if (image !== undefined) requireImageFits(unet, image.classLabels, `${when}image`);
  const label = `${when}prompt`;
  const sides = [prompt.positive, prompt.negative] as const;
  for (const { states, image: own, controls = [] } of sides.flatMap(partsOf)) {
    requirePromptFits(unet, states, label);
    if (own !== undefined) requireImageFits(unet, own, `image of the ${label}`);
    for (const { net } of controls) requireControlFits(unet, net);
  }
  const { classEmbedDim } = unet.config;
  // Rows of zeros mean no image, and so does the input of the unconditional half, including the noise level.
  const classLabels =
    image?.classLabels ?? (classEmbedDim === null ? null : tensor([1, classEmbedDim], new Float32Array(classEmbedDim)));
  const [guided, unguided] = sides;
  const inputs = {
    ...(classLabels && { class_labels: { label: `${when}image`, guided: classLabels, unguided: null } }),
    ...imagePromptGuides(unet),
  };
  if (isPlain(guided) && isPlain(unguided) && guided.dims[1] === unguided.dims[1]) {
    return { guidanceScale, inputs: { encoder_hidden_states: { label, guided, unguided }, ...inputs } };
  }
  const { pixelsPerCell } = unet.latents;
  const prompts = { ...{ label, pixelsPerCell }, guided: partsOf(guided), unguided: partsOf(unguided) };
  return { guidanceScale, inputs, prompts };
}

function isPlain(side: PromptSide): side is Tensor {
  return 'dtype' in side;
}

/** The most rows that any of them has, but for control images. */
export function rowsOfGuides({ inputs, prompts }: Guides): number {
  const parts = [...(prompts?.guided ?? []), ...(prompts?.unguided ?? [])];
  const states = parts.flatMap((part) => (part.image === undefined ? [part.states] : [part.states, part.image]));
  return Math.max(...[...Object.values(inputs).map(({ guided }) => guided), ...states].map(({ dims }) => dims[0] ?? 0));
}

/** The most control images that one net sees. */
export function controlImagesOfGuides({ prompts }: Guides): number {
  const parts = [...(prompts?.guided ?? []), ...(prompts?.unguided ?? [])];
  return Math.max(0, ...parts.flatMap(({ controls = [] }) => controls.map(({ images }) => images.length)));
}

/**
 * One row serves all `n`; each of the `n` is then repeated `count` times in place.
 *
 * @throws ShapeError for any other number of rows
 */
export function spreadGuides(guides: Guides, n: number, count: number): Guides {
  const spread = (label: string, rows: Tensor) => repeatRows(broadcastRows(`UNetSample ${label}`, rows, n), count);
  const inputs = Object.entries(guides.inputs).map(([name, { label, guided, unguided, ...guide }]): [string, Guide] => [
    name,
    { ...guide, label, guided: spread(label, guided), unguided: unguided && spread(`negative ${label}`, unguided) },
  ]);
  const { prompts } = guides;
  if (prompts === undefined) return { ...guides, inputs: Object.fromEntries(inputs) };
  const spreadParts = (parts: readonly PromptPart[], label: string) =>
    parts.map(({ image, controls, ...part }): PromptPart => {
      const spreadControl = (control: Control) => ({ ...control, images: spreadImages(control.images, n, count) });
      return {
        ...{ ...part, states: spread(label, part.states) },
        ...(image && { image: spread(`image of the ${label}`, image) }),
        ...(controls && { controls: controls.map(spreadControl) }),
      };
    });
  return {
    ...guides,
    inputs: Object.fromEntries(inputs),
    prompts: {
      ...prompts,
      guided: spreadParts(prompts.guided, prompts.label),
      unguided: spreadParts(prompts.unguided, `negative ${prompts.label}`),
    },
  };
}

/** As {@link spreadGuides}; more images than one are repeated over and over where they are not as many, as in ComfyUI. */
function spreadImages(images: readonly RgbImage[], n: number, count: number): readonly RgbImage[] {
  const all = n * count;
  const place = (row: number) => (images.length === n ? Math.floor(row / count) : row % images.length);
  // An image has at least one image.
  return Array.from({ length: all }, (_, row) => images[place(row)] as RgbImage);
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
    return [name, concatRows(`denoise ${label}`, [unguided ?? zerosLike(guided), guided])] as const;
  });
  return Object.fromEntries(feeds);
}

/** The feeds at a time: zeros of guides that do not steer then. @param feeds of {@link feedsOfGuides} */
export function feedsAt(
  { inputs }: Guides,
  feeds: Readonly<Record<string, Tensor>>,
  time: Pick<SamplingTime, 'call' | 'calls'>,
): Readonly<Record<string, Tensor>> {
  const resting = Object.entries(feeds).filter(([name]) => {
    const span = inputs[name]?.span;
    return span !== undefined && !callLiesIn(span, time);
  });
  if (resting.length === 0) return feeds;
  return { ...feeds, ...Object.fromEntries(resting.map(([name, rows]) => [name, zerosLike(rows)])) };
}

export function zerosLike({ dims, data }: Tensor): Tensor {
  return tensor(dims, new Float32Array(data.length));
}

/** All that there is to guides, as JSON and as the numbers of their tensors in a fixed order. */
export function contentOfGuides({ inputs, guidanceScale, prompts }: Guides) {
  const entries = Object.entries(inputs).sort(([a], [b]) => (a < b ? -1 : 1));
  const tensors = entries.flatMap(([, { guided, unguided }]) => (unguided === null ? [guided] : [guided, unguided]));
  const shapes = entries.map(([name, { guided, unguided, span }]) => [
    ...[name, guided.dims, unguided?.dims ?? null],
    ...(span === undefined ? [] : [{ ...span }]),
  ]);
  const plain = { json: [guidanceScale, shapes], arrays: tensors.map(({ data }) => data) };
  if (prompts === undefined) return plain;
  const parts = [prompts.guided, prompts.unguided].map((side) => side.map(contentOfPart));
  return {
    json: [...plain.json, prompts.pixelsPerCell, parts.map((side) => side.map(({ json }) => json))],
    arrays: [...plain.arrays, ...parts.flat().flatMap(({ arrays }) => arrays)],
  };
}

/** Every field is named, so that one which is added later cannot be forgotten. */
function contentOfPart(part: PromptPart) {
  const { states, strength, area, mask, periods, image, controls = [], ...rest } = part;
  rest satisfies Readonly<Record<string, never>>;
  const masked = mask && { ...mask, mask: [mask.mask.width, mask.mask.height] };
  return {
    json: [
      ...[states.dims, strength, area && { ...area }, masked, periods?.map((period) => ({ ...period })) ?? null],
      ...(image === undefined ? [] : [image.dims]),
      ...controls.map(contentOfControl),
    ],
    arrays: [
      ...[states.data, ...(mask === null ? [] : [mask.mask.data]), ...(image === undefined ? [] : [image.data])],
      ...controls.flatMap(({ images }) => images.map(({ data }) => data)),
    ],
  };
}

function contentOfControl(control: Control) {
  const { net, images, strength, span, isGuess, ...rest } = control;
  rest satisfies Readonly<Record<string, never>>;
  return [net.identity, images.map(({ width, height }) => [width, height]), strength, { ...span }, isGuess];
}

function requireImageFits({ name, config }: UnetModel, { dims }: Tensor, label: string): void {
  const width = dims[1];
  if (width === config.classEmbedDim) return;
  throw new SamplingInputError(
    config.classEmbedDim === null
      ? `UNetSample: images cannot guide the checkpoint "${name}", a plain Stable Diffusion. Disconnect the ${label}, or choose an unCLIP checkpoint.`
      : `UNetSample: the ${label} was made for another checkpoint: it is ${width} wide, and "${name}" takes ${config.classEmbedDim}. Take both from one LoadModel.`,
  );
}

/** @throws SamplingInputError for a net of another family, or of other layers */
function requireControlFits({ name, config, latents }: UnetModel, net: ControlNetModel): void {
  const { crossAttentionDim: width, levels, inChannels } = net.config;
  const shapeOf = (all: UnetModel['config']['levels']) =>
    all.map(({ channels, layers }) => `${channels}x${layers}`).join();
  if (width !== config.crossAttentionDim) {
    throw withReason(
      new SamplingInputError(
        `UNetSample: the ControlNet "${net.name}" was made for ${familyOfWidth(width)}, and "${name}" is ` +
          `${familyOfWidth(config.crossAttentionDim)}. Choose a ControlNet for it.`,
      ),
      { code: 'made-for-other-model', kind: 'controlnet', name: net.name, model: name },
    );
  }
  if (shapeOf(levels) === shapeOf(config.levels) && inChannels === latents.channels) return;
  throw withReason(
    new SamplingInputError(
      `UNetSample: the ControlNet "${net.name}" has other layers than "${name}". Choose one that was made for it.`,
    ),
    { code: 'made-for-other-model', kind: 'controlnet', name: net.name, model: name },
  );
}

function requirePromptFits({ name, config, prompt }: UnetModel, { dims }: Tensor, label: string): void {
  const [, tokens, width] = dims;
  // A text has as many tokens as its model was trained with, an image has one.
  if (prompt === 'image' && tokens !== 1) {
    throw withReason(
      new SamplingInputError(
        `UNetSample: "${name}" draws variations of images and takes no text. Connect CLIP Image Embed and then Image ` +
          `Conditioning to the ${label}, from the same LoadModel.`,
      ),
      { code: 'model-cannot', model: name, what: 'read-text' },
    );
  }
  if (width === undefined || width === config.crossAttentionDim) return;
  throw withReason(
    new SamplingInputError(
      `UNetSample: the ${label} was encoded by another text model: its states are ${width} wide, and "${name}" takes ` +
        `${config.crossAttentionDim}. Give it its own TextEncode, from the same LoadModel.`,
    ),
    { code: 'made-for-other-model', kind: 'prompt', model: name },
  );
}
