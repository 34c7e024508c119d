import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rounded } from '../support/measure.js';
import { createRandom, simulateQueue } from '../support/queue-simulation.js';
import { startTestRedis } from '../support/redis-server.js';
import { runBench } from '../support/run-bench.js';

// npm run bench -- scaling-simulation [--json]
//
// What 10, 100 and 1,000 workers would do, simulated from what is measured on this machine in the same run: the cost of a run to the
// server's event loop, the time between two runs of a worker and the commands to Redis (`npm run bench -- scaling`), and what Redis
// bears (redis-benchmark). Service times: the bundled model's variation as it is measured here, and an image of a real checkpoint as
// docs/PERFORMANCE.md has it. Arrivals are Poisson; service times scatter by a fifth.

interface Measured {
  readonly throughput1: number;
  readonly throughput2: number;
  readonly serverCpuMsPerRun: number;
  readonly redisCommandsPerRun: number;
  readonly redisCommandsPerIdleSecond: number;
  readonly redisKibPerRun: number;
}

const measured = runBench<Measured>('scaling');
const redisPerSecond = await benchmarkRedis();
// The bench's runs wait for 100 ms each; what a worker takes beyond that lies between two runs.
const SERVICE_MS = 100;
const handOverMs = Math.max(0, 1000 / measured.throughput1 - SERVICE_MS - measured.serverCpuMsPerRun);
const check = [1, 2].map((workers) => {
  const { throughput } = simulate({ workers, meanMs: SERVICE_MS, load: 2, scatter: 0 });
  const real = workers === 1 ? measured.throughput1 : measured.throughput2;
  return { workers, simulated: rounded(throughput), measured: rounded(real) };
});

const rows = [];
for (const [what, meanMs] of [
  ['bundled model, 110 ms', 110],
  ['10 s an image, as on a GPU', 10_000],
  ['full size, 512 px, 20 steps, two cores, 165 s', 165_000],
] as const) {
  for (const workers of [10, 100, 1000]) {
    for (const load of [0.5, 0.8, 0.95]) {
      const found = simulate({ workers, meanMs, load, scatter: 0.2 });
      // One worker and one server without work make the idle commands; nearly all are the worker's.
      const commands = found.throughput * measured.redisCommandsPerRun + workers * measured.redisCommandsPerIdleSecond;
      rows.push({
        what,
        workers,
        load,
        runsPerSecond: rounded(found.throughput),
        meanDelayS: rounded(found.meanDelayMs / 1000, 3),
        p95DelayS: rounded(found.p95DelayMs / 1000, 3),
        serverBusy: rounded(found.serverBusy),
        redisCommandsPerSecond: rounded(commands, 0),
        redisBusy: rounded(commands / redisPerSecond, 3),
      });
    }
  }
}
const bends = rounded(1000 / measured.serverCpuMsPerRun, 0);
if (!process.argv.includes('--json')) {
  console.table(check);
  console.table(rows);
  console.log(
    `Redis bears ${rounded(redisPerSecond, 0)} commands a second here; the server hands out ${bends} runs a second at most.`,
  );
}
console.log(
  JSON.stringify({ measured, handOverMs: rounded(handOverMs), redisPerSecond, maxRunsPerSecond: bends, check, rows }),
);

interface Setting {
  readonly workers: number;
  readonly meanMs: number;
  readonly load: number;
  readonly scatter: number;
}

function simulate({ workers, meanMs, load, scatter }: Setting) {
  return simulateQueue({
    workers,
    arrivalsPerSecond: (load * workers * 1000) / meanMs,
    serviceMs: (random) => meanMs * (1 + scatter * (2 * random() - 1)),
    serverMsPerRun: measured.serverCpuMsPerRun,
    handOverMs,
    runs: Math.max(20_000, workers * 60),
    seed: Math.floor(createRandom(workers)() * 1e9),
  });
}

/** Commands a second that Redis answers to ten clients, one at a time each. */
async function benchmarkRedis(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
  const redis = await startTestRedis({ folder });
  try {
    const port = new URL(redis.url).port;
    const args = ['-p', port, '-t', 'set', '-n', '50000', '-c', '10', '--csv'];
    const { stdout } = spawnSync('redis-benchmark', args, { encoding: 'utf8' });
    return Number(/"SET","([\d.]+)"/.exec(stdout)?.[1] ?? Number.NaN);
  } finally {
    await redis.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
