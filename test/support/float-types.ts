import type { TensorBytes } from './safetensors-file.js';

export type Tensors = Readonly<Record<string, TensorBytes>>;

/** Sizes of the fields of a float type; all but F64 are cut off float32s. */
const FIELDS = {
  F32: { exponentBits: 8, fractionBits: 23 },
  BF16: { exponentBits: 8, fractionBits: 7 },
  F16: { exponentBits: 5, fractionBits: 10 },
  F8_E4M3: { exponentBits: 4, fractionBits: 3 },
  F8_E5M2: { exponentBits: 5, fractionBits: 2 },
} as const;

export type ShortFloat = keyof typeof FIELDS;

export function mapTensors(tensors: Tensors, map: (tensor: TensorBytes, name: string) => TensorBytes): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, map(tensor, name)]));
}

/** The same values, F32 or F16, in another float type: those of {@link cutOff} if it has fewer digits. */
export function inType(tensor: TensorBytes, dtype: ShortFloat | 'F64'): TensorBytes {
  const words = wordsOf(tensor);
  if (dtype === 'F64') {
    return { ...tensor, dtype, data: new Uint8Array(Float64Array.from(new Float32Array(words.buffer)).buffer) };
  }
  const { exponentBits, fractionBits } = FIELDS[dtype];
  const List = { 8: Uint8Array, 16: Uint16Array, 32: Uint32Array }[1 + exponentBits + fractionBits] ?? Uint32Array;
  const [sign, lowest] = [2 ** (exponentBits + fractionBits), lowestExponent(dtype)];
  const packed = words.map((word) => {
    const exponent = ((word >>> 23) & 0xff) - lowest + 1;
    const magnitude = exponent < 1 ? 0 : (exponent << fractionBits) + ((word & 0x7f_ffff) >>> (23 - fractionBits));
    return (word >>> 31) * sign + magnitude;
  });
  return { ...tensor, dtype, data: new Uint8Array(new List(packed).buffer) };
}

/** As float32, each value without the digits that another type has no room for; what is below its normal numbers is 0. */
export function cutOff(tensor: TensorBytes, dtype: ShortFloat): TensorBytes {
  const [digits, lowest] = [-1 << (23 - FIELDS[dtype].fractionBits), lowestExponent(dtype)];
  const words = wordsOf(tensor).map((word) => (((word >>> 23) & 0xff) < lowest ? word & (1 << 31) : word & digits));
  return { ...tensor, dtype: 'F32', data: new Uint8Array(words.buffer) };
}

/** The exponent bits of the smallest float32 that is a normal number of this type. */
function lowestExponent(dtype: ShortFloat): number {
  return 127 + 1 - (2 ** (FIELDS[dtype].exponentBits - 1) - 1);
}

/** The bits of each value as float32. */
function wordsOf({ dtype, data }: TensorBytes): Uint32Array<ArrayBuffer> {
  const { buffer } = Uint8Array.from(data);
  if (dtype === 'F32') return new Uint32Array(buffer);
  if (dtype !== 'F16') throw new Error(`expected F32 or F16, got ${dtype}`);
  return new Uint32Array(Float32Array.from(new Uint16Array(buffer), halfToNumber).buffer);
}

function halfToNumber(bits: number): number {
  const [sign, exponent, fraction] = [bits & 0x8000 ? -1 : 1, (bits >> 10) & 0x1f, bits & 0x3ff];
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

export function zeros(shape: readonly number[]): TensorBytes {
  return { dtype: 'F16', shape, data: new Uint8Array(2 * shape.reduce((size, dim) => size * dim, 1)) };
}
