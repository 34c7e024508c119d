import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rounded } from '../support/measure.js';
import { runSoak, type SoakSample } from '../support/soak.js';

// npm run bench -- soak [--runs 2000] [--json]: does a server that runs and runs hold more and more?
const json = process.argv.includes('--json');
const place = process.argv.indexOf('--runs');
const runs = place < 0 ? 2000 : Number(process.argv[place + 1]);
const folder = mkdtempSync(join(tmpdir(), 'unclip-soak-'));
try {
  const startedMs = performance.now();
  const every = Math.max(1, Math.floor(runs / 20));
  const samples = await runSoak({ folder, runs, every, onSample: (sample) => void (json || console.log(sample)) });
  const seconds = rounded((performance.now() - startedMs) / 1000, 0);
  // The first tenth warms up: models, caches, statements.
  const settled = samples.slice(2);
  console.log(
    JSON.stringify({
      runs,
      seconds,
      serverMib: ends(settled, 'serverMib'),
      workerMib: ends(settled, 'workerMib'),
      serverMibPer1000Runs: slope(settled, 'serverMib'),
      workerMibPer1000Runs: slope(settled, 'workerMib'),
      serverHeapMib: ends(settled, 'heapMib'),
      openFiles: ends(settled, 'openFiles'),
      workerOpenFiles: ends(settled, 'workerOpenFiles'),
      listeners: ends(settled, 'listeners'),
      resources: ends(settled, 'resources'),
      temporaryFiles: ends(settled, 'temporaryFiles'),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function ends(samples: readonly SoakSample[], name: keyof SoakSample): readonly [number, number] {
  return [samples.at(0)?.[name] ?? 0, samples.at(-1)?.[name] ?? 0];
}

/** By least squares, for each 1,000 runs. */
function slope(samples: readonly SoakSample[], name: keyof SoakSample): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanRuns = mean(samples.map(({ runs: count }) => count));
  const meanValue = mean(samples.map((sample) => sample[name]));
  const covariance = mean(samples.map((sample) => (sample.runs - meanRuns) * (sample[name] - meanValue)));
  const variance = mean(samples.map(({ runs: count }) => (count - meanRuns) ** 2));
  return rounded((1000 * covariance) / variance, 1);
}
