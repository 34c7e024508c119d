import type { SolverPoint } from './solver-point.js';

const { exp, fround, sqrt } = Math;

/** The factors of one update of DPM-Solver++, float32. */
export interface DpmppCoefficients {
  readonly sample: number;
  readonly d0: number;
  /** Of D1 in the midpoint form of order 2. */
  readonly d1Midpoint: number;
  /** Of D1 in all other forms. */
  readonly d1: number;
  readonly d2: number;
  readonly noise: number;
}

/**
 * Lu et al. 2022, DPM-Solver++, https://arxiv.org/abs/2211.01095, appendix B; SDE: equations (18) and (19).
 *
 * @param points `h` may be +Infinity where the step ends without noise; d1 and d2 are of no use then
 */
export function dpmppCoefficients(
  { target, from }: { readonly target: SolverPoint; readonly from: SolverPoint },
  { stochastic }: { readonly stochastic: boolean },
): DpmppCoefficients {
  // target, from -> t, s    h -> lambda_t - lambda_s
  const { alpha, sigma } = target;
  const h = fround(target.lambda - from.lambda);
  const shrink = fround(sigma / from.sigma);
  if (stochastic) {
    // decay -> 1 - e^-2h
    const decay = fround(1 - fround(exp(fround(-2 * h))));
    const d0 = fround(alpha * decay);
    const twice = fround(2 * h);
    return {
      sample: fround(shrink * fround(exp(-h))),
      d0,
      d1Midpoint: 0.5 * d0,
      d1: fround(alpha * fround(fround(decay / -twice) + 1)),
      d2: fround(alpha * fround(fround(fround(decay - twice) / fround(twice * twice)) - 0.5)),
      noise: fround(sigma * fround(sqrt(decay))),
    };
  }
  // growth -> e^-h - 1
  const growth = fround(fround(exp(-h)) - 1);
  const d0 = -fround(alpha * growth);
  return {
    sample: shrink,
    d0,
    d1Midpoint: 0.5 * d0,
    d1: fround(alpha * fround(fround(growth / h) + 1)),
    d2: -fround(alpha * fround(fround(fround(growth + h) / fround(h * h)) - 0.5)),
    noise: 0,
  };
}
