import { readFileSync } from 'node:fs';

/** A tensor of a golden file. Half floats are widened to float32, which loses nothing. */
export interface GoldenTensor {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly data: GoldenData;
}

export type GoldenData = Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/**
 * Reads a whole safetensors file: u64 header length, JSON header, then the bytes of the tensors, little-endian.
 * Apart from the one reader of the product on purpose: the goldens then do not depend on what they check.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
export function readGoldenSafetensors(path: string): ReadonlyMap<string, GoldenTensor> {
  const file = readFileSync(path);
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, 8 + headerBytes)) as Record<string, Entry>;
  const tensors = new Map<string, GoldenTensor>();
  for (const [key, entry] of Object.entries(header)) {
    if (key === '__metadata__') continue;
    const [from, to] = entry.data_offsets;
    // A copy, because offsets in the file need not be aligned to the element size.
    const bytes = new Uint8Array(file.subarray(8 + headerBytes + from, 8 + headerBytes + to)).buffer;
    tensors.set(key, { dtype: entry.dtype, dims: entry.shape, data: toData(entry.dtype, bytes) });
  }
  return tensors;
}

function toData(dtype: string, bytes: ArrayBuffer): GoldenData {
  switch (dtype) {
    case 'F32':
      return new Float32Array(bytes);
    case 'F64':
      return new Float64Array(bytes);
    case 'F16':
      return Float32Array.from(new Uint16Array(bytes), halfToNumber);
    case 'U8':
    case 'BOOL':
      return new Uint8Array(bytes);
    case 'I32':
      return new Int32Array(bytes);
    case 'I64':
      return new BigInt64Array(bytes);
    default:
      throw new Error(`a golden tensor of dtype ${dtype} cannot be read`);
  }
}

export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
