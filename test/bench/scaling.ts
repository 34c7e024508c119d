import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchClient, connectBenchClient } from '../support/bench-client.js';
import { type BuiltServer, buildServer, startBuiltServer, startBuiltWorker } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';
import { startTestRedis, type TestRedis } from '../support/redis-server.js';

// The server with its own worker against the server with one worker and with two on BullMQ: the program as users run it,
// built, everything in processes of its own and Redis on this machine. A run is a node that waits for a fixed time, so that
// what is measured is the way of a run and not the processor.

const SERVICE_MS = 100;
const RUNS = 40;
const WARM_RUNS = 6;
const ROUNDS = 3;
const PAIRS = 60;
const IDLE_SECONDS = 10;
const KEY = 'bench-key-0123456789-abcdef';

interface Figures {
  /** Runs a second, of runs that take SERVICE_MS each. */
  readonly throughput1: number;
  readonly throughput2: number;
  readonly throughputRatio: number;
  /** Median of a run by the queue, less the median of the same by the server's own worker; interleaved. */
  readonly overheadMs: number;
  readonly embeddedRunMs: number;
  readonly queueRunMs: number;
  /** Of one run by the queue, as it is counted while runs follow each other. */
  readonly serverCpuMsPerRun: number;
  readonly redisCpuMsPerRun: number;
  readonly redisCommandsPerRun: number;
  /** In and out. */
  readonly redisKibPerRun: number;
  /** Of a server and a worker that have nothing to do. */
  readonly redisCommandsPerIdleSecond: number;
  /** Whether both make the same files of a workflow with four images of the bundled model. */
  readonly sameBytes: boolean;
}

// Each run is another node, so that none is taken from what is kept.
let seed = 1e6;

const isJson = process.argv.includes('--json');
buildServer();
const figures = await measure();
if (!isJson) for (const [name, value] of Object.entries(figures)) console.log(`${name.padEnd(24)} ${value}`);
console.log(JSON.stringify(figures));

async function measure(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
  const redis = await startTestRedis({ folder });
  const options = { args: ['--queue', redis.url], env: { UNCLIP_QUEUE_KEY: KEY } };
  const toEnd: { end(): Promise<void> }[] = [];
  const keep = <Part extends { end(): Promise<void> }>(part: Part): Part => {
    toEnd.unshift(part);
    return part;
  };
  try {
    const data = join(folder, 'queue');
    keep(await startBuiltWorker(data, options));
    const queue = keep(await startBuiltServer(data, options));
    const own = keep(await startBuiltServer(join(folder, 'own')));
    const [byQueue, byOwn] = [await connectBenchClient(queue), await connectBenchClient(own)];

    const latency = await compareLatency(byOwn, byQueue);
    const idle = await countIdle(redis);
    const costs: RunCosts[] = [];
    const one: number[] = [];
    const two: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await takeCosts(redis, queue);
      one.push(await measureThroughput(queue, byQueue));
      costs.push(perRun(before, await takeCosts(redis, queue)));
      const second = await startBuiltWorker(data, options);
      await untilWorkers(queue, 2);
      two.push(await measureThroughput(queue, byQueue));
      await second.end();
      await untilWorkers(queue, 1);
    }
    // Last, since images are indexed for the gallery while the worker is idle.
    const sameBytes = (await hashesOf(own, byOwn)).join() === (await hashesOf(queue, byQueue)).join();

    for (const client of [byQueue, byOwn]) client.close();
    return {
      throughput1: rounded(median(one)),
      throughput2: rounded(median(two)),
      throughputRatio: rounded(median(two) / median(one)),
      ...latency,
      ...medianCosts(costs),
      redisCommandsPerIdleSecond: rounded(idle, 1),
      sameBytes,
    };
  } finally {
    for (const part of toEnd) await part.end();
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface RunCosts {
  readonly serverCpuMsPerRun: number;
  readonly redisCpuMsPerRun: number;
  readonly redisCommandsPerRun: number;
  readonly redisKibPerRun: number;
}

/** Since the beginning. */
async function takeCosts(redis: TestRedis, server: BuiltServer): Promise<RunCosts> {
  const info = await redis.command('INFO', 'all');
  const read = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]);
  return {
    serverCpuMsPerRun: server.cpuMs(),
    redisCpuMsPerRun: (read('used_cpu_sys') + read('used_cpu_user')) * 1000,
    redisCommandsPerRun: read('total_commands_processed'),
    redisKibPerRun: (read('total_net_input_bytes') + read('total_net_output_bytes')) / 1024,
  };
}

