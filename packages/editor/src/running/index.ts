export { freshRuns, withSeedsRaised } from '../session/running/batch.js';
export { followEnds } from '../session/running/follow-ends.js';
export { createQueueStore, type QueueState, queueAfter, queueFromSnapshot } from '../session/running/queue-state.js';
export {
  beginProgress,
  fractionDone,
  progressAfter,
  type RunProgress,
  timeLeftMs,
} from '../session/running/run-progress.js';
export { createRunnerStore, repeatRuns, warningNotice, warningsAtEnd } from '../session/running/runner-state.js';
export { iconFor, type TabSign } from '../session/running/tab-icon.js';
export { createUiStore } from '../view/ui-state.js';
export { type ForecastRow, forecastRows } from './forecast-rows.js';
export { NO_WORKERS, type WorkersState, withRun, withWorkers, workersAfter } from './workers-state.js';
