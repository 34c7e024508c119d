export { withSeedsRaised } from './batch.js';
export { type ForecastRow, forecastRows } from './forecast-rows.js';
export { createQueueStore, type QueueState, queueAfter, queueFromSnapshot } from './queue-state.js';
export { beginProgress, fractionDone, progressAfter, type RunProgress, timeLeftMs } from './run-progress.js';
export { createWorkersStore, type WorkersState, withRun, withWorkers, workersAfter } from './workers-state.js';
