import { at } from './linear-combination.js';
import type { StepArgs } from './scheduler.js';
import type { ConfigReader } from './scheduler-config.js';
import { torchSqrt } from './torch-sqrt.js';

const { fround } = Math;

/** What the model was trained to predict. */
export type PredictionType = (typeof PREDICTION_TYPES)[number];

const PREDICTION_TYPES = ['epsilon', 'v_prediction', 'sample'] as const;

/** @param known what the class can work with */
export function readPredictionType(
  reader: ConfigReader,
  known: readonly PredictionType[] = PREDICTION_TYPES,
): PredictionType {
  return reader.choice('prediction_type', 'epsilon', known);
}

/** How much of the image and of the noise is in a sample: alpha x_0 + sigma n. float32 */
export interface Mixture {
  readonly alpha: number;
  readonly sigma: number;
}

type Answer = Pick<StepArgs, 'modelOutput' | 'sample'>;

/** @param alphaProd alpha_bar, as the tables of schedules hold it */
export function mixtureAt(alphaProd: number): Mixture {
  return { alpha: torchSqrt(alphaProd), sigma: torchSqrt(fround(1 - alphaProd)) };
}

/** x_0 from what the model predicts. */
export function predictOriginal(
  prediction: PredictionType,
  { alpha, sigma }: Mixture,
  { modelOutput, sample }: Answer,
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
  { alpha, sigma }: Mixture,
  { modelOutput, sample }: Answer,
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
