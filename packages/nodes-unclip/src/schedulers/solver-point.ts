import type { Mixture } from './prediction.js';
import type { NoiseLevel } from './scheduler.js';

const { fround, log, sqrt } = Math;

/** One noise level, in the three forms the exponential solvers use; float32. */
export interface SolverPoint extends Mixture {
  /** Half the logarithm of the signal-to-noise ratio; +Infinity without noise. */
  readonly lambda: number;
}

/** @param noise sigma / alpha, as the tables of noise levels hold it */
export function toSolverPoint(noise: number): SolverPoint {
  const alpha = fround(1 / fround(sqrt(fround(fround(noise * noise) + 1))));
  const sigma = fround(noise * alpha);
  return { alpha, sigma, lambda: fround(fround(log(alpha)) - fround(log(sigma))) };
}

/** The point of a call; one past the last call is the end. */
export function pointAt(points: readonly SolverPoint[], index: number): SolverPoint {
  const point = points[index];
  if (point === undefined) throw new Error(`Internal error: no noise level at call ${index}`);
  return point;
}

export function solverLevel({ alpha, sigma }: SolverPoint): NoiseLevel {
  return { signal: alpha, spread: sigma };
}
