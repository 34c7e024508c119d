import { at } from './linear-combination.js';
import type { PredictionType } from './prediction.js';
import type { StepArgs } from './scheduler.js';

const { fround, sqrt } = Math;

type Answer = Pick<StepArgs, 'modelOutput' | 'sample'>;

/** x_0 from what the model predicts, for a sample x_0 + sigma n. */
export function originalAtSigma(
  prediction: PredictionType,
  sigma: number,
  { modelOutput, sample }: Answer,
): Float32Array {
  switch (prediction) {
    case 'epsilon':
      return sample.map((x, i) => x - fround(sigma * at(modelOutput, i)));
    case 'v_prediction': {
      const squares = fround(fround(sigma * sigma) + 1);
      const factor = fround(-sigma / fround(sqrt(squares)));
      return sample.map((x, i) => fround(at(modelOutput, i) * factor) + fround(x / squares));
    }
    case 'sample':
      return modelOutput;
  }
}

/** dx / dsigma of the probability-flow ODE: (x - x_0) / sigma. */
export function derivativeAtSigma(sample: Float32Array, original: Float32Array, sigma: number): Float32Array {
  return sample.map((x, i) => fround(x - at(original, i)) / sigma);
}
