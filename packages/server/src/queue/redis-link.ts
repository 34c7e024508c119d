import { rootCertificates } from 'node:tls';
import { Redis, type RedisOptions } from 'ioredis';
import type { QueueAddress, QueueTimes } from './queue-address.js';
import { RedisConnector } from './redis-connector.js';

export interface RedisLinkOptions {
  readonly address: QueueAddress;
  readonly times: QueueTimes;
  readonly channels: readonly string[];
  /** A channel used by no one else. */
  readonly echoChannel: string;
  onMessage(channel: string, bytes: Buffer): void;
  /** Writes something that the next action needs. @throws Error for the operator if it must not continue */
  probe(redis: Redis): Promise<void>;
  /** Redis accepts writes and delivers messages again, or no longer does. */
  onChange(isUp: boolean): void;
}

/**
 * Two connections to Redis, one for commands and one to listen, that are judged by their traffic and not by the state
 * of their sockets: a connection may stay open for hours without passing anything.
 */
export interface RedisLink {
  /**
   * For commands, and for BullMQ: a command waits for a Redis that is away, and is sent again after a lost connection.
   * Its duplicates are closed with the link.
   */
  readonly redis: Redis;
  /** A write and a message to itself have both come through lately. */
  isUp(): boolean;
  /** For how long they have not, or since when that has been tried for the first time. */
  silentMs(): number;
  /** Why, as far as is known. */
  lastProblem(): string | undefined;
  /** @returns whether Redis has taken it; without a connection it is not kept for later */
  publish(channel: string, bytes: Buffer): Promise<boolean>;
  close(): void;
}

// Sockets that let nothing through are given up after so many times the patience; what blocks, blocks for less.
const HALF_OPEN_PATIENCE = 3;
const BLOCKING_PATIENCE = 2;
const SLOWEST_RECONNECT_MS = 1_000;
const RECONNECT_AND_RESEND = 2;

/** For how long a command of BullMQ may block until there is something. */
export function blockMsOf({ patienceMs }: QueueTimes): number {
  return patienceMs * BLOCKING_PATIENCE;
}

export function createRedisLink(options: RedisLinkOptions): RedisLink {
  const { times, channels, echoChannel } = options;
  const redis = connect(options);
  // The library's automatic resubscription fails silently if the connection breaks again meanwhile.
  const subscriber = redis.duplicate({ autoResubscribe: false });
  let problem: string | undefined;
  let lastRoundTripMs = Number.NEGATIVE_INFINITY;
  const createdMs = performance.now();
  let lastResetMs = createdMs;
  let isUp = false;
  let isClosed = false;
  let isProbing = false;

  const note = (error: unknown) => {
    problem = error instanceof Error ? error.message : String(error);
  };
  for (const connection of [redis, subscriber]) connection.on('error', note);
  // Again for every connection: the library resubscribes only to what had succeeded before.
  subscriber.on('ready', () => void subscriber.subscribe(...channels, echoChannel).then(() => probe(), note));

  let onEcho: ((text: string) => void) | undefined;
  subscriber.on('messageBuffer', (channel: Buffer, bytes: Buffer) => {
    const name = channel.toString();
    if (name === echoChannel) onEcho?.(bytes.toString());
    else options.onMessage(name, bytes);
  });

  function untilEcho(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('a message was not delivered in time')), times.commandMs);
      onEcho = (heard) => {
        if (heard !== text) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function probe(): Promise<void> {
    if (isProbing || isClosed) return;
    // Commands wait for a connection; what keeps them waiting is noted where it happens.
    if (redis.status !== 'ready') return judge();
    isProbing = true;
    const startMs = performance.now();
    try {
      const echo = untilEcho(String(startMs));
      const written = options.probe(redis).then(() => redis.publish(echoChannel, String(startMs)));
      await Promise.all([written, echo]);
      lastRoundTripMs = startMs;
      problem = undefined;
    } catch (error) {
      // While disconnected, that reason is more informative than a failed write.
      if (redis.status === 'ready' || problem === undefined) note(error);
    }
    isProbing = false;
    judge();
  }

  const silentMs = () => performance.now() - Math.max(lastRoundTripMs, createdMs);
  const isReached = () => Number.isFinite(lastRoundTripMs) && silentMs() < times.patienceMs;

  function judge(): void {
    if (isClosed) return;
    const wasUp = isUp;
    isUp = isReached();
    if (wasUp !== isUp) options.onChange(isUp);
    const sinceMs = Math.min(silentMs(), performance.now() - lastResetMs);
    // It only listens, so that the library cannot detect whether it is dead.
    if (!isUp && subscriber.status === 'ready' && sinceMs > times.patienceMs * HALF_OPEN_PATIENCE) {
      lastResetMs = performance.now();
      subscriber.disconnect(true);
    }
  }

  const probeTimer = setInterval(() => void probe(), times.probeMs);
  const judgeTimer = setInterval(judge, Math.max(50, times.patienceMs / 10));

  return {
    redis,
    isUp: () => isUp && isReached(),
    silentMs,
    lastProblem: () => problem,
    async publish(channel, bytes) {
      if (redis.status !== 'ready') return false;
      return redis.publish(channel, bytes).then(
        () => true,
        () => false,
      );
    },
    close() {
      isClosed = true;
      clearInterval(probeTimer);
      clearInterval(judgeTimer);
      redis.disconnectAll();
    },
  };
}

/** BullMQ creates its own duplicates, and does not reliably close them while Redis is away. */
class RootConnection extends Redis {
  readonly #duplicates = new Set<Redis>();

  override duplicate(override?: Partial<RedisOptions>): Redis {
    const duplicate = super.duplicate(override);
    // BullMQ takes its listeners off when it closes.
    duplicate.on('error', () => {});
    duplicate.on('end', () => this.#duplicates.delete(duplicate));
    duplicate.on('ready', () => this.#duplicates.add(duplicate));
    this.#duplicates.add(duplicate);
    return duplicate;
  }

  disconnectAll(): void {
    for (const connection of [this, ...this.#duplicates]) connection.disconnect();
  }
}

function connect({ address: { url, ca }, times }: RedisLinkOptions): RootConnection {
  const settings = {
    // As BullMQ needs it: see its documentation, "Going to production".
    maxRetriesPerRequest: null,
    connectTimeout: times.commandMs,
    socketTimeout: times.patienceMs * HALF_OPEN_PATIENCE,
    keepAlive: 10_000,
    Connector: RedisConnector,
    retryStrategy: (attempt) => Math.min(50 * attempt, SLOWEST_RECONNECT_MS),
    // After a failover the address leads to another Redis, while this connection stays with the old one.
    reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? RECONNECT_AND_RESEND : false),
    ...(ca === undefined ? {} : { tls: { ca: [...rootCertificates, ca] } }),
  } satisfies RedisOptions;
  return new RootConnection(url, settings);
}
