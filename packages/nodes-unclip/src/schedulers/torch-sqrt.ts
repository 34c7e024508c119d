import { rsqrtEstimate } from './rsqrt-estimate.js';

const { fround } = Math;

/**
 * torch's float32 square root on x86-64, bit for bit. It is not correctly rounded: one result in five is off by one
 * unit in the last place. That matters only where leading digits cancel afterwards.
 *
 * The arithmetic is that of Intel's vector maths library, which torch calls; it uses an estimate that differs between
 * processor makers. The golden numbers come from an AMD processor, and so does the estimate here.
 *
 * @param x a normal float32 number, or 0
 * @see torch 2.13.0, CPU; found by trying candidates, then compared on every float32 number of [1, 4): no difference
 */
export function torchSqrt(x: number): number {
  if (!(x > 0)) return Math.sqrt(x);
  // 1. x = m * 4^k with m in [1, 4), which changes no digit of the result
  const exponent = Math.floor(Math.log2(x));
  const scale = 2 ** (2 * Math.floor(exponent / 2));
  const m = x / scale;
  // 2. one step of Goldschmidt from the estimate: s -> sqrt(m), h -> 1 / (2 sqrt(m)); nothing is fused
  const estimate = rsqrtEstimate(m);
  const s0 = fround(m * estimate);
  const h0 = estimate / 2;
  const error = fround(0.5 - fround(s0 * h0));
  const s = fround(s0 + fround(s0 * error));
  const h = fround(h0 + fround(h0 * error));
  // 3. the residual's share
  const root = fround(s + fround(h * fround(m - fround(s * s))));
  return root * Math.sqrt(scale);
}
