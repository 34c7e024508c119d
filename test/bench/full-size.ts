import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TorchGenerator } from '@unclip-studio/nodes-unclip';
import { median, rounded } from '../support/measure.js';

// npm run bench -- full-size [--json] [--checkpoint DIR]
//
// A UNet of the size of stable-diffusion-2-1-unclip with random weights in fp16: ours against diffusers on the CPU, a
// sampling step with guidance (batch 2). Makes the checkpoint (1.7 GB) in a temporary folder unless one is given. Takes
// about 14 GB of memory and some minutes.

const ROOT = new URL('../..', import.meta.url).pathname;
const MAKE = join(ROOT, 'tools/reference/full_size_checkpoint.py');
const STEPS = join(ROOT, 'tools/reference/unet_steps.py');
const SERVE = join(ROOT, 'test/bench/full-size-serve.ts');
const COLD_ROUNDS = 2;
const ROUNDS = { 256: 4, 512: 3 } as const;
type PictureSide = keyof typeof ROUNDS;

interface Side {
  readonly name: 'ours' | 'float32' | 'bfloat16';
  command(checkpoint: string, cells: number, folder: string): readonly [string, readonly string[]];
}

// As users run it, where it is built; the sources otherwise, which start a little later.
const isBuilt = existsSync(join(ROOT, 'packages/server/dist/index.js'));
const ours: Side = {
  name: 'ours',
  command: (checkpoint, cells, folder) => [
    process.execPath,
    [
      ...['--import', 'tsx', ...(isBuilt ? [] : ['--conditions=source']), SERVE],
      ...[checkpoint, String(cells), folder, outFile(folder, 'ours')],
    ],
  ],
};

function diffusers(name: 'float32' | 'bfloat16'): Side {
  return {
    name,
    command: (checkpoint, cells, folder) => [
      'python3',
      [STEPS, checkpoint, String(cells), folder, outFile(folder, name), name],
    ],
  };
}

/** What one side took at one size. */
interface Measured {
  readonly name: Side['name'];
  /** From the start of the process to the end of its first step. */
  readonly coldMs: readonly number[];
  readonly stepMs: readonly number[];
  /** On all cores; other programs change it less than the time on the clock. */
  readonly cpuMs: readonly number[];
  readonly peakMib: number;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-full-size-'));
  try {
    const given = process.argv.indexOf('--checkpoint');
    const checkpoint = given < 0 ? makeCheckpoint(folder) : (process.argv[given + 1] ?? '');
    writeInputs(folder);
    const loadBefore = loadavg()[0] ?? 0;
    const small = await measure(256, { sides: [ours, diffusers('float32')], checkpoint, folder });
    const smallError = largestError(folder);
    const sides = [ours, diffusers('float32'), diffusers('bfloat16')];
    const large = await measure(512, { sides, checkpoint, folder });
    report({ small, large, errors: [smallError, largestError(folder)], loads: [loadBefore, loadavg()[0] ?? 0] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeCheckpoint(folder: string): string {
  const checkpoint = join(folder, 'checkpoint');
  console.log('making a checkpoint with random weights ...');
  const made = spawnSync('python3', [MAKE, checkpoint], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (made.status !== 0) throw new Error('the checkpoint could not be made');
  return checkpoint;
}

function writeInputs(folder: string): void {
  const generator = new TorchGenerator(1);
  const write = (name: string, count: number) =>
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(Float32Array.from(generator.randn(count)).buffer));
  for (const cells of [32, 64]) write(`sample-${cells}`, 2 * 4 * cells * cells);
  write('states', 2 * 77 * 1024);
  write('labels', 2 * 2048);
}

/** Cold starts one after the other; then all sides at once, taking turns. */
async function measure(
  sidePx: PictureSide,
  given: { readonly sides: readonly Side[]; readonly checkpoint: string; readonly folder: string },
): Promise<readonly Measured[]> {
  const { sides, checkpoint, folder } = given;
  const measured = sides.map(({ name }) => ({
    name,
    coldMs: [] as number[],
    stepMs: [] as number[],
    cpuMs: [] as number[],
    peakMib: 0,
  }));
  const start = (side: Side) => new Stepper(...side.command(checkpoint, sidePx / 8, folder));
  // The first round, which fills the page cache for all alike, is not counted.
  for (let round = sidePx === 256 ? -1 : COLD_ROUNDS; round < COLD_ROUNDS; round++) {
    for (const [i, side] of sides.entries()) {
      const startedMs = performance.now();
      const stepper = start(side);
      await stepper.step();
      const coldMs = performance.now() - startedMs;
      console.error(`${sidePx} px, ${side.name}: first step after ${rounded(coldMs / 1000)} s`);
      if (round >= 0) measured[i]?.coldMs.push(coldMs);
      await stepper.end();
    }
  }
  const steppers = sides.map(start);
  for (let round = -1; round < ROUNDS[sidePx]; round++) {
    for (const [i, stepper] of steppers.entries()) {
      const { ms, cpuMs, peakMib } = await stepper.step();
      const one = measured[i];
      if (one === undefined) throw new Error('Internal error: one stepper a side');
      console.error(`${sidePx} px, ${one.name}: ${rounded(ms / 1000)} s, peak ${rounded(peakMib, 0)} MiB`);
      if (round >= 0) one.stepMs.push(ms);
      if (round >= 0) one.cpuMs.push(cpuMs);
      one.peakMib = Math.max(one.peakMib, peakMib);
    }
  }
  for (const stepper of steppers) await stepper.end();
  return measured;
}

/** A process that does a step for each line it reads. */
class Stepper {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd: ROOT });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  async step(): Promise<{ readonly ms: number; readonly cpuMs: number; readonly peakMib: number }> {
    this.#child.stdin?.write('step\n');
    const { value } = await this.#lines.next();
    const [ms = Number.NaN, cpuMs = Number.NaN, peakMib = Number.NaN] = String(value).split(' ').map(Number);
    if (!Number.isFinite(ms)) throw new Error('a side ended without an answer');
    return { ms, cpuMs, peakMib };
  }

  async end(): Promise<void> {
    const ended = new Promise((done) => this.#child.on('close', done));
    this.#child.stdin?.end();
    await ended;
  }
}

function outFile(folder: string, name: Side['name']): string {
  return join(folder, `${name}.out`);
}

/** Between ours and diffusers in float32; the predictions have a deviation of about 1. */
function largestError(folder: string): number {
  const [one, other] = (['ours', 'float32'] as const).map((name) => {
    const { buffer, byteOffset, length } = readFileSync(outFile(folder, name));
    return new Float32Array(buffer.slice(byteOffset, byteOffset + length));
  });
  if (one === undefined || one.length === 0 || one.length !== other?.length) throw new Error('outputs of unlike sizes');
  return one.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (other[i] ?? Number.NaN))), 0);
}

