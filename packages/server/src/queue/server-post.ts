import type { Redis } from 'ioredis';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import { type FromRemoteWorker, type ToRemoteWorker, unpackFromWorker } from './queue-messages.js';
import { jobQueueOf, type QueueNames } from './queue-names.js';
import { createRedisLink, type RedisLink } from './redis-link.js';
import type { Seal } from './seal.js';

export interface ServerPostOptions {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  readonly names: QueueNames;
  readonly seal: Seal;
  readonly server: string;
  probe(redis: Redis): Promise<void>;
  onMessage(message: FromRemoteWorker): void;
  /** Something came that nobody has signed who knows the key. */
  onUnsigned(): void;
  onChange(isUp: boolean): void;
}

/** What the server and its workers say to each other, signed. What is said while Redis is away is lost. */
export interface ServerPost {
  readonly link: RedisLink;
  tell(worker: string, message: ToRemoteWorker): void;
  tellAll(message: ToRemoteWorker): void;
  /** For the worker's queue of jobs. */
  sealJob(worker: string, job: unknown): Buffer;
}

export function createServerPost(options: ServerPostOptions): ServerPost {
  const { names, seal } = options;
  const link = createRedisLink({
    ...options,
    channels: [names.toServer],
    echoChannel: names.echo(options.server),
    onMessage(channel, bytes) {
      const sealed = seal.open(channel, bytes);
      if (sealed === undefined) options.onUnsigned();
      else options.onMessage(unpackFromWorker(sealed));
    },
  });
  const publish = (channel: string, body: ToRemoteWorker) => void link.publish(channel, seal.close(channel, { body }));
  return {
    link,
    tell: (worker, message) => publish(names.toWorker(worker), message),
    tellAll: (message) => publish(names.toWorkers, message),
    sealJob: (worker, job) => seal.close(jobQueueOf(worker), { body: job }),
  };
}
