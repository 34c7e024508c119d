import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setParams, type Workflow } from '@unclip-studio/graph-core';
import type { RunForecast } from '@unclip-studio/protocol';
import { createRandom, type Random } from '../fuzz/random.js';
import { connectBenchClient } from '../support/bench-client.js';
import { type BuiltServer, buildServer, startBuiltServer } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';

// npm run bench -- forecast [--json] [--seed N]
//
// How accurate the forecast next to Run is: the image-variation workflow with the bundled model, run once unchanged and
// then with 50 random changes of steps, count, size, guidance, scheduler and seed. Each is forecast, run and timed,
// from the request to the event that reports its end.

const ROUNDS = 50;
const WORKFLOW = JSON.parse(readFileSync(join(REPOSITORY, 'workflows/image-variations.json'), 'utf8')) as Workflow;
const SCHEDULERS = ['ddim', 'pndm', 'dpmpp-2m', 'euler', 'euler-a', 'heun', 'unipc', 'lms', 'kdpm2'];

interface Round {
  readonly changed: Readonly<Record<string, unknown>>;
  readonly expectedMs: number;
  readonly ms: number;
}

const given = process.argv.indexOf('--seed');
const seed = given < 0 ? 1 : Number(process.argv[given + 1]);
buildServer();
const folder = mkdtempSync(join(tmpdir(), 'unclip-forecast-'));
try {
  const rounds = await measure(createRandom(seed));
  const factors = rounds.map(({ expectedMs, ms }) => Math.max(expectedMs / ms, ms / expectedMs)).sort((a, b) => a - b);
  const figures = {
    forecastMedianFactor: rounded(median(factors), 2),
    forecastP90Factor: rounded(factors[Math.ceil(0.9 * factors.length) - 1] ?? 0, 2),
    forecastWorstFactor: rounded(factors.at(-1) ?? 0, 2),
    forecastWithin1_5Percent: rounded((100 * factors.filter((factor) => factor <= 1.5).length) / factors.length, 0),
  };
  if (!process.argv.includes('--json')) {
    for (const { changed, expectedMs, ms } of rounds) {
      const words = Object.entries(changed).map(([name, value]) => `${name}=${value}`);
      console.log(`${rounded(expectedMs, 0)} ms expected, ${rounded(ms, 0)} ms: ${words.join(' ')}`);
    }
    console.log(figures);
  }
  console.log(JSON.stringify(figures));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(random: Random): Promise<readonly Round[]> {
  const server = await startBuiltServer(folder);
  try {
    const client = await connectBenchClient(server);
    // As an editor does that has just been opened.
    await wait(1000);
    await client.run({ workflow: WORKFLOW });
    const rounds: Round[] = [];
    let workflow = WORKFLOW;
    for (let round = 0; round < ROUNDS; round++) {
      const changed = drawChanges(random);
      const values = Object.entries(changed).map(([name, value]) => ({ node: 'sample', name, value }));
      workflow = setParams(workflow, values);
      const { expectedMs } = await forecast(server, workflow);
      const { ms } = await client.run({ workflow });
      if (expectedMs === undefined) throw new Error(`no forecast of ${JSON.stringify(changed)}`);
      rounds.push({ changed, expectedMs, ms });
    }
    client.close();
    return rounds;
  } finally {
    await server.end();
  }
}

/** One to three settings of the sampler. */
function drawChanges(random: Random): Readonly<Record<string, unknown>> {
  const side = () => 8 * (8 + random.below(25));
  const changes: readonly (() => Readonly<Record<string, unknown>>)[] = [
    () => ({ steps: 4 + random.below(37) }),
    () => ({ count: 1 + random.below(4) }),
    () => ({ width: side(), height: side() }),
    () => ({ guidanceScale: random.pick([1, 3, 7.5, 12]) }),
    () => ({ scheduler: random.pick(SCHEDULERS) }),
  ];
  // A run whose results are all kept has nothing to foretell, so the seed always differs.
  const drawn = Array.from({ length: 1 + random.below(3) }, () => random.pick(changes)());
  return Object.assign({ seed: random.below(2 ** 31) }, ...drawn);
}

async function forecast({ origin, token }: BuiltServer, workflow: Workflow): Promise<RunForecast> {
  const answer = await fetch(`${origin}/api/forecast`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ workflow }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  return (await answer.json()) as RunForecast;
}
