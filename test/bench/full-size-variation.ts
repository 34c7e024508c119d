import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { buildServer } from '../support/built-server.js';
import { median, rounded } from '../support/measure.js';

// npm run bench -- full-size-variation [--json] [--checkpoint DIR] [--side 512] [--steps 4] [--rounds 2] [--bfloat16]
//
// A whole image variation with a checkpoint of the size of stable-diffusion-2-1-unclip, random weights in fp16: processes
// from their start to the saved image, in turn: ours, and diffusers in float32; with --bfloat16 in bfloat16 as well.

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const IMAGE = join(ROOT, 'workflows/images/red-heart.png');

interface Variation {
  /** From the start of the process to the end of the first step. */
  readonly firstMs: number;
  readonly totalMs: number;
  readonly peakMib: number;
}

const option = (name: string, otherwise: string) => {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? otherwise : (process.argv[place + 1] ?? otherwise);
};
const [side, steps, rounds] = [option('side', '512'), option('steps', '4'), Number(option('rounds', '2'))];
const withBfloat16 = process.argv.includes('--bfloat16');
const folder = mkdtempSync(join(tmpdir(), 'unclip-variation-'));
try {
  const checkpoint = option('checkpoint', join(folder, 'checkpoint'));
  if (!process.argv.includes('--checkpoint'))
    run('python3', [join(ROOT, 'tools/reference/full_size_checkpoint.py'), checkpoint]);
  buildServer();
  const sides = {
    ours: () => ours(checkpoint),
    float32: () => diffusers(checkpoint, 'float32'),
    ...(withBfloat16 ? { bfloat16: () => diffusers(checkpoint, 'bfloat16') } : {}),
  };
  const found: Record<string, Variation[]> = { ours: [], float32: [], bfloat16: [] };
  const load = loadavg()[0] ?? 0;
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of Object.entries(sides)) {
      const variation = await measure();
      found[name]?.push(variation);
      if (!process.argv.includes('--json')) console.log(name, variation);
    }
  }
  const middle = (name: string, key: keyof Variation) => median((found[name] ?? []).map((one) => one[key]));
  const figures = Object.fromEntries(
    Object.keys(sides).map((name) => [
      name,
      {
        firstS: rounded(middle(name, 'firstMs') / 1000, 1),
        totalS: rounded(middle(name, 'totalMs') / 1000, 1),
        peakGib: rounded(middle(name, 'peakMib') / 1024, 2),
      },
    ]),
  );
  const ratio = (key: keyof Variation, other: string) => rounded(middle('ours', key) / middle(other, key), 3);
  console.log(
    JSON.stringify({
      ...{ side: Number(side), steps: Number(steps), rounds, loadBefore: rounded(load), ...figures },
      variationRatio: ratio('totalMs', 'float32'),
      ...(withBfloat16 ? { variationRatioBf16: ratio('totalMs', 'bfloat16') } : {}),
      coldStartRatio: ratio('firstMs', 'float32'),
      peakMemoryRatio: ratio('peakMib', 'float32'),
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with code ${status}`);
  return stdout;
}

function diffusers(checkpoint: string, dtype: string): Promise<Variation> {
  const script = join(ROOT, 'tools/reference/full_size_variation.py');
  const stdout = run('python3', [script, checkpoint, IMAGE, join(folder, 'theirs.png'), side, steps, dtype]);
  const [firstMs = 0, totalMs = 0, peakMib = 0] = stdout.trim().split(' ').map(Number);
  return Promise.resolve({ firstMs, totalMs, peakMib });
}

/** The command line as users run it. */
async function ours(checkpoint: string): Promise<Variation> {
  const settings = {
    'model.checkpoint': basename(checkpoint),
    'photo.image': IMAGE,
    'sample.steps': steps,
    'sample.count': '1',
    'sample.width': side,
    'sample.height': side,
  };
  const startedMs = performance.now();
  const child = spawn(
    process.execPath,
    [
      ...[join(ROOT, 'packages/server/bin/unclip.mjs'), 'run', join(ROOT, 'workflows/image-variations.json')],
      ...['--json', '--no-cache', '--device', 'cpu', '--models', dirname(checkpoint), '--out', folder],
      ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let firstMs = 0;
  let peakMib = 0;
  // The peak so far stands there until the process ends; it is read often enough to miss nothing of note.
  const timer = setInterval(() => {
    peakMib = Math.max(peakMib, peakOf(child.pid ?? 0));
  }, 20);
  for await (const line of createInterface({ input: child.stdout })) {
    if (firstMs === 0 && line.includes('"node-progress"')) firstMs = performance.now() - startedMs;
  }
  clearInterval(timer);
  return { firstMs, totalMs: performance.now() - startedMs, peakMib };
}

function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
