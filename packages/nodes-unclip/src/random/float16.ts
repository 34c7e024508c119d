const floatView = new Float32Array(1);
const bitView = new Uint32Array(floatView.buffer);

/** The nearest half-precision number, ties to even; `value` is a float32 number below 65504 in magnitude. */
export function roundToFloat16(value: number): number {
  floatView[0] = value;
  // Index 0 of a view of four bytes.
  const exponent = (((bitView[0] as number) >>> 23) & 255) - 127;
  // Halves are 2^-10 of their power of two apart, and 2^-24 below 2^-14.
  const spacing = 2 ** (Math.max(exponent, -14) - 10);
  // Near 2^52 binary64 numbers are 1 apart, so the sum rounds to an integer, ties to even.
  const steps = Math.abs(value) / spacing + 2 ** 52 - 2 ** 52;
  const magnitude = steps * spacing;
  return value < 0 || Object.is(value, -0) ? -magnitude : magnitude;
}
