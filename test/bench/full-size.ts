import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { median, rounded } from '../support/measure.js';
import { runBench } from '../support/run-bench.js';
import { benchLora } from './full-size-lora.js';
import { Stepper } from './stepper.js';

// npm run bench -- full-size [--json] [--checkpoint DIR] [--before CHECKOUT] [--sizes 256,512,768] [--rounds N] [--steps-only] [--without-bfloat16] [--lora]
//
// A UNet of the size of stable-diffusion-2-1-unclip with random weights in fp16: ours against diffusers on the CPU, a
// sampling step with guidance (batch 2), exact and with its deep layers at every second or third step only; a whole variation
// (see full-size-variation.ts); decoding an image with the VAE; and the rate of the machine, as torch multiplies matrices and convolves. Makes the checkpoint
// (4 GB) in a temporary folder, or in DIR unless there is one, where it is kept. Prints tables for docs/PERFORMANCE.md. Takes
// about 14 GB of memory and a quarter of an hour. --before: another checkout, built, such as of the commit before, takes its turns as
// well. --steps-only: nothing but steps and decoding. With --lora instead: what a LoRA costs; see full-size-lora.ts.

const ROOT = new URL('../..', import.meta.url).pathname;
const MAKE = join(ROOT, 'tools/reference/full_size_checkpoint.py');
const STEPS = join(ROOT, 'tools/reference/unet_steps.py');
const SERVE = 'test/bench/full-size-serve.ts';
const ROUNDS = { 256: 4, 512: 3, 768: 2 } as const;
type ImageSide = keyof typeof ROUNDS;
const IMAGE_SIDES = [256, 512, 768] as const satisfies readonly ImageSide[];

function option(name: string): string | undefined {
  const index = process.argv.indexOf(`--${name}`);
  return index < 0 ? undefined : process.argv[index + 1];
}

const wantedSides = IMAGE_SIDES.filter((px) => (option('sizes') ?? '256,512,768').split(',').includes(String(px)));
const before = option('before');
const stepsOnly = process.argv.includes('--steps-only');
// Where a processor has no instructions for it, a step of diffusers in bfloat16 takes minutes.
const withBfloat16 = !process.argv.includes('--without-bfloat16');
const COLD_ROUNDS = Number(option('rounds') ?? 3);
const roundsAt = (sidePx: ImageSide) => Number(option('rounds') ?? ROUNDS[sidePx]);

interface Side {
  readonly name: 'ours' | 'before' | 'float32' | 'bfloat16';
  command(checkpoint: string, cells: number, folder: string): readonly [string, readonly string[]];
}

function checkout(name: 'ours' | 'before', root: string): Side {
  return {
    name,
    command: (checkpoint, cells, folder) => [
      process.execPath,
      [...['--import', 'tsx', join(root, SERVE)], ...[checkpoint, String(cells), folder, outFile(folder, name)]],
    ],
  };
}

