import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openLocalCheckpoint } from '@unclip-studio/server';
import { median, rounded } from '../support/measure.js';
import { safetensorsFile, type TensorBytes } from '../support/safetensors-file.js';
import { type Measurement, Stepper } from './stepper.js';

// npm run bench -- full-size --lora [--json] [--checkpoint DIR] [--rounds 4]
//
// What a LoRA costs beside a UNet of full size, in a sampling step at 512 px with guidance: of rank 16 on attention, and of
// rank 64 on all linear layers and convolutions; that one also folded into the weights when the model is loaded. Processes
// take turns. The ratios are of processor time, which other programs change less than the time on the clock.

const CELLS = 64;

/** What a process does. */
interface Side {
  readonly name: 'plain' | 'rank16' | 'rank64' | 'rank64Folded';
  readonly args: readonly string[];
}

interface Measured {
  readonly name: Side['name'];
  readonly steps: readonly Measurement[];
  /** Milliseconds of processor time to load the LoRA, and the model with it and without. */
  readonly load: NonNullable<Measurement['load']> | undefined;
}

/** Prints a table; the last line is one JSON object with `--json`. */
export async function benchLora(given: {
  readonly checkpoint: string;
  /** For inputs, LoRAs and outputs. */
  readonly folder: string;
  readonly serve: readonly [program: string, args: readonly string[]];
  readonly rounds: number;
}): Promise<Readonly<Record<string, number>>> {
  const { checkpoint, folder, serve, rounds } = given;
  const loras = await writeLoras(checkpoint, folder);
  const sides: readonly Side[] = [
    { name: 'plain', args: [] },
    { name: 'rank16', args: [loras.rank16] },
    { name: 'rank64', args: [loras.rank64] },
    { name: 'rank64Folded', args: [loras.rank64, 'folded'] },
  ];
  const [program, args] = serve;
  const started = sides.map(({ name, args: own }) => {
    const out = join(folder, `${name}.out`);
    return {
      name,
      stepper: new Stepper(program, [...args, checkpoint, String(CELLS), folder, out, ...own]),
      steps: [] as Measurement[],
      load: undefined as Measurement['load'],
    };
  });
  for (let round = -1; round < rounds; round++) {
    for (const side of started) {
      const step = await side.stepper.step();
      const { ms, cpuMs, peakMib, load } = step;
      const seconds = [ms, cpuMs].map((value) => rounded(value / 1000));
      console.error(`${side.name}: ${seconds[0]} s, processor ${seconds[1]} s, peak ${rounded(peakMib, 0)} MiB`);
      // The first one loads the model and fills the page cache.
      if (round >= 0) side.steps.push(step);
      else side.load = load;
    }
  }
  for (const { stepper } of started) await stepper.end();
  console.log(table(started));
  return figures(started);
}

function table(measured: readonly Measured[]): string {
  const cells = measured.map(({ name, steps, load }) =>
    [
      name,
      `${rounded(median(steps.map(({ ms }) => ms)) / 1000)} s`,
      `${rounded(Math.min(...steps.map(({ cpuMs }) => cpuMs)) / 1000)} s`,
      `${rounded(Math.max(...steps.map(({ peakMib }) => peakMib)), 0)} MiB`,
      load === undefined
        ? ''
        : [load.readCpuMs, load.readyCpuMs, load.plainCpuMs].map((ms) => `${rounded(ms / 1000)} s`).join(', '),
    ].join(' | '),
  );
  return [
    '| | step at 512 px, median | processor time, least | peak memory | LoRA read, model with it ready, model without ready |',
    '| --- | --- | --- | --- | --- |',
    ...cells.map((row) => `| ${row} |`),
  ].join('\n');
}

function figures(measured: readonly Measured[]): Readonly<Record<string, number>> {
  const named = (name: Side['name']) => {
    const found = measured.find((side) => side.name === name);
    if (found === undefined) throw new Error(`Internal error: the side ${name} was not measured`);
    return found;
  };
  const { steps: plain } = named('plain');
  const leastCpu = (steps: readonly Measurement[]) => Math.min(...steps.map(({ cpuMs }) => cpuMs));
  const peak = (steps: readonly Measurement[]) => Math.max(...steps.map(({ peakMib }) => peakMib));
  const of = (name: Side['name']) => {
    const { steps, load } = named(name);
    const inTurn = steps.map(({ cpuMs }, i) => cpuMs / (plain[i]?.cpuMs ?? Number.NaN));
    return {
      [`${name}StepRatio`]: rounded(leastCpu(steps) / leastCpu(plain), 3),
      [`${name}StepRatioMedian`]: rounded(median(inTurn), 3),
      [`${name}MoreMib`]: rounded(peak(steps) - peak(plain), 0),
      [`${name}ReadMs`]: rounded(load?.readCpuMs ?? Number.NaN, 0),
      [`${name}ReadyMs`]: rounded(load?.readyCpuMs ?? Number.NaN, 0),
      [`${name}PlainReadyMs`]: rounded(load?.plainCpuMs ?? Number.NaN, 0),
    };
  };
  return { ...of('rank16'), ...of('rank64'), ...of('rank64Folded') };
}

/** LoRAs of random numbers with kohya's names, in half precision as people have them. */
async function writeLoras(checkpoint: string, folder: string): Promise<Readonly<Record<'rank16' | 'rank64', string>>> {
  const { unet } = await openLocalCheckpoint(basename(checkpoint), checkpoint);
  const modules = [...unet.shapes].filter(([key, dims]) => dims.length >= 2 && key.endsWith('.weight'));
  const attention = modules.filter(([key]) => /\.attn\d\.to_(?:q|k|v|out\.0)\.weight$/.test(key));
  const write = (name: string, rank: number, of: typeof modules) => {
    const path = join(folder, `${name}.safetensors`);
    writeFileSync(path, safetensorsFile(Object.fromEntries(of.flatMap((module) => tensorsFor(module, rank)))));
    return path;
  };
  return { rank16: write('rank16', 16, attention), rank64: write('rank64', 64, modules) };
}

function tensorsFor(
  [key, [out = 0, ...rest]]: readonly [string, readonly number[]],
  rank: number,
): readonly (readonly [string, TensorBytes])[] {
  const name = `lora_unet_${key.replace(/\.weight$/, '').replaceAll('.', '_')}`;
  const pointwise = rest.slice(1).map(() => 1);
  return [
    [`${name}.lora_down.weight`, randomHalves([rank, ...rest])],
    [`${name}.lora_up.weight`, randomHalves([out, rank, ...pointwise])],
  ];
}

/** Numbers between 2^-13 and 2^-8 of either sign. */
function randomHalves(shape: readonly number[]): TensorBytes {
  const size = shape.reduce((product, dim) => product * dim, 1);
  const values = new Uint16Array(size);
  for (let i = 0; i < size; i++) {
    const random = Math.imul(i + size, 2654435761) >>> 0;
    values[i] = ((random & 1) << 15) | ((2 + ((random >>> 1) % 5)) << 10) | ((random >>> 8) & 1023);
  }
  return { dtype: 'F16', shape, data: new Uint8Array(values.buffer) };
}
