import type { RgbImage } from '../image/rgb-image.js';
import type { ControlNetModel } from '../models/model.js';
import type { Tensor } from '../tensor/tensor.js';
import { imagePort } from './image.js';
import { type Mask, maskPort } from './mask.js';
import { definePortType, type RebindContext } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, type StoredArray, StoredFormError } from './stored-arrays.js';
import { addTensor, tensorAt } from './stored-tensors.js';

/** The positive and negative sides of a text. The negative side is used only while guidance is on. */
export interface Conditioning {
  readonly positive: PromptSide;
  readonly negative: PromptSide;
}

/** Text states, float32 [n, t, d], that steer the whole image all the time; or several parts of which each has its place. */
export type PromptSide = Tensor | readonly PromptPart[];

/** Text that steers a part of the image, or for a part of the time. Where parts overlap, the mean of their predictions counts. */
export interface PromptPart {
  /** float32 [n, t, d] */
  readonly states: Tensor;
  /** How much it counts among the parts that overlap. */
  readonly strength: number;
  /** The UNet sees this part of the image alone; all of it when `null`. */
  readonly area: PromptArea | null;
  /** The weight of each cell, with its own strength. */
  readonly mask: PromptMask | null;
  /** It steers while one of them holds; always when `null`. */
  readonly periods: readonly Period[] | null;
  /** float32 [n, 2d]: what the UNet sees as `class_labels` with this text, in place of the image that steers the others. */
  readonly image?: Tensor;
  /** Images that steer along with the text, in any order; none when left out. */
  readonly controls?: readonly Control[];
}

/** A ControlNet with the image that it sees. */
export interface Control {
  readonly net: ControlNetModel;
  /** One for all images that are drawn, or one for each. */
  readonly images: readonly RgbImage[];
  /** Of what the net adds to the UNet. */
  readonly strength: number;
  /** In shares of the sampler's steps; a step counts if it is completely inside. */
  readonly span: Span & { readonly to: number };
  /** Its additions to the outer layers are weakened down to a tenth, so that the prompt hardly matters. */
  readonly isGuess: boolean;
}

