const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);
const LARGEST_HALF = 65504;

/** The nearest half-precision number, ties to even; `value` is a float32 number below 65504 in magnitude. */
export function roundToFloat16(value: number): number {
  const exponent = halfExponent(value);
  const magnitude = toSteps(Math.abs(value), exponent) * stepAt(exponent);
  return value < 0 || Object.is(value, -0) ? -magnitude : magnitude;
}

/** The nearest half-precision numbers as bits, ties to even; larger numbers become the largest one. */
export function toHalves(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, halfBits);
}

function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.min(Math.abs(value), LARGEST_HALF);
  const exponent = halfExponent(magnitude);
  // Rounding up a full 2,048 steps carries into the exponent, as it should; below 2^-14 there is none.
  return sign | (((exponent + 14) << 10) + toSteps(magnitude, exponent));
}

/** The exponent of a float32 number, down to the smallest one that halves have. */
function halfExponent(value: number): number {
  floatView[0] = value;
  // Index 0 of a view of four bytes.
  return Math.max(-14, (((bitView[0] as number) >>> 23) & 255) - 127);
}

/** Halves are 2^-10 of their power of two apart, and 2^-24 below 2^-14. */
function stepAt(exponent: number): number {
  return 2 ** (exponent - 10);
}

function toSteps(magnitude: number, exponent: number): number {
  // Near 2^52 binary64 numbers are 1 apart, so the sum rounds to an integer, ties to even.
  return magnitude / stepAt(exponent) + 2 ** 52 - 2 ** 52;
}
