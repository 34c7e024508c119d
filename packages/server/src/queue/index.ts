// For tests of what BullMQ does by itself, with the versions that the server uses.
export { type Job, Queue, QueueEvents, Worker } from 'bullmq';
export { Redis } from 'ioredis';
export { bullmqPlace } from './bullmq-executor.js';
export { createProgressWriter } from './progress-writer.js';
export { QUEUE_TIMES, type QueueTimes } from './queue-address.js';
export { RedisConnector } from './redis-connector.js';
export { createSigner } from './signer.js';
export { type RemoteWorkerOptions, type RunningWorker, startRemoteWorker } from './start-worker.js';
