export { bullmqPlace } from './bullmq-place.js';
export { createNewsOutbox } from './news-outbox.js';
export { QUEUE_TIMES, type QueueTimes } from './queue-address.js';
export type { RunNews } from './queue-messages.js';
export { RedisConnector } from './redis-connector.js';
export { takeNews } from './remote-claims.js';
export { createSeal } from './seal.js';
export { type RemoteWorkerOptions, type RunningWorker, startRemoteWorker } from './start-worker.js';
