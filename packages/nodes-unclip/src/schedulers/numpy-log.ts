import { fma32 } from '../random/fma32.js';

const { fround } = Math;

// Of a rational approximation of ln(1 + x), all float32; the constant terms are 0 and 1.
const NUMERATOR = [0.02589979117907922, 0.3808837741388408, 1.4800006335765066, 2.112677543073053, 1, 0].map(fround);
const DENOMINATOR = [
  ...[0.005875095403124574, 0.15464763749839067, 0.9864942958519419],
  ...[2.453006071784736, 2.612677543073109, 1],
].map(fround);
const LN2 = fround(Math.LN2);
const SQRT_HALF = fround(Math.SQRT1_2);

/**
 * numpy's float32 logarithm on processors with AVX2 or AVX-512, bit for bit. Every eighth result is a unit in the last
 * place off, which shows where a timestep next to a whole number is cut off to it.
 *
 * @param x a positive normal float32 number
 * @see numpy 2.4.6, numpy/_core/src/umath/loops_exponent_log.dispatch.c.src, simd_log_FLOAT
 */
export function numpyLog(x: number): number {
  // 1. x = m * 2^e with m in (sqrt(1/2), sqrt(2)], r = m - 1
  let exponent = Math.floor(Math.log2(x)) + 1;
  let mantissa = x / 2 ** exponent;
  if (mantissa >= 1) {
    mantissa /= 2;
    exponent += 1;
  }
  if (mantissa <= SQRT_HALF) {
    mantissa *= 2;
    exponent -= 1;
  }
  const r = fround(mantissa - 1);
  // 2. ln(m) = P(r) / Q(r), by Horner's rule
  const horner = (coefficients: readonly number[]) =>
    coefficients.reduce((sum, coefficient) => fma32(sum, r, coefficient));
  const quotient = fround(horner(NUMERATOR) / horner(DENOMINATOR));
  // 3. + e ln 2
  return fma32(exponent, LN2, quotient);
}
