import type { Redis } from 'ioredis';

/** Sees to it that two servers do not hand out the same queue: each would take the other's runs for forgotten ones. */
export interface QueueOwner {
  /** Writes that the queue is ours, if it is nobody else's. Rejects if Redis does not take it. */
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
