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

type Answer = Pick<StepArgs, 'modelOutput' | 'sample'>;

/** x_0 from what the model predicts, for a sample sqrt(alpha_bar) x_0 + sqrt(1 - alpha_bar) n. */
export function originalAtAlpha(
  prediction: PredictionType,
  alphaProd: number,
  { modelOutput, sample }: Answer,
): Float32Array {
  const [a, s] = [torchSqrt(alphaProd), torchSqrt(fround(1 - alphaProd))];
  switch (prediction) {
    case 'epsilon':
      return sample.map((x, i) => fround(x - fround(s * at(modelOutput, i))) / a);
    case 'v_prediction':
      return sample.map((x, i) => fround(a * x) - fround(s * at(modelOutput, i)));
    case 'sample':
      return modelOutput;
  }
}

/** The same, and n. */
export function originalAndNoise(prediction: PredictionType, alphaProd: number, answer: Answer) {
  const { modelOutput, sample } = answer;
  const original = originalAtAlpha(prediction, alphaProd, answer);
  const [a, s] = [torchSqrt(alphaProd), torchSqrt(fround(1 - alphaProd))];
  switch (prediction) {
    case 'epsilon':
      return { original, epsilon: modelOutput };
    case 'v_prediction':
      return { original, epsilon: sample.map((x, i) => fround(a * at(modelOutput, i)) + fround(s * x)) };
    case 'sample':
      return { original, epsilon: sample.map((x, i) => fround(x - fround(a * at(original, i))) / s) };
  }
}
