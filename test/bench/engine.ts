import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, rounded } from '../support/measure.js';
import { runMeasured } from '../support/process-peak.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const CLI = join(ROOT, 'packages/server/bin/unclip.mjs');
const WORKFLOW = join(ROOT, 'workflows/image-variations.json');
const IMAGE = join(ROOT, 'workflows/images/penguin.png');
const CHECKPOINT = join(ROOT, 'models/emoji-unclip');
const DIFFUSERS = join(ROOT, 'tools/reference/diffusers_variations.py');
const COLD_ROUNDS = 5;
const WARM_ROUNDS = 12;
const VARIATIONS = 4;

interface Side {
  readonly name: string;
  readonly cold: { readonly command: string; readonly args: (out: string) => readonly string[] };
  /** A process that makes one set of variations for each seed it reads, and answers with the milliseconds it took. */
  readonly warm: { readonly command: string; readonly args: (out: string) => readonly string[] };
}

const ours: Side = {
  name: 'unclip-studio',
  cold: { command: process.execPath, args: (out) => [CLI, 'run', WORKFLOW, '--no-cache', '--out', out] },
  warm: {
    command: process.execPath,
    args: (out) => ['--import', 'tsx', join(ROOT, 'test/bench/engine-serve.ts'), out],
  },
};

const diffusers: Side = {
  name: 'diffusers',
  cold: { command: 'python3', args: (out) => [DIFFUSERS, CHECKPOINT, IMAGE, out] },
  warm: { command: 'python3', args: (out) => [DIFFUSERS, CHECKPOINT, IMAGE, out, '--serve'] },
};

interface Figures {
  readonly coldMs: number;
  readonly peakMib: number;
  readonly variationMs: number;
}

const withDiffusers = spawnSync('python3', ['-c', 'import torch, diffusers, transformers']).status === 0;
const sides = withDiffusers ? [ours, diffusers] : [ours];
if (!withDiffusers) console.log('No Python with torch, diffusers and transformers here: no comparison, ours alone.');
const out = mkdtempSync(join(tmpdir(), 'unclip-bench-'));
try {
  const figures = await measure(sides);
  report(figures);
} finally {
  rmSync(out, { recursive: true, force: true });
}

async function measure(compared: readonly Side[]): Promise<readonly Figures[]> {
  const cold = compared.map(() => ({ ms: [] as number[], mib: [] as number[] }));
  // One unmeasured round fills the page cache for both alike.
  for (let round = -1; round < COLD_ROUNDS; round++) {
    for (const [i, side] of compared.entries()) {
      const run = await runMeasured(side.cold.command, side.cold.args(out));
      if (round < 0) continue;
      cold[i]?.ms.push(run.durationMs);
      cold[i]?.mib.push(run.peakMib);
    }
  }
  if (readdirSync(out).length < compared.length * VARIATIONS) throw new Error('a cold run wrote too few images');
  const warm = await measureWarm(compared);
  return compared.map((_, i) => ({
    coldMs: median(cold[i]?.ms ?? []),
    peakMib: median(cold[i]?.mib ?? []),
    variationMs: median(warm[i] ?? []) / VARIATIONS,
  }));
}

async function measureWarm(compared: readonly Side[]): Promise<readonly (readonly number[])[]> {
  const servers = compared.map(({ warm }) => {
    const child = spawn(warm.command, warm.args(out), { stdio: ['pipe', 'pipe', 'inherit'], cwd: ROOT });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, next: async () => String((await lines.next()).value) };
  });
  const times: number[][] = compared.map(() => []);
  try {
    for (const server of servers) {
      for (let line = ''; line !== 'ready'; ) line = await server.next();
    }
    for (let round = -2; round < WARM_ROUNDS; round++) {
      for (const [i, server] of servers.entries()) {
        server.child.stdin.write(`${1000 + round}\n`);
        const ms = Number(await server.next());
        if (!Number.isFinite(ms)) throw new Error(`${compared[i]?.name}: no answer to a seed`);
        if (round >= 0) times[i]?.push(ms);
      }
    }
  } finally {
    for (const { child } of servers) child.kill();
  }
  return times;
}

function report(figures: readonly Figures[]): void {
  const [us, them] = figures;
  if (us === undefined) throw new Error('Internal error: nothing was measured');
  const row = ({ variationMs, coldMs, peakMib }: Figures) => ({
    'ms a variation': rounded(variationMs, 1),
    'process to file, ms': rounded(coldMs, 0),
    'peak memory, MiB': rounded(peakMib, 0),
  });
  console.log(`bundled model, ${VARIATIONS} variations, DDIM 20 steps, guidance on; medians of interleaved repeats`);
  console.table(Object.fromEntries(figures.map((side, i) => [sides[i]?.name, row(side)])));
  const ratio = (key: keyof Figures) => (them === undefined ? null : rounded(us[key] / them[key], 3));
  const named = {
    variationRatio: ratio('variationMs'),
    coldStartRatio: ratio('coldMs'),
    peakMemoryRatio: ratio('peakMib'),
    processToFileMs: rounded(us.coldMs, 0),
    variationMs: rounded(us.variationMs, 1),
    peakMib: rounded(us.peakMib, 0),
  };
  console.log(`ours / diffusers: ${JSON.stringify(named)}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify(named));
}
