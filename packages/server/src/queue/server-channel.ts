import type { Redis } from 'ioredis';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import { type FromRemoteWorker, type ToRemoteWorker, unpackFromWorker } from './queue-messages.js';
import type { QueueNames } from './queue-names.js';
import { createRedisLink, type RedisLink } from './redis-link.js';
import type { Signer } from './signer.js';

export interface ServerChannelOptions {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  readonly names: QueueNames;
  readonly signer: Signer;
  readonly server: string;
  probe(redis: Redis): Promise<void>;
  onMessage(message: FromRemoteWorker): void;
  /** Something came that was not signed with the key. */
  onUnsigned(): void;
  onChange(isUp: boolean): void;
}

/** The server's end of the pub/sub between it and its workers, signed. Messages sent while Redis is down are lost. */
export interface ServerChannel {
  readonly link: RedisLink;
  tell(worker: string, message: ToRemoteWorker): void;
  tellAll(message: ToRemoteWorker): void;
}

export function createServerChannel(options: ServerChannelOptions): ServerChannel {
  const { names, signer } = options;
  const link = createRedisLink({
    ...options,
    channels: [names.toServer],
    echoChannel: names.echo(options.server),
    onMessage(channel, bytes) {
      const message = signer.verify(channel, bytes);
      if (message === undefined) options.onUnsigned();
      else options.onMessage(unpackFromWorker(message));
    },
  });
  const publish = (channel: string, body: ToRemoteWorker) => void link.publish(channel, signer.sign(channel, { body }));
  return {
    link,
    tell: (worker, message) => publish(names.toWorker(worker), message),
    tellAll: (message) => publish(names.toWorkers, message),
  };
}
