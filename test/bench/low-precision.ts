import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { TorchGenerator } from '@unclip-studio/nodes-unclip/testing';
import { adviseOnBfloat16, openLocalCheckpoint, realSurroundings } from '@unclip-studio/server';
import { median, rounded } from '../support/measure.js';
import { REPOSITORY } from '../support/variations.js';
import { Stepper } from './stepper.js';

// npm run bench -- low-precision --checkpoint DIR [--side 512] [--rounds 4] [--json]
//
// A sampling step of the UNet of an unCLIP checkpoint of full size with guidance (batch 2) on the CPU as it is by default, and the same
// by --device cpu:bfloat16, if it can be used, and by OpenVINO in Python in float32, bfloat16 and int8, each taking turns with it: time, memory,
// and how far it is off. `bench -- full-size --checkpoint DIR` makes a checkpoint. The latter need Python with openvino, onnx and onnxruntime; all
// need 11 GB of memory.

const python = process.env['PYTHON'] ?? 'python3';
const IN_PYTHON = ['float32', 'bfloat16', 'int8'] as const;
const OURS = { ours: 'cpu', 'cpu:bfloat16': 'cpu:bfloat16' } as const;

interface Side {
  readonly name: keyof typeof OURS | (typeof IN_PYTHON)[number];
  readonly stepper: Stepper;
  readonly out: string;
  readonly ms: number[];
  readonly cpuMs: number[];
  peakMib: number;
}

function option(name: string, otherwise: string): string {
  const given = process.argv.indexOf(name);
  return given < 0 ? otherwise : (process.argv[given + 1] ?? otherwise);
}

async function main(kinds: readonly Side['name'][]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-low-precision-'));
  try {
    const checkpoint = resolve(option('--checkpoint', ''));
    const cells = Number(option('--side', '512')) / 8;
    const { unet } = await openLocalCheckpoint(basename(checkpoint), checkpoint);
    const { bytes, weightsFolder } = unet.request({ n: 2, h: cells, w: cells, t: 77 }).build();
    const model = join(folder, 'unet.onnx');
    writeFileSync(model, bytes);
    writeInputs(folder, cells);
    const start = (name: Side['name']): Side => {
      const out = join(folder, `${name}.out`);
      const steps = join(REPOSITORY, 'tools/reference/openvino_steps.py');
      const stepper =
        name === 'ours' || name === 'cpu:bfloat16'
          ? new Stepper(
              process.execPath,
              [
                ...['--import', 'tsx', join(REPOSITORY, 'test/bench/full-size-serve.ts')],
                ...[checkpoint, String(cells), folder, out],
              ],
              { DEVICE: OURS[name] },
            )
          : new Stepper(python, [steps, model, weightsFolder ?? '', String(cells), folder, out, name]);
      return { name, stepper, out, ms: [], cpuMs: [], peakMib: 0 };
    };
    const figures: Figures[] = [];
    // Two at a time: all together would take 20 GB.
    for (const kind of kinds) figures.push(await compare(start('ours'), start(kind)));
    console.log(`Load average ${rounded(loadavg()[0] ?? 0, 1)}.`);
    if (process.argv.includes('--json')) console.log(JSON.stringify({ lowPrecision: figures }));
    else console.table(figures);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeInputs(folder: string, cells: number): void {
  const generator = new TorchGenerator(1);
  const write = (name: string, count: number) =>
    writeFileSync(join(folder, `${name}.bin`), new Uint8Array(Float32Array.from(generator.randn(count)).buffer));
  write(`sample-${cells}`, 2 * 4 * cells * cells);
  write('states', 2 * 77 * 1024);
  write('labels', 2 * 2048);
}

interface Figures {
  readonly name: Side['name'];
  readonly oursMs: number;
  /** Over ours: time, and processor time of all cores. */
  readonly stepRatio: number;
  readonly cpuRatio: number;
  readonly peakMib: number;
  /** The deviation from ours over that of ours itself. */
  readonly relativeError: number;
}

async function compare(ours: Side, other: Side): Promise<Figures> {
  const rounds = Number(option('--rounds', '4'));
  for (let round = -1; round < rounds; round++) {
    for (const side of [ours, other]) {
      const { ms, cpuMs, peakMib } = await side.stepper.step();
      console.error(`${side.name}: ${rounded(ms / 1000)} s, processor ${rounded(cpuMs / 1000)} s`);
      side.peakMib = peakMib;
      // The first one loads the model.
      if (round < 0) continue;
      side.ms.push(ms);
      side.cpuMs.push(cpuMs);
    }
  }
  for (const { stepper } of [ours, other]) await stepper.end();
  const [exact, found] = [floats(ours.out), floats(other.out)];
  const squares = (of: (value: number, i: number) => number) =>
    exact.reduce((sum, value, i) => sum + of(value, i) ** 2, 0);
  const error = Math.sqrt(squares((value, i) => value - (found[i] ?? 0)) / squares((value) => value));
  return {
    name: other.name,
    oursMs: rounded(median(ours.ms), 0),
    stepRatio: rounded(median(other.ms) / median(ours.ms)),
    cpuRatio: rounded(median(other.cpuMs) / median(ours.cpuMs)),
    peakMib: rounded(other.peakMib, 0),
    relativeError: Number(error.toPrecision(2)),
  };
}

function floats(file: string): Float32Array {
  const { buffer, byteOffset, length } = readFileSync(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + length));
}

const missing = adviseOnBfloat16(realSurroundings(process.env))?.why;
const hasPython = spawnSync(python, ['-c', 'import openvino, onnx, onnxruntime']).status === 0;
const kinds = [...(missing === undefined ? (['cpu:bfloat16'] as const) : []), ...(hasPython ? IN_PYTHON : [])];
if (missing !== undefined) console.log(`cpu:bfloat16 is skipped: ${missing}.`);
if (!hasPython)
  console.log('OpenVINO in Python is skipped: openvino, onnx and onnxruntime are missing (PYTHON names it).');
if (kinds.length > 0) await main(kinds);
