/** The names of everything in Redis that belongs to one queue. */
export interface QueueNames {
  /** Before the keys of BullMQ. */
  readonly prefix: string;
  /** Key: the server that owns the queue. */
  readonly owner: string;
  /** Key: a set of the ids of workers that have a BullMQ queue. */
  readonly queues: string;
  /** Channel: from workers to the server. */
  readonly toServer: string;
  /** Channel: from the server to all workers. */
  readonly toWorkers: string;
  /** Channel: from the server to one worker. */
  toWorker(id: string): string;
  /** Channel: messages to oneself, to check whether they are delivered. */
  echo(id: string): string;
}

export function queueNames(name: string): QueueNames {
  const of = (part: string) => `unclip:${name}:${part}`;
  return {
    prefix: of('jobs'),
    owner: of('owner'),
    queues: of('queues'),
    toServer: of('to-server'),
    toWorkers: of('to-workers'),
    toWorker: (id) => of(`to-worker:${id}`),
    echo: (id) => of(`echo:${id}`),
  };
}

/** Each worker takes its runs from its own BullMQ queue, since the server decides which worker gets a run. */
export function jobQueueOf(worker: string): string {
  return `worker-${worker}`;
}

/** For what the messages of a worker's jobs are signed, so that none can be passed off as another one. */
export function jobAddressesOf(worker: string) {
  const queue = jobQueueOf(worker);
  return { order: queue, progress: `${queue} progress`, result: `${queue} result` };
}

/** The same claim sent twice is one job. */
export function jobIdOf({ runId, token }: { readonly runId: string; readonly token: number }): string {
  return `${runId}-${token}`;
}