export interface PromptArea {
  /** Of the numbers: pixels, or shares of the image's sides. */
  readonly unit: 'px' | 'share';
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface PromptMask {
  readonly mask: Mask;
  readonly strength: number;
  /** The UNet sees only the rectangle around the masked area. */
  readonly cropsToMask: boolean;
}

/** A time during sampling: all that is set must hold. */
export interface Period {
  /** In shares of the sampler's steps, from 0 to 1, rounded down to whole steps. The end is not included. */
  readonly share?: Span;
  /** In steps from 0 on. The end is not included. */
  readonly steps?: Span;
  /** In shares of the way from pure noise to the clean image, by timesteps. The end is included. */
  readonly noise?: Span;
  /** The step `index` of each `of` steps. */
  readonly turn?: { readonly index: number; readonly of: number };
}

export interface Span {
  readonly from: number;
  /** `null`: to the end. */
  readonly to: number | null;
}

/** One side as parts. */
export function partsOf(side: PromptSide): readonly PromptPart[] {
  return 'dtype' in side ? [{ states: side, strength: 1, area: null, mask: null, periods: null }] : side;
}

/** The plain form of one part that steers everything all the time, or all parts as they are. */
export function sideOf(parts: readonly PromptPart[]): PromptSide {
  const [first] = parts;
  if (first === undefined || parts.length > 1) return parts;
  const { states, strength, area, mask, periods, image, controls } = first;
  const isWhole = strength === 1 && area === null && mask === null && periods === null;
  return isWhole && image === undefined && controls === undefined ? states : parts;
}

export const conditioningPort = definePortType({
  name: 'conditioning',
  codec: {
    version: 1,
    encode(value: Conditioning) {
      fieldsOf(value, 'positive', 'negative');
      const list = new ArrayList();
      const [positive, negative] = [encodeSide(list, value.positive), encodeSide(list, value.negative)];
      return { fields: { positive, negative }, arrays: list.arrays };
    },
    async decode({ fields, arrays }, context) {
      const { positive, negative } = fieldsOf(fields, 'positive', 'negative');
      const decode = (side: unknown) => decodeSide(arrays, side, context);
      return { positive: await decode(positive), negative: await decode(negative) };
    },
  },
  looks: { colour: '#e8913a', shape: 'diamond' },
  describe: 'Encoded prompts and negative prompts.',
});

function encodeSide(list: ArrayList, side: PromptSide): unknown {
  if ('dtype' in side) return addTensor(list, side);
  return side.map((part) => {
    const { states, mask, image, controls, ...plain } = part;
    fieldsOf(part, ...PART_FIELDS);
    return {
      ...{ ...plain, states: addTensor(list, states), mask: mask && encodeMask(list, mask) },
      ...(image && { image: addTensor(list, image) }),
      ...(controls && { controls: controls.map((control) => encodeControl(list, control)) }),
    };
  });
}

function encodeMask(list: ArrayList, { mask, ...plain }: PromptMask): unknown {
  const { width, height, data } = mask;
  return { ...plain, mask: { width, height, data: list.add(data) } };
}

function encodeControl(list: ArrayList, control: Control): unknown {
  const { net, images, ...plain } = control;
  fieldsOf(control, ...CONTROL_FIELDS);
  return {
    ...plain,
    net: { name: net.name, identity: net.identity },
    images: images.map(({ width, height, data }) => ({ width, height, data: list.add(data) })),
  };
}

async function decodeSide(
  arrays: readonly StoredArray[],
  stored: unknown,
  context: RebindContext,
): Promise<PromptSide> {
  if (!Array.isArray(stored)) return tensorAt(arrays, stored);
  return Promise.all(
    stored.map(async (part): Promise<PromptPart> => {
      const { states, strength, area, mask, periods, image, controls } = fieldsOf(part, ...PART_FIELDS);
      return {
        ...{
          states: tensorAt(arrays, states),
          strength: numberIn(strength),
          area: area === null ? null : readArea(area),
        },
        mask: mask === null ? null : await readMask(arrays, mask),
        periods: periods === null ? null : readPeriods(periods),
        ...(image === undefined ? {} : { image: tensorAt(arrays, image) }),
        ...(controls !== undefined && { controls: await readControls(arrays, controls, context) }),
      };
    }),
  );
}

const PART_FIELDS = ['states', 'strength', 'area', 'mask', 'periods', 'image', 'controls'] as const;
const CONTROL_FIELDS = ['net', 'images', 'strength', 'span', 'isGuess'] as const;

function readArea(stored: unknown): PromptArea {
  const { unit, left, top, width, height } = fieldsOf(stored, 'unit', 'left', 'top', 'width', 'height');
  if (unit !== 'px' && unit !== 'share') throw new StoredFormError('an area of an unknown unit');
  const box = { left: numberIn(left), top: numberIn(top), width: numberIn(width), height: numberIn(height) };
  return { unit, ...box };
}

async function readMask(arrays: readonly StoredArray[], stored: unknown): Promise<PromptMask> {
  const { mask, strength, cropsToMask } = fieldsOf(stored, 'mask', 'strength', 'cropsToMask');
  const { data, ...size } = fieldsOf(mask, 'width', 'height', 'data');
  // The mask's own codec checks its size; its one array is the first there.
  const read = { fields: { ...size, data: 0 }, arrays: [arrayAt(arrays, data, Uint8Array)] };
  const fail = () => Promise.reject(new Error('Internal error: a mask has no model'));
  const noModels = { rebind: fail, rebindModel: fail };
  return {
    mask: await maskPort.codec.decode(read, noModels),
    strength: numberIn(strength),
    cropsToMask: cropsToMask === true,
  };
}

function readControls(
  arrays: readonly StoredArray[],
  stored: unknown,
  context: RebindContext,
): Promise<readonly Control[]> {
  if (!Array.isArray(stored)) throw new StoredFormError('expected a list of controls');
  return Promise.all(
    stored.map(async (one): Promise<Control> => {
      const { net, images, strength, span, isGuess } = fieldsOf(one, ...CONTROL_FIELDS);
      const { name, identity } = fieldsOf(net, 'name', 'identity');
      const { from, to } = readSpan(span);
      if (to === null) throw new StoredFormError('a control without an end');
      return {
        net: await context.rebindModel('controlnet', String(name), String(identity)),
        // The codec of images checks sizes.
        images: await imagePort.codec.decode({ fields: images, arrays }, context),
        strength: numberIn(strength),
        span: { from, to },
        isGuess: isGuess === true,
      };
    }),
  );
}

function readPeriods(stored: unknown): readonly Period[] {
  if (!Array.isArray(stored)) throw new StoredFormError('expected a list of periods');
  return stored.map((one): Period => {
    const { turn, ...spans } = fieldsOf(one, 'share', 'steps', 'noise', 'turn');
    const read = Object.entries(spans).map(([name, span]) => [name, readSpan(span)] as const);
    if (turn === undefined) return Object.fromEntries(read);
    const { index, of } = fieldsOf(turn, 'index', 'of');
    return { ...Object.fromEntries(read), turn: { index: numberIn(index), of: numberIn(of) } };
  });
}

function readSpan(stored: unknown): Span {
  const { from, to } = fieldsOf(stored, 'from', 'to');
  return { from: numberIn(from), to: to === null ? null : numberIn(to) };
}

function numberIn(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new StoredFormError(`expected a number, got ${JSON.stringify(value)}`);
}