const ours = checkout('ours', ROOT);

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
  /** Of decoding one image of this size; none if this side was not asked to. */
  readonly decodeMs: readonly number[];
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-full-size-'));
  try {
    const given = process.argv.indexOf('--checkpoint');
    const checkpoint = given < 0 ? join(folder, 'checkpoint') : resolve(process.argv[given + 1] ?? '');
    if (!existsSync(join(checkpoint, 'vae'))) makeCheckpoint(checkpoint);
    writeInputs(folder);
    if (process.argv.includes('--lora')) return await measureLora(checkpoint, folder);
    const loadBefore = loadavg()[0] ?? 0;
    const exact = [ours, ...(before === undefined ? [] : [checkout('before', resolve(before))]), diffusers('float32')];
    const steps = new Map<ImageSide, Steps>();
    let deep: DeepSteps | undefined;
    for (const px of wantedSides) {
      const sides = px === 512 && withBfloat16 ? [...exact, diffusers('bfloat16')] : exact;
      const measured = await measure(px, { sides, checkpoint, folder });
      steps.set(px, { measured, error: largestError(folder) });
      if (px === 512 && !stepsOnly) deep = await measureDeepLayers(checkpoint, folder);
    }
    report({
      steps,
      deep,
      ...(stepsOnly ? {} : { variation: measureVariation(checkpoint), gflops: machineRate() }),
      loads: [loadBefore, loadavg()[0] ?? 0],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureLora(checkpoint: string, folder: string): Promise<void> {
  const rounds = Number(option('rounds') ?? 4);
  const serve = [process.execPath, ['--import', 'tsx', join(ROOT, SERVE)]] as const;
  const loadBefore = loadavg()[0] ?? 0;
  const found = await benchLora({ checkpoint, folder, serve, rounds });
  console.log(`Load average: ${rounded(loadBefore, 1)} before, ${rounded(loadavg()[0] ?? 0, 1)} after.`);
  console.log(
    process.argv.includes('--json') ? JSON.stringify(found) : `with a LoRA / without: ${JSON.stringify(found)}`,
  );
}

function makeCheckpoint(checkpoint: string): void {
  console.error(`making a checkpoint with random weights in ${checkpoint} ...`);
  const made = spawnSync('python3', [MAKE, checkpoint], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (made.status !== 0) throw new Error('the checkpoint could not be made');
}

function writeInputs(folder: string): void {
  const generator = new TorchGenerator(1);
  const write = (name: string, count: number) =>
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(Float32Array.from(generator.randn(count)).buffer));
  for (const cells of [32, 64, 96]) write(`sample-${cells}`, 2 * 4 * cells * cells);
  write('states', 2 * 77 * 1024);
  write('labels', 2 * 2048);
}

/** Cold starts one after the other; then all sides at once, taking turns. */
async function measure(
  sidePx: ImageSide,
  given: { readonly sides: readonly Side[]; readonly checkpoint: string; readonly folder: string },
): Promise<readonly Measured[]> {
  const { sides, checkpoint, folder } = given;
  const measured = sides.map(({ name }) => ({
    name,
    coldMs: [] as number[],
    stepMs: [] as number[],
    cpuMs: [] as number[],
    peakMib: 0,
    decodeMs: [] as number[],
  }));
  const start = (side: Side) => new Stepper(...side.command(checkpoint, sidePx / 8, folder));
  // The first round, which fills the page cache for all alike, is not counted. Larger steps would only hide the start.
  for (let round = sidePx === wantedSides[0] ? -1 : COLD_ROUNDS; round < COLD_ROUNDS; round++) {
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
  for (let round = -1; round < roundsAt(sidePx); round++) {
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
  // Last, as it raises the peaks. An older checkout may not know it.
  for (let round = -1; round < roundsAt(sidePx); round++) {
    for (const [i, stepper] of steppers.entries()) {
      const one = measured[i];
      if (one === undefined || one.name === 'before') continue;
      const { ms } = await stepper.step('decode');
      console.error(`${sidePx} px, ${one.name}: decoded in ${rounded(ms / 1000)} s`);
      if (round >= 0) one.decodeMs.push(ms);
    }
  }
  for (const stepper of steppers) await stepper.end();
  return measured;
}

/** Ours over diffusers in float32, of a whole image of 512 px in four steps by the command line. */
interface VariationRatios {
  readonly variationRatio: number;
  readonly coldStartRatio: number;
  readonly peakMemoryRatio: number;
}

function measureVariation(checkpoint: string): VariationRatios {
  const found = runBench<VariationRatios>('full-size-variation', ['--checkpoint', checkpoint]);
  console.error(`a whole variation: ${JSON.stringify(found)}`);
  return found;
}

interface DeepSteps {
  /** Of a step at 512 px that computes the deep layers and keeps what they made, and of one that reuses it. */
  readonly keepingMs: number;
  readonly shallowMs: number;
}

async function measureDeepLayers(checkpoint: string, folder: string): Promise<DeepSteps> {
  const stepper = new Stepper(...ours.command(checkpoint, 64, folder));
  const found = { keeping: [] as number[], shallow: [] as number[] };
  for (let round = -1; round < roundsAt(512); round++) {
    for (const part of ['keeping', 'shallow'] as const) {
      const { ms } = await stepper.step(part);
      console.error(`512 px, ours, ${part}: ${rounded(ms / 1000)} s`);
      if (round >= 0) found[part].push(ms);
    }
  }
  await stepper.end();
  return { keepingMs: median(found.keeping), shallowMs: median(found.shallow) };
}

/** The best of torch's float32 on this machine, in GFLOP/s: square matrices of 2,048, and a convolution of the UNet. */
function machineRate(): number {
  const script = `
import time, torch
def rate(work, flop):
    work()
    best = min((lambda s: (work(), time.perf_counter() - s)[1])(time.perf_counter()) for _ in range(5))
    return flop / best / 1e9
a, b = torch.randn(2048, 2048), torch.randn(2048, 2048)
x, w = torch.randn(2, 320, 64, 64).to(memory_format=torch.channels_last), torch.randn(320, 320, 3, 3)
with torch.no_grad():
    print(max(rate(lambda: a @ b, 2 * 2048**3), rate(lambda: torch.conv2d(x, w, padding=1), 2 * 2 * 9 * 320 * 320 * 64 * 64)))
`;
  return Number(spawnSync('python3', ['-c', script], { encoding: 'utf8' }).stdout);
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

/** What all sides took at one size. */
interface Steps {
  readonly measured: readonly Measured[];
  /** See {@link largestError}. */
  readonly error: number;
}

interface Found {
  readonly steps: ReadonlyMap<ImageSide, Steps>;
  readonly variation?: VariationRatios;
  readonly deep: DeepSteps | undefined;
  readonly gflops?: number;
  readonly loads: readonly number[];
}

function report(found: Found): void {
  console.log(markdown(found));
  const named = ratios(found);
  console.log(`ours / diffusers: ${JSON.stringify(named)}`);
  if (process.argv.includes('--json')) console.log(JSON.stringify(named));
}

/** The table of docs/PERFORMANCE.md, and under how much other load it was measured. */
function markdown({ steps, deep, gflops, loads }: Found): string {
  const names = (['ours', 'before', 'float32', 'bfloat16'] as const).filter(
    (name) => (name !== 'before' || before !== undefined) && (name !== 'bfloat16' || withBfloat16),
  );
  const row = (words: string, sides: readonly Measured[], figure: (side: Measured) => string) => {
    const cells = names.map((name) => {
      const side = sides.find((one) => one.name === name);
      return side === undefined ? '' : figure(side);
    });
    return `| ${[words, ...cells].join(' | ')} |`;
  };
  const seconds = (ms: number) => `${rounded(ms / 1000)} s`;
  const medianOf = (all: readonly number[]) => (all.length === 0 ? '' : seconds(median(all)));
  const sizes = [...steps];
  const [[firstPx, first] = []] = sizes;
  const title = { ours: 'ours', before: 'ours before', float32: 'diffusers float32', bfloat16: 'diffusers bfloat16' };
  const alone = (words: string, ms: number) =>
    `| ${[words, seconds(ms), ...names.slice(1).map(() => '')].join(' | ')} |`;
  const lines = [
    `| | ${names.map((name) => title[name]).join(' | ')} |`,
    `| --- |${names.map(() => ' --- |').join('')}`,
    ...sizes.flatMap(([px, { measured }]) => [
      row(`step at ${px} px, median`, measured, ({ stepMs }) => medianOf(stepMs)),
      row(`step at ${px} px, processor time of all cores, least`, measured, ({ cpuMs }) => seconds(Math.min(...cpuMs))),
      row(`peak resident memory at ${px} px`, measured, ({ peakMib }) => `${rounded(peakMib / 1024)} GiB`),
      row(`one image of ${px} px decoded, median`, measured, ({ decodeMs }) => medianOf(decodeMs)),
    ]),
    ...(deep === undefined
      ? []
      : [
          alone('step at 512 px with the deep layers at every second step, mean', deepStepMs(deep, 2)),
          alone('at every third step', deepStepMs(deep, 3)),
        ]),
    ...(first === undefined
      ? []
      : [
          row(`process start to the end of the first step, ${firstPx} px`, first.measured, ({ coldMs }) =>
            medianOf(coldMs),
          ),
        ]),
  ];
  const worst = sizes.map(([px, { error }]) => `${error.toExponential(1)} at ${px} px`).join(', ');
  const load = loads.map((one) => rounded(one, 1)).join(' before, ');
  const rate = gflops === undefined ? '' : ` Torch at best: ${rounded(gflops, 0)} GFLOP/s.`;
  return `${lines.join('\n')}\n\nLargest difference from float32: ${worst}. Load average: ${load} after.${rate}\n`;
}

// The UNet's work in a guided step, as the notes of its graph add it up.
const STEP_GFLOP = { 256: 362, 512: 1609, 768: 4300 } as const;

function deepStepMs({ keepingMs, shallowMs }: DeepSteps, every: number): number {
  return (keepingMs + (every - 1) * shallowMs) / every;
}

/** `null`: not measured. */
type Figure = number | null;

function ratios({ steps, variation, deep, gflops }: Found): Readonly<Record<string, Figure>> {
  const sideAt = (px: ImageSide, wanted: Side['name']) => steps.get(px)?.measured.find(({ name }) => name === wanted);
  const ratio = (px: ImageSide, to: Side['name'], figure: (side: Measured) => number): Figure => {
    const [us, them] = [sideAt(px, 'ours'), sideAt(px, to)];
    return us === undefined || them === undefined ? null : rounded(figure(us) / figure(them), 3);
  };
  const step = ({ stepMs }: Measured) => median(stepMs);
  const least = ({ stepMs }: Measured) => Math.min(...stepMs);
  const leastCpu = ({ cpuMs }: Measured) => Math.min(...cpuMs);
  const decode = ({ decodeMs }: Measured) => median(decodeMs);
  const cold = ({ coldMs }: Measured) => median(coldMs);
  const peak = ({ peakMib }: Measured) => peakMib;
  const deepRatio = (to: Side['name'], every: number): Figure => {
    const them = sideAt(512, to);
    return them === undefined || deep === undefined ? null : rounded(deepStepMs(deep, every) / step(them), 3);
  };
  const share = (px: ImageSide): Figure => {
    const us = sideAt(px, 'ours');
    return us === undefined || gflops === undefined ? null : rounded(STEP_GFLOP[px] / (step(us) / 1000) / gflops, 3);
  };
  const [firstPx = 256] = wantedSides;
  const toBefore = Object.fromEntries(
    IMAGE_SIDES.flatMap((px) => [
      [`step${px}RatioBefore`, ratio(px, 'before', step)],
      [`step${px}CpuRatioBefore`, ratio(px, 'before', leastCpu)],
      [`peakMemory${px}RatioBefore`, ratio(px, 'before', peak)],
    ]),
  );
  return {
    step256Ratio: ratio(256, 'float32', step),
    step512Ratio: ratio(512, 'float32', step),
    step768Ratio: ratio(768, 'float32', step),
    coldStartRatio: ratio(firstPx, 'float32', cold),
    peakMemoryRatio: ratio(512, 'float32', peak),
    step512RatioBf16: ratio(512, 'bfloat16', step),
    deepEvery2Ratio: deepRatio('float32', 2),
    deepEvery3Ratio: deepRatio('float32', 3),
    deepEvery2RatioBf16: deepRatio('bfloat16', 2),
    deepEvery3RatioBf16: deepRatio('bfloat16', 3),
    variation512Ratio: variation?.variationRatio ?? null,
    variationColdStartRatio: variation?.coldStartRatio ?? null,
    variationPeakMemoryRatio: variation?.peakMemoryRatio ?? null,
    machineGflops: gflops === undefined ? null : rounded(gflops, 0),
    shareOfMachine256: share(256),
    shareOfMachine512: share(512),
    shareOfMachine768: share(768),
    step256LeastRatio: ratio(256, 'float32', least),
    step512LeastRatio: ratio(512, 'float32', least),
    step768LeastRatio: ratio(768, 'float32', least),
    step256CpuRatio: ratio(256, 'float32', leastCpu),
    step512CpuRatio: ratio(512, 'float32', leastCpu),
    step768CpuRatio: ratio(768, 'float32', leastCpu),
    step512CpuRatioBf16: ratio(512, 'bfloat16', leastCpu),
    peakMemory256Ratio: ratio(256, 'float32', peak),
    peakMemory768Ratio: ratio(768, 'float32', peak),
    decode256Ratio: ratio(256, 'float32', decode),
    decode512Ratio: ratio(512, 'float32', decode),
    decode768Ratio: ratio(768, 'float32', decode),
    ...(before === undefined ? {} : { ...toBefore, coldStartRatioBefore: ratio(firstPx, 'before', cold) }),
    largestError256: steps.get(256)?.error ?? null,
    largestError512: steps.get(512)?.error ?? null,
    largestError768: steps.get(768)?.error ?? null,
  };
}

const isComparable = spawnSync('python3', ['-c', 'import torch, diffusers, transformers, safetensors']).status === 0;
// What a LoRA costs is compared with no other program; only a missing checkpoint is made with Python.
const needsPython = !(process.argv.includes('--lora') && process.argv.includes('--checkpoint'));
if (isComparable || !needsPython) await main();
else console.log('Skipped: this bench needs Python with torch, diffusers, transformers and safetensors.');
