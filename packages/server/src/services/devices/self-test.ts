import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  buildUnet,
  type ExternalTensor,
  type Formulation,
  GraphBuilder,
  TorchGenerator,
  type UnetConfig,
  type WeightSource,
} from '@unclip-studio/nodes-unclip';
import type * as OnnxRuntime from 'onnxruntime-node';
import { DEVICES, type DeviceName } from './device.js';

/** What a device showed of itself. */
export type DeviceVerdict =
  | {
      readonly usable: true;
      /** Of each precision the first way that gave right numbers; at least one. */
      readonly ways: readonly DeviceWay[];
      readonly cpuMs: number;
      /** What spoke against the others. */
      readonly reason: string;
    }
  | { readonly usable: false; readonly reason: string };

/** A way of computing that gave right numbers. */
export interface DeviceWay {
  /** Name of a formulation. */
  readonly formulation: string;
  readonly precision: Formulation['precision'];
  /** Largest difference from the CPU, of the largest value. */
  readonly error: number;
  readonly ms: number;
}

// float32 in another order of sums is 1e-6 to 3e-5 off, half precision a thousandth; a wrong kernel was 4e-2 off.
const TOLERANCE = { float32: 1e-3, float16: 1e-2 };
const ROUNDS = 3;
const SLOW_MS = 1000;

// A UNet of all its operations: convolutions up and down, norms, self and cross attention, SiLU, GEGLU, class labels.
const CONFIG: UnetConfig = {
  sampleSize: 16,
  inChannels: 4,
  outChannels: 4,
  levels: [
    { channels: 32, layers: 1, attention: { heads: 2 } },
    { channels: 64, layers: 1, attention: null },
  ],
  middle: { heads: 4 },
  crossAttentionDim: 32,
  normNumGroups: 8,
  normEps: 1e-5,
  useLinearProjection: true,
  timeEmbedDim: 128,
  flipSinToCos: true,
  freqShift: 0,
  timeEmbeddingAct: null,
  classEmbedDim: 64,
};
const SHAPE = { n: 2, h: 16, w: 16, t: 7 };

/**
 * Runs a small UNet of random weights on a device and on the CPU, in half precision and in float32, each in all its
 * formulations until one gives the same numbers.
 * Meant for a process of its own: a broken driver may end it.
 */
export async function testDevice(name: DeviceName): Promise<DeviceVerdict> {
  const runtime = await import('onnxruntime-node');
  const { provider, formulations } = DEVICES[name];
  if (!runtime.listSupportedBackends().some((backend) => backend.name === provider)) {
    return { usable: false, reason: 'the installed ONNX Runtime was built without it' };
  }
  const folder = await mkdtemp(join(tmpdir(), 'unclip-device-'));
  try {
    const weights = await randomWeights(folder);
    const test = { runtime, folder, weights };
    const expected = await runOn('cpu', DEVICES.cpu.formulations[0] as Formulation, test);
    const reasons: string[] = [];
    const ways: DeviceWay[] = [];
    for (const formulation of formulations) {
      const { name, precision } = formulation;
      if (ways.some((way) => way.precision === precision)) continue;
      try {
        const { values, ms } = await runOn(provider, formulation, test);
        const error = largestDifference(values, expected.values);
        if (error <= TOLERANCE[precision]) ways.push({ formulation: name, precision, error, ms });
        else reasons.push(`its numbers are off by ${error.toPrecision(2)} of the largest (${name})`);
      } catch (error) {
        reasons.push(shortened(error instanceof Error ? error.message : String(error)));
      }
    }
    const reason = [...new Set(reasons)].join('; ');
    if (ways.length === 0) return { usable: false, reason };
    return { usable: true, ways, cpuMs: expected.ms, reason };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface TestSetup {
  readonly runtime: typeof OnnxRuntime;
  readonly folder: string;
  readonly weights: WeightSource;
}

/** @returns what came out, and the least time that a run took */
async function runOn(provider: string, formulation: Formulation, { runtime, folder, weights }: TestSetup) {
  const builder = new GraphBuilder({ weights, formulation });
  buildUnet(builder, CONFIG, SHAPE);
  const session = await runtime.InferenceSession.create(builder.finish('self-test'), {
    executionProviders: [provider],
    logSeverityLevel: 4,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
  try {
    const feeds = makeFeeds(runtime);
    let values: Float32Array = new Float32Array();
    let ms = Number.POSITIVE_INFINITY;
    // The first round compiles; one this slow is not made fast by another.
    for (let round = 0; round < ROUNDS && (round < 2 || ms < SLOW_MS); round++) {
      const startedMs = performance.now();
      const outputs = await session.run(feeds);
      ms = Math.min(ms, performance.now() - startedMs);
      values = outputs['out_sample']?.data as Float32Array;
    }
    return { values, ms };
  } finally {
    await session.release();
  }
}

function makeFeeds({ Tensor }: typeof OnnxRuntime): Record<string, OnnxRuntime.Tensor> {
  const { n, h, w, t } = SHAPE;
  const generator = new TorchGenerator(1);
  const random = (dims: readonly number[]) =>
    new Tensor('float32', Float32Array.from(generator.randn(dims.reduce((size, dim) => size * dim, 1))), dims);
  return {
    sample: random([n, CONFIG.inChannels, h, w]),
    timestep: new Tensor('float32', Float32Array.of(500), [1]),
    encoder_hidden_states: random([n, t, CONFIG.crossAttentionDim]),
    class_labels: random([n, CONFIG.classEmbedDim ?? 0]),
  };
}

const NUM_VALUES = 2 ** 18;

/** Every tensor is a stretch of one file of small random numbers, each at another place. */
async function randomWeights(folder: string): Promise<WeightSource> {
  const values = Float32Array.from(new TorchGenerator(2).randn(NUM_VALUES), (value) => value * 0.1);
  await writeFile(join(folder, 'random.bin'), new Uint8Array(values.buffer));
  const starts = new Map<string, number>();
  return {
    get(key, dims): ExternalTensor {
      const size = dims.reduce((product, dim) => product * dim, 1);
      const start = starts.get(key) ?? (starts.size * 37) % (NUM_VALUES - size);
      starts.set(key, start);
      return { elementType: 'float32', dims, location: 'random.bin', offset: 4 * start, length: 4 * size };
    },
  };
}

/** The runtime names its own source file and condition first; what went wrong stands behind. */
function shortened(message: string): string {
  return message
    .replace(/^.*was false\.\s*/s, '')
    .replace(/^\/\S+\s/, '')
    .trim();
}

function largestDifference(found: Float32Array, expected: Float32Array): number {
  let largest = 0;
  let difference = 0;
  for (const [i, value] of expected.entries()) {
    largest = Math.max(largest, Math.abs(value));
    const off = Math.abs(value - (found[i] ?? Number.NaN));
    difference = Number.isNaN(off) ? Number.POSITIVE_INFINITY : Math.max(difference, off);
  }
  return difference / largest;
}
