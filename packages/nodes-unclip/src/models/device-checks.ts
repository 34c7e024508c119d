import type { ExternalTensor } from '../onnx/external-data.js';
import type { Formulation } from '../onnx/formulations.js';
import { GraphBuilder } from '../onnx/graph-builder.js';
import type { WeightSource } from '../onnx/graph-weights.js';
import * as ops from '../onnx/ops.js';
import { TorchGenerator } from '../random/torch-generator.js';
import type { BuiltModel } from './inference.js';
import { attention } from './layers.js';
import type { UnetConfig } from './unet/config.js';
import { buildUnet } from './unet/unet.js';

/** Something that a device has to compute as the CPU does. */
export interface DeviceCheck {
  /** What would be wrong, as a message. */
  readonly what: string;
  /** Of the largest value. */
  readonly tolerance: Readonly<Record<Formulation['precision'], number>>;
  /** Its ONNX file, and the one of what runs before it. @param addressOf where the file of weights is mapped in memory */
  build(
    formulation: Formulation,
    addressOf?: (location: string) => number,
  ): Pick<BuiltModel, 'bytes' | 'prelude'> & Required<Pick<BuiltModel, 'outputNames'>>;
  /** Its inputs, float32. */
  feeds(): Readonly<Record<string, { readonly dims: readonly number[]; readonly values: Float32Array }>>;
}

export interface DeviceChecks {
  readonly checks: readonly DeviceCheck[];
  /** What a step of a full-size UNet does most of: by its time devices are compared. */
  readonly work: DeviceCheck;
  /** What is stored next to the ONNX files, and its name. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly weightsFile: string;
}

/** Checks with random weights and inputs, the same each time. @param more in addition to those of the self-test */
export function createDeviceChecks(more: readonly Computation[] = []): DeviceChecks {
  const weights = Float32Array.from(new TorchGenerator(2).randn(NUM_VALUES), (value) => value * 0.1);
  const source = stretchesOf(WEIGHTS_FILE);
  const toCheck = ({ what, tolerance, feeds, build }: Computation): DeviceCheck => ({
    what,
    tolerance,
    build(formulation, addressOf) {
      const builder = new GraphBuilder({ weights: source, formulation, addressOf });
      build(builder);
      const prelude = builder.finishPrelude(what);
      return { bytes: builder.finish(what), outputNames: builder.outputNames, ...(prelude && { prelude }) };
    },
    feeds: () => randomFeeds(feeds),
  });
  return { checks: [...COMPUTATIONS, ...more].map(toCheck), work: toCheck(WORK), weights, weightsFile: WEIGHTS_FILE };
}

const NUM_VALUES = 2 ** 18;
const WEIGHTS_FILE = 'random.bin';

/** Every tensor is a stretch of one file of small random numbers, each at another place. */
function stretchesOf(location: string): WeightSource {
  const starts = new Map<string, number>();
  return {
    get(key, dims): ExternalTensor {
      const size = dims.reduce((product, dim) => product * dim, 1);
      const start = starts.get(key) ?? (starts.size * 37) % (NUM_VALUES - size);
      starts.set(key, start);
      return { elementType: 'float32', dims, location, offset: 4 * start, length: 4 * size };
    },
  };
}

function randomFeeds(shapes: Computation['feeds']): ReturnType<DeviceCheck['feeds']> {
  const generator = new TorchGenerator(1);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, dims]) => {
      const values = Float32Array.from(generator.randn(dims.reduce((size, dim) => size * dim, 1)));
      // A timestep is not a random number.
      return [name, { dims, values: name === 'timestep' ? values.fill(500) : values }];
    }),
  );
}

export interface Computation {
  readonly what: string;
  build(builder: GraphBuilder): void;
  /** The inputs' shapes. */
  readonly feeds: Readonly<Record<string, readonly number[]>>;
  readonly tolerance: DeviceCheck['tolerance'];
}

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

export interface AttentionShape {
  readonly n: number;
  readonly heads: number;
  readonly headDim: number;
  readonly queries: number;
  readonly keys: number;
  /** No query sees keys behind it. */
  readonly isCausal?: boolean;
}

/** Of normal random numbers, so that softmax has something to choose; small weights would make it a plain mean. */
export function attentionCheck(what: string, shape: AttentionShape): Computation {
  const { n, heads, headDim, queries, keys, isCausal = false } = shape;
  const channels = heads * headDim;
  const feeds = { query: [n, queries, channels], key: [n, keys, channels], value: [n, keys, channels] };
  return {
    what,
    feeds,
    // Right kernels were at most 3e-6 off in float32, 1.3e-2 in half precision, and 9e-3 in bfloat16.
    tolerance: { float32: 1e-5, float16: 3e-2, bfloat16: 3e-2 },
    build(builder) {
      const query = builder.input('query', 'float32', feeds.query);
      const key = builder.input('key', 'float32', feeds.key);
      const value = builder.input('value', 'float32', feeds.value);
      const options = { numHeads: heads, channels, causalTokens: isCausal ? queries : null };
      builder.output('found', attention(builder.root(), { query, key, value }, options));
    },
  };
}

const COMPUTATIONS: readonly Computation[] = [
  {
    what: 'a small UNet',
    build: (builder) => buildUnet(builder, CONFIG, SHAPE),
    feeds: {
      sample: [SHAPE.n, CONFIG.inChannels, SHAPE.h, SHAPE.w],
      timestep: [1],
      encoder_hidden_states: [SHAPE.n, SHAPE.t, CONFIG.crossAttentionDim],
      class_labels: [SHAPE.n, CONFIG.classEmbedDim ?? 0],
    },
    // float32 in another order of sums is 1e-6 to 3e-5 off, half precision a thousandth, bfloat16 7e-3; a wrong kernel was 4e-2 off.
    tolerance: { float32: 1e-3, float16: 1e-2, bfloat16: 2e-2 },
  },
  attentionCheck('attention', { n: 2, heads: 5, headDim: 64, queries: 64, keys: 77 }),
  attentionCheck('attention with heads of 80', { n: 2, heads: 4, headDim: 80, queries: 64, keys: 77 }),
  attentionCheck('attention of as many queries as heads', { n: 2, heads: 4, headDim: 64, queries: 4, keys: 77 }),
  // All scores together are 138 MB, more than some devices bind at once.
  attentionCheck('attention of a large image', { n: 1, heads: 5, headDim: 16, queries: 2624, keys: 2624 }),
  {
    // Sums this long are what half precision is worst at.
    what: 'a product of long sums',
    build(builder) {
      const a = builder.input('a', 'float32', [64, 5120]);
      const b = builder.input('b', 'float32', [5120, 64]);
      builder.output('found', ops.matMul(builder.root(), a, b));
    },
    feeds: { a: [64, 5120], b: [5120, 64] },
    tolerance: { float32: 1e-4, float16: 5e-2, bfloat16: 2e-2 },
  },
];

const WORK_FEEDS = { map: [1, 320, 32, 32], kernel: [320, 320, 3, 3], rows: [1024, 320], weight: [320, 2560] };

const WORK: Computation = {
  what: 'a convolution and a product of real size',
  build(builder) {
    const scope = builder.root();
    const input = (name: keyof typeof WORK_FEEDS) => builder.input(name, 'float32', WORK_FEEDS[name]);
    builder.output('convolved', ops.conv(scope, [input('map'), input('kernel')], { kernel: 3, stride: 1, padding: 1 }));
    builder.output('product', ops.matMul(scope, input('rows'), input('weight')));
  },
  feeds: WORK_FEEDS,
  tolerance: { float32: 1e-4, float16: 5e-2, bfloat16: 2e-2 },
};
