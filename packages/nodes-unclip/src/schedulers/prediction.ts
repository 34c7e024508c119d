import type { ConfigReader } from './scheduler-config.js';

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
