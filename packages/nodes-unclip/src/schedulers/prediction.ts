import type { ConfigReader } from './scheduler-config.js';

/** What the model was trained to predict. */
export type PredictionType = (typeof PREDICTION_TYPES)[number];

const PREDICTION_TYPES = ['epsilon', 'v_prediction', 'sample'] as const;

export function readPredictionType(reader: ConfigReader): PredictionType {
  return reader.choice('prediction_type', 'epsilon', PREDICTION_TYPES);
}
