import { type Checkpoint, requireUnclip } from '../checkpoints/checkpoint.js';
import type { RgbImage } from '../image/rgb-image.js';
import type { EmbedSpace } from '../models/model.js';
import type { TorchGeneratorState } from '../random/torch-generator.js';
import type { Tensor } from '../tensor/tensor.js';
import { tensor } from '../tensor/tensor.js';
import type { Condition, Conditioning, Embed, Generator, Latent, Mask } from './port-types.js';
import { ArrayList, arrayAt, fieldsOf, type StoredArray, StoredFormError, type StoredValue } from './stored-arrays.js';

/** What reading a kept value may need from the run. */
export interface RebindContext {
  /** The checkpoint of that name. @throws Error if it is not there any more, or is another one now */
  rebind(name: string, identity: string): Promise<Checkpoint>;
}

/** How the values of one port type are kept. Handles to models never are: whoever needs them opens them again. */
export interface PortCodec<Value = unknown> {
  /** Raised when the form changes; a value kept in another form is not read. */
  readonly version: number;
  /** @throws StoredFormError if the value holds more than this codec knows: kept in part it would be another value */
  encode(value: Value): StoredValue;
  /** @throws StoredFormError if it is not what `encode` gives */
  decode(stored: StoredValue, context: RebindContext): Promise<Value>;
}

const image: PortCodec<readonly RgbImage[]> = {
  version: 1,
  encode(pictures) {
    const list = new ArrayList();
    const fields = pictures.map((picture) => {
      fieldsOf(picture, 'width', 'height', 'data');
      return { width: picture.width, height: picture.height, data: list.add(picture.data) };
    });
    return { fields, arrays: list.arrays };
  },
  async decode({ fields, arrays }) {
    if (!Array.isArray(fields)) throw new StoredFormError('expected a list of pictures');
    return fields.map((entry: unknown) => {
      const { width, height, data } = fieldsOf(entry, 'width', 'height', 'data');
      const pixels = arrayAt(arrays, data, Uint8Array);
      const picture = { width: wholeNumber(width), height: wholeNumber(height), data: pixels };
      if (pixels.length !== 3 * picture.width * picture.height) throw new StoredFormError('a picture of another size');
      return picture;
    });
  },
};

const mask: PortCodec<Mask> = {
  version: 1,
  encode(value) {
    fieldsOf(value, 'width', 'height', 'data');
    const list = new ArrayList();
    return { fields: { width: value.width, height: value.height, data: list.add(value.data) }, arrays: list.arrays };
  },
  async decode({ fields, arrays }) {
    const { width, height, data } = fieldsOf(fields, 'width', 'height', 'data');
    const value = { width: wholeNumber(width), height: wholeNumber(height), data: arrayAt(arrays, data, Uint8Array) };
    if (value.data.length !== value.width * value.height) throw new StoredFormError('a mask of another size');
    return value;
  },
};

const embed = boundCodec<Embed>('rows', 1);
const condition = boundCodec<Condition>('classLabels', 2);
const conditioning = tensorsCodec<Conditioning>('positive', 'negative');

const latent: PortCodec<Latent> = {
  version: 2,
  encode(value) {
    const { samples, space = null } = value;
    fieldsOf({ space, ...value }, 'samples', 'space');
    const list = new ArrayList();
    const stored = space && fieldsOf(space, 'pixelsPerLatent', 'scalingFactor');
    return { fields: { samples: addTensor(list, samples), space: stored }, arrays: list.arrays };
  },
  async decode({ fields, arrays }) {
    const { samples, space } = fieldsOf(fields, 'samples', 'space');
    if (space === null) return { samples: tensorAt(arrays, samples) };
    const { pixelsPerLatent, scalingFactor } = fieldsOf(space, 'pixelsPerLatent', 'scalingFactor');
    if (typeof scalingFactor !== 'number') throw new StoredFormError('expected a scaling factor');
    return {
      samples: tensorAt(arrays, samples),
      space: { pixelsPerLatent: wholeNumber(pixelsPerLatent), scalingFactor },
    };
  },
};

