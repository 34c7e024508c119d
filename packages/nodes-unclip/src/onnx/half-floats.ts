const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);
const LARGEST_HALF = 65504;

/** The nearest half-precision numbers as bits, ties to even; what is larger becomes the largest there is. */
export function toHalves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfBits);
}

function halfBits(value: number): number {
  floatView[0] = value;
  const bits = bitView[0] as number; // Of the four bytes above.
  const sign = (bits >>> 16) & 0x8000;
  // Halves are 2^-10 of their power of two apart, and 2^-24 below 2^-14.
  const exponent = Math.min(15, Math.max(-14, ((bits >>> 23) & 255) - 127));
  const magnitude = Math.min(Math.abs(value), LARGEST_HALF);
  // Near 2^52 binary64 numbers are 1 apart, so the sum rounds to an integer, ties to even.
  const steps = magnitude / 2 ** (exponent - 10) + 2 ** 52 - 2 ** 52;
  // A full 2,048 steps carry into the exponent, as they should; below 2^-14 there is none.
  return sign | (((exponent + 14) << 10) + steps);
}
