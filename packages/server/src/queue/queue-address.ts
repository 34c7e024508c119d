/** The address of the queue, and the key that identifies its members. */
export interface QueueAddress {
  /** `redis://` or `rediss://`, with user and password if there are any. */
  readonly url: string;
  /** Of the queue; several servers, each with its own workers, can share one Redis with different names. */
  readonly name: string;
  /** Signs everything that crosses; the same for the server and all its workers. */
  readonly key: string;
  /** PEM; certificate authorities for a `rediss://` server, in addition to those of the system. */
  readonly ca?: string;
}

/** How long things may take; the defaults are for real networks. */
export interface QueueTimes {
  /** How long a worker holds a run without renewing its lock. */
  readonly lockMs: number;
  /** Between a worker's signs of life. */
  readonly helloMs: number;
  /** One command to Redis. */
  readonly commandMs: number;
  /** Interval for checking whether Redis accepts writes and delivers messages. */
  readonly probeMs: number;
  /** Without such a look that went well, nothing counts as possible any more. */
  readonly patienceMs: number;
}

export const QUEUE_TIMES: QueueTimes = {
  lockMs: 30_000,
  helloMs: 5_000,
  commandMs: 2_000,
  probeMs: 1_000,
  patienceMs: 2_500,
};

/** The address for people: without user and password. */
export function showAddress({ url }: Pick<QueueAddress, 'url'>): string {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** What must not be in any log: the key, and the password of the address in both its spellings. */
export function secretsOf({ url, key }: QueueAddress): readonly string[] {
  const { password } = new URL(url);
  const spellings = password === '' ? [] : [url, password, decodeURIComponent(password)];
  return [...new Set([key, ...spellings])];
}
