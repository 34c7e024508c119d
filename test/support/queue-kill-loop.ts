import type { ChildProcess } from 'node:child_process';
import type { StoredRun } from '@unclip-studio/server';
import { findBroken, forkRunServer, mulberry32, readEnded } from './kill-loop.js';
import { sleepThenSave, sweepThenSave } from './queue-promises.js';
import type { TestRedis } from './redis-server.js';
import type { FromRunServer, ToRunServer } from './run-server.js';
import { waitUntil } from './run-service-rig.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

export interface QueueKillLoopOptions {
  readonly folder: string;
  readonly redis: TestRedis;
  readonly rounds: number;
  readonly seed: number;
  onRound?(line: string): void;
}

export interface QueueKillLoopReport {
  readonly acknowledged: number;
  readonly refused: number;
  readonly succeeded: number;
  readonly cancelled: number;
  readonly quarantined: number;
  /** What was done to whom, how often. */
  readonly acts: Readonly<Record<string, number>>;
}

const ACTS = [
  'kill server',
  'kill worker',
  'freeze worker',
  'end worker',
  'kill redis',
  'freeze redis',
  'cut connections',
  'cancel',
] as const;

/**
 * Queues runs, some of which are shared out, while server, two workers and Redis are killed, frozen and cut off at random, and looks after each time the
 * server was killed, and at the end, whether every promise was kept: no acknowledged run lost or doubled, one terminal
 * state each that never changes, no image twice.
 *
 * @throws Error with the seed, the round and what is wrong
 */
export async function runQueueKillLoop(options: QueueKillLoopOptions): Promise<QueueKillLoopReport> {
  const { folder, redis, rounds, seed } = options;
  const random = mulberry32(seed);
  const acknowledged: string[] = [];
  const cancelAcknowledged = new Set<string>();
  const ended = new Map<string, StoredRun>();
  const acts: Record<string, number> = {};
  let refused = 0;
  let keys = 0;

  function note(message: FromRunServer): void {
    if (message.type === 'queued') acknowledged.push(message.id);
    if (message.type === 'refused') refused++;
    if (message.type === 'cancelled') cancelAcknowledged.add(message.id);
  }
  const startServer = () => forkRunServer([folder, redis.url], note);
  const startWorker = () => startWorkerProcess({ url: redis.url, folder });
  let server = await startServer();
  const workers: WorkerProcess[] = [await startWorker(), await startWorker()];

  async function check(where: string): Promise<void> {
    const wrong = await findBroken({ folder, acknowledged, cancelAcknowledged, ended, besideWorkers: true });
    if (wrong.length > 0) throw new Error(`seed ${seed}, ${where}: ${wrong.join('; ')}`);
  }

  async function act(name: (typeof ACTS)[number]): Promise<void> {
    acts[name] = (acts[name] ?? 0) + 1;
    const place = Math.floor(random() * workers.length);
    const worker = workers[place] as WorkerProcess;
    const pauseMs = random() * 4_500;
    switch (name) {
      case 'kill server':
        await kill(server);
        await check(`at kill ${acts[name]} of the server`);
        server = await startServer();
        break;
      case 'kill worker':
        await worker.end();
        workers[place] = await startWorker();
        break;
      case 'freeze worker':
        worker.signal('SIGSTOP');
        await sleep(pauseMs);
        worker.signal('SIGCONT');
        break;
      case 'end worker':
        worker.signal('SIGTERM');
        await worker.gone();
        workers[place] = await startWorker();
        break;
      case 'kill redis':
        await redis.kill();
        await sleep(pauseMs);
        await redis.start();
        break;
      case 'freeze redis':
        redis.freeze();
        await sleep(pauseMs);
        redis.thaw();
        break;
      case 'cut connections':
        for (const kind of ['normal', 'pubsub']) await redis.command('CLIENT', 'KILL', 'TYPE', kind);
        break;
      case 'cancel': {
        const id = acknowledged.at(-1);
        if (id !== undefined) tell({ type: 'cancel', id });
      }
    }
  }
  const tell = (message: ToRunServer) => void server.send(message);

  try {
    for (let round = 1; round <= rounds; round++) {
      for (let i = 0; i < 3; i++) {
        const workflow = i === 2 ? sweepThenSave(keys) : sleepThenSave(keys, { steps: 10 });
        tell({ type: 'enqueue', key: `key ${keys++}`, workflow });
      }
      await sleep(random() * 700);
      const name = ACTS[Math.floor(random() * ACTS.length)] as (typeof ACTS)[number];
      await act(name);
      options.onRound?.(`round ${round}: ${name}; ${acknowledged.length} acknowledged, ${refused} refused`);
    }
    await waitUntil(() => readEnded(folder, acknowledged), 120_000);
    await kill(server);
    await check('at the end');
  } finally {
    await kill(server);
    for (const worker of workers) await worker.end();
  }
  const states = [...ended.values()];
  const count = (state: string) => states.filter((run) => run.state === state).length;
  return {
    acknowledged: acknowledged.length,
    refused,
    succeeded: count('succeeded'),
    cancelled: count('cancelled'),
    quarantined: count('failed'),
    acts,
  };
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGKILL');
  await gone;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