const generator: PortCodec<Generator> = {
  version: 1,
  encode(value) {
    const list = new ArrayList();
    const { state } = fieldsOf(value, 'state') as unknown as Generator;
    return { fields: { state: encodeGenerator(list, state) }, arrays: list.arrays };
  },
  async decode({ fields, arrays }) {
    return { state: decodeGenerator(arrays, fieldsOf(fields, 'state')['state']) };
  },
};

/** By port type. A type that is missing here is not kept, and neither is a node that has such an output. */
export const PORT_CODECS: ReadonlyMap<string, PortCodec> = new Map(
  // Each is called with values of its own port type only, which the catalog has checked.
  Object.entries({ image, mask, embed, condition, conditioning, latent, generator }) as unknown as [
    string,
    PortCodec,
  ][],
);

/** Where a random stream stands, as fields; its 624 words become one array. */
export function encodeGenerator(list: ArrayList, { engine, keptNormal }: TorchGeneratorState): unknown {
  return {
    words: list.add(Uint32Array.from(engine.words)),
    position: engine.position,
    // Bits, not digits: the sign of a zero counts too.
    keptNormal: keptNormal === null ? null : list.add(Float64Array.of(keptNormal)),
  };
}

/** @throws StoredFormError if it is not what `encodeGenerator` gives */
export function decodeGenerator(arrays: readonly StoredArray[], value: unknown): TorchGeneratorState {
  const { words, position, keptNormal } = fieldsOf(value, 'words', 'position', 'keptNormal');
  const kept = keptNormal === null ? null : arrayAt(arrays, keptNormal, Float64Array)[0];
  if (kept === undefined) throw new StoredFormError('expected the kept number');
  return {
    engine: { words: Object.freeze(Array.from(arrayAt(arrays, words, Uint32Array))), position: wholeNumber(position) },
    keptNormal: kept,
  };
}

/** A tensor, and the checkpoint whose embeddings it belongs to. */
function boundCodec<Value extends { readonly space: EmbedSpace }>(
  tensorName: Exclude<keyof Value, 'space'> & string,
  version: number,
): PortCodec<Value> {
  return {
    version,
    encode(value) {
      const { [tensorName]: rows } = fieldsOf(value, tensorName, 'space');
      const list = new ArrayList();
      const { name, identity } = value.space;
      // The one other key of such a value.
      const stored = addTensor(list, rows as Tensor);
      return { fields: { [tensorName]: stored, checkpoint: { name, identity } }, arrays: list.arrays };
    },
    async decode({ fields, arrays }, { rebind }) {
      const { [tensorName]: rows, checkpoint: named } = fieldsOf(fields, tensorName, 'checkpoint');
      const { name, identity } = fieldsOf(named, 'name', 'identity');
      const checkpoint = requireUnclip(await rebind(String(name), String(identity)));
      const bound = { [tensorName]: tensorAt(arrays, rows), space: checkpoint.vision.embeds };
      return bound as unknown as Value;
    },
  };
}

/** A value that is nothing but tensors. */
function tensorsCodec<Value extends { readonly [Key in keyof Value]: Tensor }>(
  ...names: readonly (keyof Value & string)[]
): PortCodec<Value> {
  return {
    version: 1,
    encode(value) {
      fieldsOf(value, ...names);
      const list = new ArrayList();
      return {
        fields: Object.fromEntries(names.map((name) => [name, addTensor(list, value[name])])),
        arrays: list.arrays,
      };
    },
    async decode({ fields, arrays }) {
      const stored = fieldsOf(fields, ...names);
      // `names` are all of its keys.
      return Object.fromEntries(names.map((name) => [name, tensorAt(arrays, stored[name])])) as unknown as Value;
    },
  };
}

function addTensor(list: ArrayList, value: Tensor): unknown {
  return { dims: value.dims, data: list.add(value.data) };
}

function tensorAt(arrays: readonly StoredArray[], value: unknown): Tensor {
  const { dims, data } = fieldsOf(value, 'dims', 'data');
  if (!Array.isArray(dims)) throw new StoredFormError('expected dims');
  // Throws for dims that do not fit the values.
  return tensor(dims.map(wholeNumber), arrayAt(arrays, data, Float32Array));
}

function wholeNumber(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new StoredFormError(`expected a whole number, got ${JSON.stringify(value)}`);
}