function perRun(before: RunCosts, after: RunCosts): RunCosts {
  const runs = RUNS + WARM_RUNS;
  const share = (name: keyof RunCosts) => (after[name] - before[name]) / runs;
  return {
    serverCpuMsPerRun: share('serverCpuMsPerRun'),
    redisCpuMsPerRun: share('redisCpuMsPerRun'),
    redisCommandsPerRun: share('redisCommandsPerRun'),
    redisKibPerRun: share('redisKibPerRun'),
  };
}

function medianCosts(costs: readonly RunCosts[]): RunCosts {
  const of = (name: keyof RunCosts) => rounded(median(costs.map((cost) => cost[name])), 2);
  return {
    serverCpuMsPerRun: of('serverCpuMsPerRun'),
    redisCpuMsPerRun: of('redisCpuMsPerRun'),
    redisCommandsPerRun: of('redisCommandsPerRun'),
    redisKibPerRun: of('redisKibPerRun'),
  };
}

async function countIdle(redis: TestRedis): Promise<number> {
  const count = async () => Number(/^total_commands_processed:(\d+)/m.exec(await redis.command('INFO', 'stats'))?.[1]);
  const before = await count();
  await new Promise((resolve) => setTimeout(resolve, IDLE_SECONDS * 1000));
  return ((await count()) - before) / IDLE_SECONDS;
}

async function compareLatency(byOwn: BenchClient, byQueue: BenchClient) {
  const own: number[] = [];
  const queue: number[] = [];
  for (let pair = -5; pair < PAIRS; pair++) {
    // The second one finds the processor warmed up.
    const order = pair % 2 === 0 ? [byOwn, byQueue] : [byQueue, byOwn];
    for (const client of order) {
      const { ms } = await client.run({ workflow: sleepFor(20, pair + 1000) });
      if (pair >= 0) (client === byOwn ? own : queue).push(ms);
    }
  }
  const [embeddedRunMs, queueRunMs] = [median(own), median(queue)];
  return {
    overheadMs: rounded(queueRunMs - embeddedRunMs),
    embeddedRunMs: rounded(embeddedRunMs),
    queueRunMs: rounded(queueRunMs),
  };
}

/** All are requested at once, so that no worker waits for the next request. */
async function measureThroughput(server: BuiltServer, client: BenchClient): Promise<number> {
  // The first run of a process compiles what it runs.
  await client.runAll(Array.from({ length: WARM_RUNS }, () => ({ workflow: sleepFor(10, seed++) })));
  const { ms } = await client.runAll(Array.from({ length: RUNS }, () => ({ workflow: sleepFor(SERVICE_MS, seed++) })));
  const { queued } = await ask<{ readonly queued: number }>(server, '/api/queue');
  if (queued > 0) throw new Error(`${queued} runs were left`);
  return (RUNS * 1000) / ms;
}

async function hashesOf(server: BuiltServer, client: BenchClient): Promise<readonly string[]> {
  const { id } = await client.run({ template: 'image-variations' });
  const { outputs } = await ask<{ readonly outputs: readonly { readonly sha256: string }[] }>(
    server,
    `/api/runs/${id}`,
  );
  if (outputs.length !== 4) throw new Error(`expected 4 images, got ${outputs.length}`);
  return outputs.map(({ sha256 }) => sha256);
}

async function untilWorkers(server: BuiltServer, count: number): Promise<void> {
  for (;;) {
    const { workers } = await ask<{ readonly workers: readonly { readonly phase: string }[] }>(server, '/api/workers');
    if (workers.filter(({ phase }) => phase === 'idle').length === count) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function ask<Answer>({ origin, token }: BuiltServer, path: string): Promise<Answer> {
  const answer = await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as Answer;
}

function sleepFor(stepMs: number, seed: number): unknown {
  const nodes = { sleep: { type: 'DevSleep', params: { steps: 1, stepMs, seed } } };
  return { format: 'unclip-workflow', version: 1, nodes };
}
