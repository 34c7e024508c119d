import type { Redis } from 'ioredis';

/** Ensures that two servers do not serve the same queue: each would treat the other's runs as abandoned. */
export interface QueueOwner {
  /** Writes that the queue is ours, if no one else owns it. Rejects if Redis does not accept it. */
  claim(redis: Redis): Promise<void>;
  isOther(): boolean;
}

export interface QueueOwnerOptions {
  readonly key: string;
  readonly server: string;
  /** After so long a server that is gone does not own it any more. */
  readonly ttlMs: number;
  onChange(): void;
}

export function createQueueOwner({ key, server, ttlMs, onChange }: QueueOwnerOptions): QueueOwner {
  let isOther = false;
  return {
    async claim(redis) {
      const owner = await redis.set(key, server, 'PX', ttlMs, 'NX', 'GET');
      if (owner === server) await redis.set(key, server, 'PX', ttlMs);
      const wasOther = isOther;
      isOther = owner !== null && owner !== server;
      if (wasOther !== isOther) onChange();
    },
    isOther: () => isOther,
  };
}
