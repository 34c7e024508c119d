import type { RandomStreamState } from '../random/random-stream.js';
import type { TorchGeneratorState } from '../random/torch-generator.js';
import { definePortType } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, type StoredArray, StoredFormError, wholeNumber } from './stored-arrays.js';

/** The state of a random stream, so that the next node continues like diffusers. */
export type Generator = RandomStreamState;

export const generatorPort = definePortType({
  name: 'generator',
  codec: {
    version: 1,
    encode(value: Generator) {
      const list = new ArrayList();
      return { fields: encodeStream(list, value), arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      return decodeStream(arrays, fields);
    },
  },
  looks: { colour: '#3fae9a', shape: 'triangle' },
  describe: 'Where a random stream stands.',
});

/** One generator, or one for each image, as fields. */
export function encodeStream(list: ArrayList, value: RandomStreamState): unknown {
  fieldsOf(value, 'state', 'others');
  const { state, others } = value;
  const first = encodeGenerator(list, state);
  return others === undefined
    ? { state: first }
    : { state: first, others: others.map((other) => encodeGenerator(list, other)) };
}

/** @throws StoredFormError if it is not what `encodeStream` gives */
export function decodeStream(arrays: readonly StoredArray[], value: unknown): RandomStreamState {
  const { state, others } = fieldsOf(value, 'state', 'others');
  const first = decodeGenerator(arrays, state);
  if (others === undefined) return { state: first };
  if (!Array.isArray(others)) throw new StoredFormError('expected a list of generators');
  return { state: first, others: others.map((other: unknown) => decodeGenerator(arrays, other)) };
}

/** The state of a random stream, as fields; its 624 words become one array. */
function encodeGenerator(list: ArrayList, { engine, keptNormal }: TorchGeneratorState): unknown {
  return {
    words: list.add(Uint32Array.from(engine.words)),
    position: engine.position,
    // Bits, not digits: the sign of a zero counts too.
    keptNormal: keptNormal === null ? null : list.add(Float64Array.of(keptNormal)),
  };
}

/** @throws StoredFormError if it is not what `encodeGenerator` gives */
function decodeGenerator(arrays: readonly StoredArray[], value: unknown): TorchGeneratorState {
  const { words, position, keptNormal } = fieldsOf(value, 'words', 'position', 'keptNormal');
  const kept = keptNormal === null ? null : arrayAt(arrays, keptNormal, Float64Array)[0];
  if (kept === undefined) throw new StoredFormError('expected the kept number');
  return {
    engine: { words: Object.freeze(Array.from(arrayAt(arrays, words, Uint32Array))), position: wholeNumber(position) },
    keptNormal: kept,
  };
}
