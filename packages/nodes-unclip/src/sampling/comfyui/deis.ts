import { combine, eulerStep, type Sampler, slope, stepwise } from './sampler-run.js';

const { exp, log, sqrt } = Math;

const ORDER = 3;
// Points of each Riemann sum.
const POINTS = 10_000;

// The VP schedule whose sigmas from 0.002 to 80 take the time from 0.001 to 1.
const EPSILON = 1e-3;
const LOG_FIRST = log(0.002 ** 2 + 1);
const LOG_LAST = log(80 ** 2 + 1);
const BETA_RANGE = (2 * (LOG_FIRST / EPSILON - LOG_LAST)) / (EPSILON - 1);
const BETA_MIN = LOG_LAST - 0.5 * BETA_RANGE;

/**
 * DEIS of order 3, its coefficients summed in the time of a VP schedule.
 *
 * @see https://arxiv.org/abs/2204.13902; ComfyUI 0.3.64, comfy/k_diffusion/deis.py
 */
export const deisSampler: Sampler = (first, run) => {
  const times = Array.from(run.sigmas, timeOfSigma);
  let slopes: readonly Float32Array[] = [];
  return stepwise((step) => {
    slopes = [slope(step), ...slopes].slice(0, ORDER);
    if (slopes.length === 1 || step.next === 0) return eulerStep(step, step.next);
    const known = slopes.map((_, k) => times[step.index - k] as number);
    const factors = coefficients(known, times[step.index + 1] as number);
    return combine([1, step.sample], ...slopes.map((one, j) => [factors[j] as number, one] as const));
  })(first, run);
};

function timeOfSigma(sigma: number): number {
  return (sqrt(BETA_MIN ** 2 + 2 * BETA_RANGE * log(sigma ** 2 + 1)) - BETA_MIN) / BETA_RANGE;
}

/** What each of the last slopes counts in a step. @param times of these slopes, the latest first */
function coefficients(times: readonly number[], next: number): readonly number[] {
  const [now = 0] = times;
  const sums = times.map(() => 0);
  for (let i = 0; i < POINTS; i++) {
    const tau = now + ((next - now) * i) / (POINTS - 1);
    const alpha = exp(-0.5 * tau ** 2 * BETA_RANGE - tau * BETA_MIN);
    const weight = (0.5 * (tau * BETA_RANGE + BETA_MIN)) / sqrt(alpha * (1 - alpha));
    for (const [j, at] of times.entries()) {
      const share = times.reduce((product, time, k) => (k === j ? product : (product * (tau - time)) / (at - time)), 1);
      sums[j] = (sums[j] as number) + weight * share;
    }
  }
  return sums.map((sum) => (sum * (next - now)) / POINTS);
}
