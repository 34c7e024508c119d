import { fma32 } from './fma32.js';

const { fround, sqrt } = Math;

// Cephes coefficients, as in avx_mathfun.h. All are used as float32 numbers.
const LOG_P0 = fround(7.0376836292e-2);
const LOG_P1 = fround(-1.151461031e-1);
const LOG_P2 = fround(1.167699874e-1);
const LOG_P3 = fround(-1.2420140846e-1);
const LOG_P4 = fround(1.4249322787e-1);
const LOG_P5 = fround(-1.6668057665e-1);
const LOG_P6 = fround(2.0000714765e-1);
const LOG_P7 = fround(-2.4999993993e-1);
const LOG_P8 = fround(3.3333331174e-1);
const LOG_Q1 = fround(-2.1219444e-4);
const LOG_Q2 = fround(0.693359375);
const SQRT_HALF = fround(Math.SQRT1_2);
// pi / 4 in three parts, for the argument reduction.
const MINUS_DP1 = fround(-0.78515625);
const MINUS_DP2 = fround(-2.418756484985351e-4);
const MINUS_DP3 = fround(-3.774894977445941e-8);
const SIN_P0 = fround(-1.9515295891e-4);
const SIN_P1 = fround(8.3321608736e-3);
const SIN_P2 = fround(-1.6666654611e-1);
const COS_P0 = fround(2.443315711809948e-5);
const COS_P1 = fround(-1.388731625493765e-3);
const COS_P2 = fround(4.166664568298827e-2);
const FOUR_OVER_PI = fround(4 / Math.PI);
const TWO_PI = fround(2 * Math.PI);

const floatView = new Float32Array(1);
const bitView = new Int32Array(floatView.buffer);

/**
 * Turns 16 uniform numbers in place into 16 normal ones, as torch's AVX2 kernel does.
 *
 * @param data from `offset` on, 16 multiples of 2^-24 in [0, 1)
 * @see pytorch v2.13.0, aten/src/ATen/native/cpu/avx_mathfun.h and DistributionTemplates.h, normal_fill_16_AVX2
 */
export function boxMullerFloat32(data: Float32Array, offset: number): void {
  // Box and Muller 1958, on pairs of numbers which are eight places apart.
  //   u1 = 1 - data[j] in (0, 1]    u2 = data[j + 8]    R -> radius    theta -> angle
  // 1. R = sqrt(-2 ln u1)
  // 2. R cos(2 pi u2) and R sin(2 pi u2)
  uniformToRadius(data, offset);
  rotateRadius(data, offset);
}

// Two loops instead of one: a function of this size still has all its fma32 calls inlined.

/** Step 1, on the first eight values. Cephes logf, its multiply-adds fused where the compiler fused them. */
function uniformToRadius(data: Float32Array, offset: number): void {
  for (let j = offset; j < offset + 8; j++) {
    // u1 = m * 2^e with m in [sqrt(1/2), sqrt(2)), then r = m - 1. The indices are inside their arrays throughout.
    floatView[0] = 1 - (data[j] as number);
    const bits = bitView[0] as number;
    bitView[0] = (bits & 0x007fffff) | 0x3f000000;
    const m = floatView[0] as number;
    const small = m < SQRT_HALF;
    const e = (bits >>> 23) - (small ? 127 : 126);
    const r = small ? fround(fround(m - 1) + m) : fround(m - 1);
    // ln(1 + r) = r - r^2/2 + r^3 P(r)
    const z = fround(r * r);
    let y = fma32(LOG_P0, r, LOG_P1);
    y = fma32(y, r, LOG_P2);
    y = fma32(y, r, LOG_P3);
    y = fma32(y, r, LOG_P4);
    y = fma32(y, r, LOG_P5);
    y = fma32(y, r, LOG_P6);
    y = fma32(y, r, LOG_P7);
    y = fma32(y, r, LOG_P8);
    y = fround(y * r);
    // + e ln 2, in two parts
    y = fma32(y, z, fround(e * LOG_Q1));
    y = fma32(-z, 0.5, y);
    const log = fma32(e, LOG_Q2, fround(r + y));
    data[j] = sqrt(fround(-2 * log));
  }
}

/** Step 2, on eight radii and eight uniform numbers. Cephes sinf and cosf. */
function rotateRadius(data: Float32Array, offset: number): void {
  for (let j = offset; j < offset + 8; j++) {
    const radius = data[j] as number;
    const theta = fround(TWO_PI * (data[j + 8] as number));
    // The octant, rounded up to even, says which polynomial serves which function.
    const octant = (fround(theta * FOUR_OVER_PI) + 1) & ~1;
    let x = fma32(octant, MINUS_DP1, theta);
    x = fma32(octant, MINUS_DP2, x);
    x = fma32(octant, MINUS_DP3, x);
    const z = fround(x * x);
    let c = fma32(COS_P0, z, COS_P1);
    c = fround(fma32(c, z, COS_P2) * z);
    c = fround(fma32(c, z, -fround(z * 0.5)) + 1);
    let s = fma32(SIN_P0, z, SIN_P1);
    s = fround(fma32(s, z, SIN_P2) * z);
    s = fma32(s, x, x);
    const swapped = (octant & 2) !== 0;
    const cos = swapped ? s : c;
    const sin = swapped ? c : s;
    data[j] = radius * (((octant - 2) & 4) === 0 ? -cos : cos);
    data[j + 8] = radius * ((octant & 4) === 0 ? sin : -sin);
  }
}
