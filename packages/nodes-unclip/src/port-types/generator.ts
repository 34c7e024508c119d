import type { TorchGeneratorState } from '../random/torch-generator.js';
import { definePortType } from './port-type.js';
import { ArrayList, arrayAt, fieldsOf, type StoredArray, StoredFormError, wholeNumber } from './stored-arrays.js';

/** Where a random stream stands, so that the next node draws what diffusers would draw next. */
export interface Generator {
  readonly state: TorchGeneratorState;
}

export const generatorPort = definePortType({
  name: 'generator',
  codec: {
    version: 1,
    encode(value: Generator) {
      const list = new ArrayList();
      const { state } = fieldsOf(value, 'state') as unknown as Generator;
      return { fields: { state: encodeGenerator(list, state) }, arrays: list.arrays };
    },
    async decode({ fields, arrays }) {
      return { state: decodeGenerator(arrays, fieldsOf(fields, 'state')['state']) };
    },
  },
  looks: { colour: '#3fae9a', shape: 'triangle' },
  describe: 'Where a random stream stands.',
});

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
