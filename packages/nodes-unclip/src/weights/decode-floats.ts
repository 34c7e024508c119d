import type { SafetensorsDtype } from './safetensors.js';

/** Little-endian bytes of a float tensor as float32; `null` for a type that holds no such floats. */
export function decodeFloats(dtype: SafetensorsDtype, bytes: Uint8Array): Float32Array | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'F32':
      return Float32Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
    case 'F16':
      return Float32Array.from({ length: bytes.length / 2 }, (_, i) => float16ToNumber(view.getUint16(2 * i, true)));
    case 'F64':
      return Float32Array.from({ length: bytes.length / 8 }, (_, i) => view.getFloat64(8 * i, true));
    case 'F8_E5M2':
      // The upper half of a binary16.
      return Float32Array.from(bytes, (bits) => float16ToNumber(bits << 8));
    case 'F8_E4M3':
      return Float32Array.from(bytes, float8e4m3ToNumber);
    case 'BF16':
      // The upper half of a binary32. Exact.
      return new Float32Array(
        Uint32Array.from({ length: bytes.length / 2 }, (_, i) => view.getUint16(2 * i, true) * 2 ** 16).buffer,
      );
    default:
      return null;
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. Exact. */
function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** 1 sign, 4 exponent (bias 7), 3 fraction bits; no infinities, and NaN where all bits are set. Exact. */
function float8e4m3ToNumber(bits: number): number {
  const sign = bits & 0x80 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 7;
  if (exponent === 0) return sign * fraction * 2 ** -9;
  if (exponent === 0xf && fraction === 7) return Number.NaN;
  return sign * (1 + fraction / 8) * 2 ** (exponent - 7);
}
