export { freshRuns, withSeedsRaised } from '../session/running/batch.js';
export { createQueueStore, type QueueState, queueAfter, queueFromSnapshot } from '../session/running/queue-state.js';
export {
  beginProgress,
  fractionDone,
  progressAfter,
  type RunProgress,
  timeLeftMs,
} from '../session/running/run-progress.js';
export { type ForecastRow, forecastRows } from './forecast-rows.js';
export { NO_WORKERS, type WorkersState, withRun, withWorkers, workersAfter } from './workers-state.js';
