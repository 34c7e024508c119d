import { at } from './linear-combination.js';
import type { PredictionType } from './prediction.js';
import type { NoiseLevel, StepArgs } from './scheduler.js';

const { fround, log, sqrt } = Math;

/** One noise level, in the three forms the exponential solvers use; float32. A sample there is alpha x_0 + sigma n. */
export interface SolverPoint {
  readonly alpha: number;
  readonly sigma: number;
  /** Half the logarithm of the signal-to-noise ratio; +Infinity where there is no noise. */
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

/** x_0 from what the model predicts. */
export function predictOriginal(
  prediction: PredictionType,
  { alpha, sigma }: SolverPoint,
  { modelOutput, sample }: Pick<StepArgs, 'modelOutput' | 'sample'>,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return sample.map((x, i) => fround(x - fround(sigma * at(modelOutput, i))) / alpha);
    case 'v_prediction':
      return sample.map((x, i) => fround(alpha * x) - fround(sigma * at(modelOutput, i)));
    case 'sample':
      return modelOutput;
  }
}

/** The noise from what the model predicts. */
export function predictNoise(
  prediction: PredictionType,
  { alpha, sigma }: SolverPoint,
  { modelOutput, sample }: Pick<StepArgs, 'modelOutput' | 'sample'>,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return modelOutput;
    case 'v_prediction':
      return sample.map((x, i) => fround(alpha * at(modelOutput, i)) + fround(sigma * x));
    case 'sample':
      return sample.map((x, i) => fround(x - fround(alpha * at(modelOutput, i))) / sigma);
  }
}
