import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ExternalTensor, toHalves, type WeightSource } from '@unclip-studio/nodes-unclip/testing';
import { randomTensor } from './random-tensor.js';
import { tempFolder } from './temp-folder.js';

const NUM_VALUES = 200_000;

/** Weights for any model: every tensor is a stretch of one file of small random numbers. */
export class RandomWeights implements WeightSource {
  readonly folder = tempFolder();
  readonly #starts = new Map<string, number>();
  readonly #elementType: 'float32' | 'float16';

  constructor(elementType: 'float32' | 'float16' = 'float32') {
    this.#elementType = elementType;
    const values = randomTensor([NUM_VALUES], 1).data.map((value) => value * 0.2);
    const stored = elementType === 'float16' ? toHalves(values) : values;
    writeFileSync(join(this.folder, 'random.bin'), new Uint8Array(stored.buffer));
  }

  get(key: string, dims: readonly number[]): ExternalTensor {
    const size = dims.reduce((product, dim) => product * dim, 1);
    // Another place for each key, so that two weights mistaken for each other show.
    const start = this.#starts.get(key) ?? (this.#starts.size * 37) % (NUM_VALUES - size);
    this.#starts.set(key, start);
    const bytesPerValue = this.#elementType === 'float16' ? 2 : 4;
    const place = { offset: bytesPerValue * start, length: bytesPerValue * size };
    return { elementType: this.#elementType, dims, location: 'random.bin', ...place };
  }
}
