import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExternalTensor, toHalves, type WeightSource } from '@unclip-studio/nodes-unclip/testing';
import { randomTensor } from './random-tensor.js';
import { tempFolder } from './temp-folder.js';

const NUM_VALUES = 200_000;

const BYTES = { float32: 4, float16: 2, bfloat16: 2, float8e4m3: 1 } as const;
export type RandomType = keyof typeof BYTES;

function bytesOf(type: RandomType, values: Float32Array): Uint8Array {
  if (type === 'float32') return new Uint8Array(values.buffer);
  if (type === 'float16') return new Uint8Array(toHalves(values).buffer);
  const bits = new Uint32Array(values.buffer);
  // The upper half of a float; in 8 bits either sign, any mantissa, and exponents from -6 to -3.
  if (type === 'bfloat16') return new Uint8Array(Uint16Array.from(bits, (one) => one >>> 16).buffer);
  return Uint8Array.from(bits, (one) => ((one >>> 24) & 0x80) | ((one & 0x1f) + 8));
}

/** Weights for any model: every tensor is a stretch of one file of small random numbers. */
export class RandomWeights implements WeightSource {
  readonly folder = tempFolder();
  readonly #starts = new Map<string, number>();
  readonly #elementType: RandomType;

  constructor(elementType: RandomType = 'float32') {
    this.#elementType = elementType;
    const values = randomTensor([NUM_VALUES], 1).data.map((value) => value * 0.2);
    writeFileSync(join(this.folder, 'random.bin'), bytesOf(elementType, values));
  }

  get(key: string, dims: readonly number[]): ExternalTensor {
    const size = dims.reduce((product, dim) => product * dim, 1);
    // Another place for each key, so that two weights mistaken for each other show.
    const start = this.#starts.get(key) ?? (this.#starts.size * 37) % (NUM_VALUES - size);
    this.#starts.set(key, start);
    const bytesPerValue = BYTES[this.#elementType];
    const place = { offset: bytesPerValue * start, length: bytesPerValue * size };
    return { elementType: this.#elementType, dims, location: 'random.bin', ...place };
  }
}
