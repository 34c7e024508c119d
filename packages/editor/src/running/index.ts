export { withSeedsRaised } from './batch.js';
export { createQueueStore, type QueueState, queueAfter, queueFromSnapshot } from './queue-state.js';
export { beginProgress, fractionDone, progressAfter, type RunProgress, timeLeftMs } from './run-progress.js';