function report(found: {
  readonly small: readonly Measured[];
  readonly large: readonly Measured[];
  readonly errors: readonly number[];
  readonly loads: readonly number[];
}): void {
  const row = ({ name, stepMs, cpuMs, coldMs, peakMib }: Measured, sidePx: number) => ({
    side: name,
    px: sidePx,
    'step, s (median)': rounded(median(stepMs) / 1000),
    'step, s (least)': rounded(Math.min(...stepMs) / 1000),
    'step, CPU s (least)': rounded(Math.min(...cpuMs) / 1000),
    'cold start, s': coldMs.length === 0 ? '' : rounded(median(coldMs) / 1000),
    'peak memory, MiB': rounded(peakMib, 0),
  });
  console.table([...found.small.map((side) => row(side, 256)), ...found.large.map((side) => row(side, 512))]);
  console.log(`load average ${found.loads.map((load) => rounded(load, 1)).join(' before, ')} after`);
  const ratio = (sides: readonly Measured[], to: Side['name'], figure: (side: Measured) => number) => {
    const [us, them] = (['ours', to] as const).map((name) => sides.find((side) => side.name === name));
    return us === undefined || them === undefined ? null : rounded(figure(us) / figure(them), 3);
  };
  const step = ({ stepMs }: Measured) => median(stepMs);
  const named = {
    step256Ratio: ratio(found.small, 'float32', step),
    step512Ratio: ratio(found.large, 'float32', step),
    coldStartRatio: ratio(found.small, 'float32', ({ coldMs }) => median(coldMs)),
    peakMemoryRatio: ratio(found.large, 'float32', ({ peakMib }) => peakMib),
    step512RatioBf16: ratio(found.large, 'bfloat16', step),
    step256LeastRatio: ratio(found.small, 'float32', ({ stepMs }) => Math.min(...stepMs)),
    step512LeastRatio: ratio(found.large, 'float32', ({ stepMs }) => Math.min(...stepMs)),
    step512CpuRatio: ratio(found.large, 'float32', ({ cpuMs }) => Math.min(...cpuMs)),
    largestError256: found.errors[0],
    largestError512: found.errors[1],
  };
  console.log(`ours / diffusers: ${JSON.stringify(named)}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify(named));
}

const isComparable = spawnSync('python3', ['-c', 'import torch, diffusers, transformers, safetensors']).status === 0;
if (isComparable) await main();
else console.log('Skipped: this bench needs Python with torch, diffusers, transformers and safetensors.');
