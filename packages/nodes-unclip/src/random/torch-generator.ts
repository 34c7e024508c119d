import type { Seed } from '@unclip-studio/graph-core';
import { roundToFloat16 } from '../tensor/float16.js';
import { boxMullerFloat32 } from './box-muller-float32.js';
import { exactCosSin, exactLog } from './exact-math.js';
import { Mt19937, type Mt19937Snapshot } from './mt19937.js';

export type RandomDtype = 'float32' | 'float16' | 'float64';

/** The state of a stream of random numbers. Plain data, never changed: it may be kept, shared and sent. */
export interface TorchGeneratorState {
  readonly engine: Mt19937Snapshot;
  /** The second value of the last pair of small draws; `null` once it has been used. */
  readonly keptNormal: number | null;
}

/**
 * `torch.Generator` on the CPU: the same seed draws the same numbers, bit for bit, as a torch 2.13 on a processor with
 * AVX2. The float64 numbers alone rest on the C library's functions and may be an ulp away, in about 3 of 1000.
 *
 * @see pytorch v2.13.0, aten/src/ATen/native/cpu/DistributionTemplates.h (normal_fill) and
 *   aten/src/ATen/core/DistributionsHelper.h
 */
export class TorchGenerator {
  #engine: Mt19937;
  #keptNormal: number | null = null;

  /**
   * @param seed an integer, as text if it is large; torch accepts -2^63..2^64-1, but the engine uses only the low 32
   * bits: two seeds that differ by a multiple of 2^32 give the same numbers
   * @throws RangeError if `seed` is not an integer, or is a number beyond 2^53-1, which may have lost digits
   */
  constructor(seed: Seed | bigint) {
    this.#engine = Mt19937.fromSeed(toEngineSeed(seed));
  }

  /** Continues from `state`; afterwards the two are independent. */
  static fromState(state: TorchGeneratorState): TorchGenerator {
    const generator = new TorchGenerator(0);
    generator.restore(state);
    return generator;
  }

  /** Continues from `state`, regardless of what was drawn before. */
  restore(state: TorchGeneratorState): void {
    this.#engine = Mt19937.fromSnapshot(state.engine);
    this.#keptNormal = state.keptNormal;
  }

  state(): TorchGeneratorState {
    return { engine: this.#engine.snapshot(), keptNormal: this.#keptNormal };
  }

  /**
   * `torch.randn`: standard normal numbers. The shape plays no role in torch, only the number of values does.
   * Half-precision numbers come widened to float32.
   */
  randn(count: number, dtype?: 'float32' | 'float16'): Float32Array;
  randn(count: number, dtype: 'float64'): Float64Array;
  randn(count: number, dtype: RandomDtype): Float32Array | Float64Array;
  randn(count: number, dtype: RandomDtype = 'float32'): Float32Array | Float64Array {
    checkCount(count);
    if (count < 16) return this.#randnSmall(count, dtype);
    switch (dtype) {
      case 'float32':
        return this.#randnFloat32(count);
      case 'float16':
        return this.#randnFloat16(count);
      case 'float64':
        return this.#randnFloat64(count);
    }
  }

  /** `torch.rand` in float32: multiples of 2^-24 in [0, 1). */
  rand(count: number): Float32Array {
    checkCount(count);
    const values = new Float32Array(count);
    this.#fillUniform(values, 0, count);
    return values;
  }

  /** Below 16 values torch draws one at a time, in binary64, and rounds at the end. */
  #randnSmall(count: number, dtype: RandomDtype): Float32Array | Float64Array {
    if (dtype === 'float64') return Float64Array.from({ length: count }, () => this.#nextNormal());
    const values = Float32Array.from({ length: count }, () => this.#nextNormal());
    return dtype === 'float16' ? values.map(roundToFloat16) : values;
  }

  #randnFloat32(count: number): Float32Array {
    const values = this.rand(count);
    for (let offset = 0; offset + 16 <= count; offset += 16) boxMullerFloat32(values, offset);
    if (count % 16 !== 0) {
      // The last 16 values are drawn again and overlap the block before.
      this.#fillUniform(values, count - 16, count);
      boxMullerFloat32(values, count - 16);
    }
    return values;
  }

  /** Like float32, but each block draws its uniform numbers when its turn comes. */
  #randnFloat16(count: number): Float32Array {
    const values = new Float32Array(count);
    for (const offset of blockOffsets(count)) {
      this.#fillUniform(values, offset, offset + 16);
      boxMullerFloat32(values, offset);
      for (let i = offset; i < offset + 16; i++) values[i] = roundToFloat16(values[i] as number);
    }
    return values;
  }

  #randnFloat64(count: number): Float64Array {
    const values = Float64Array.from({ length: count }, () => this.#uniform53());
    for (const offset of blockOffsets(count)) {
      if (offset % 16 !== 0) for (let i = offset; i < count; i++) values[i] = this.#uniform53();
      boxMullerFloat64(values, offset);
    }
    return values;
  }

  /** Binary64 Box-Muller, one value at a time: the sine of a pair waits for the next call. */
  #nextNormal(): number {
    const kept = this.#keptNormal;
    if (kept !== null) {
      this.#keptNormal = null;
      return kept;
    }
    const u1 = this.#uniform53();
    const u2 = this.#uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const [cos, sin] = exactCosSin(2 * Math.PI * u1);
    this.#keptNormal = radius * sin;
    return radius * cos;
  }

  #fillUniform(values: Float32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) values[i] = (this.#engine.next() & 0xffffff) * 2 ** -24;
  }

  #uniform53(): number {
    const high = this.#engine.next() & 0x1fffff;
    return (high * 2 ** 32 + this.#engine.next()) * 2 ** -53;
  }
}

/** Where the blocks of 16 begin; the last one overlaps when 16 does not divide `count`. */
function blockOffsets(count: number): readonly number[] {
  const offsets = Array.from({ length: Math.floor(count / 16) }, (_, block) => 16 * block);
  return count % 16 === 0 ? offsets : [...offsets, count - 16];
}

function boxMullerFloat64(values: Float64Array, offset: number): void {
  for (let j = offset; j < offset + 8; j++) {
    // `offset` + 16 is inside `values`.
    const u1 = 1 - (values[j] as number);
    const [cos, sin] = exactCosSin(2 * Math.PI * (values[j + 8] as number));
    const radius = Math.sqrt(-2 * exactLog(u1));
    values[j] = radius * cos;
    values[j + 8] = radius * sin;
  }
}

function toEngineSeed(seed: Seed | bigint): number {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed)) {
    throw new RangeError(`seed: expected an integer up to 2^53-1, got ${seed}; give a larger one as text`);
  }
  return Number(BigInt.asUintN(32, BigInt(seed)));
}

function checkCount(count: number): void {
  if (!Number.isSafeInteger(count) || count < 0) {
    throw new RangeError(`random numbers: expected how many to draw, got ${count}`);
  }
}
