import { type Feeds, FORMULATIONS, type Formulation, tensor } from '@unclip-studio/nodes-unclip';
import {
  attentionCheck,
  buildClipText,
  buildClipVision,
  buildUnet,
  buildVaeDecoder,
  GraphBuilder,
} from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { randomTensor } from '../../support/random-tensor.js';
import { RandomWeights } from '../../support/random-weights.js';

const ENCODER = {
  hiddenSize: 16,
  intermediateSize: 32,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  layerNormEps: 1e-5,
} as const;

const UNET = {
  sampleSize: 8,
  inChannels: 4,
  outChannels: 4,
  levels: [
    { channels: 8, layers: 1, attention: { heads: 2 } },
    { channels: 16, layers: 1, attention: null },
  ],
  middle: { heads: 4 },
  crossAttentionDim: 12,
  normNumGroups: 4,
  normEps: 1e-5,
  useLinearProjection: true,
  timeEmbedDim: 32,
  flipSinToCos: true,
  freqShift: 0,
  timeEmbeddingAct: null,
  classEmbedDim: 10,
} as const;

const VAE = {
  inChannels: 3,
  outChannels: 3,
  latentChannels: 4,
  blockOutChannels: [8, 16],
  layersPerBlock: 1,
  normNumGroups: 4,
  scalingFactor: 0.18215,
  useQuantConv: true,
  usePostQuantConv: true,
} as const;

const UNET_FEEDS: Feeds = {
  sample: randomTensor([2, 4, 5, 6], 2),
  timestep: tensor([1], Float32Array.of(481.5)),
  encoder_hidden_states: randomTensor([2, 7, 12], 3),
  class_labels: randomTensor([2, 10], 4),
};
const { class_labels: _, ...FEEDS_WITHOUT_CLASS } = UNET_FEEDS;
const UNET_SHAPE = { n: 2, h: 5, w: 6, t: 7 };

const MODELS: readonly (readonly [string, (builder: GraphBuilder) => void, Feeds])[] = [
  ['the UNet', (builder) => buildUnet(builder, UNET, UNET_SHAPE), UNET_FEEDS],
  [
    'a UNet with convolutions as projections',
    (builder) => buildUnet(builder, { ...UNET, useLinearProjection: false }, UNET_SHAPE),
    UNET_FEEDS,
  ],
  [
    'a UNet without class embedding, sine first',
    (builder) => buildUnet(builder, { ...UNET, classEmbedDim: null, flipSinToCos: false, freqShift: 1 }, UNET_SHAPE),
    FEEDS_WITHOUT_CLASS,
  ],
  [
    'the UNet with sides that halve evenly',
    (builder) => buildUnet(builder, UNET, { ...UNET_SHAPE, h: 8, w: 12 }),
    { ...UNET_FEEDS, sample: randomTensor([2, 4, 8, 12], 7) },
  ],
  [
    'the UNet with as many queries as heads in its middle',
    (builder) => buildUnet(builder, UNET, { ...UNET_SHAPE, h: 4, w: 4 }),
    { ...UNET_FEEDS, sample: randomTensor([2, 4, 4, 4], 8) },
  ],
  [
    "the VAE's decoder",
    (builder) => buildVaeDecoder(builder, VAE, { n: 1, h: 3, w: 5 }),
    { latent: randomTensor([1, 4, 3, 5], 5) },
  ],
  [
    'a VAE without post_quant_conv',
    (builder) => buildVaeDecoder(builder, { ...VAE, usePostQuantConv: false }, { n: 1, h: 3, w: 5 }),
    { latent: randomTensor([1, 4, 3, 5], 5) },
  ],
  ...(['gelu', 'quick_gelu'] as const).flatMap((hiddenAct): (typeof MODELS)[number][] => [
    [
      `the text encoder with ${hiddenAct}`,
      (builder) => buildClipText(builder, { ...ENCODER, hiddenAct, vocabSize: 50, maxPositionEmbeddings: 9 }),
      { input_ids: { dtype: 'int64', dims: [1, 9], data: BigInt64Array.from([0, 7, 3, 3, 49, 12, 1, 1, 1], BigInt) } },
    ],
    [
      `the image encoder with ${hiddenAct}`,
      (builder) =>
        buildClipVision(builder, {
          ...{ ...ENCODER, hiddenAct, imageSize: 8, patchSize: 4, numChannels: 3, numPositions: 5, projectionDim: 6 },
        }),
      { pixel_values: randomTensor([2, 3, 8, 8], 6) },
    ],
  ]),
];

test.each(MODELS)('%s gives the same numbers in every formulation', async (_, describeModel, feeds) => {
  const weights = new RandomWeights();
  const sessions = createOrtSessions();
  const run = async (formulation: Formulation): Promise<readonly number[]> => {
    const build = () => {
      const builder = new GraphBuilder({ weights, formulation });
      describeModel(builder);
      return { bytes: builder.finish('test'), weightsFolder: weights.folder, weightBytes: 1, runsOnEnd: false };
    };
    const outputs = Object.values(await sessions.run({ key: formulation.name, build }, feeds));
    return outputs.flatMap(({ data }) => [...data]);
  };

  try {
    const onCpu = await run(FORMULATIONS.cpu);
    const asOnWebGpu = await run(FORMULATIONS.webgpu);
    // Two or three queries of the largest map at a time.
    const inParts = await run({ ...FORMULATIONS.webgpu, name: 'in parts', maxScoreBytes: 1000 });
    const byWinograd = await run({ ...FORMULATIONS.cpu, name: 'winograd', winograd: { channels: 4, side: 4 } });

    const largest = Math.max(...onCpu.map(Math.abs));
    expect(largest).toBeGreaterThan(0.01);
    for (const found of [asOnWebGpu, inParts, byWinograd]) {
      const error = Math.max(...onCpu.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN))));
      expect(error / largest).toBeLessThan(1e-5);
    }
  } finally {
    await sessions.close();
  }
});

test.each(MODELS.filter(([name]) => name.includes('UNet')))(
  '%s gives the same numbers where a graph that runs before it computes time and class',
  async (_, describeModel, feeds) => {
    const weights = new RandomWeights();
    const sessions = createOrtSessions();
    const modelOf = (key: string, bytes: Uint8Array) => ({
      key,
      build: () => ({ bytes, weightsFolder: weights.folder, weightBytes: 1, runsOnEnd: false }),
    });
    const whole = new GraphBuilder({ weights, formulation: FORMULATIONS.cuda });
    describeModel(whole);
    const parts = new GraphBuilder({ weights, formulation: FORMULATIONS.openvino });
    describeModel(parts);
    const { timestep, class_labels, ...rest } = feeds;

    try {
      const expected = await sessions.run(modelOf('whole', whole.finish('whole')), feeds);
      const prelude = parts.finishPrelude('prelude') ?? new Uint8Array();
      const timed = await sessions.run(modelOf('prelude', prelude), pick({ timestep, class_labels }));
      const found = await sessions.run(modelOf('rest', parts.finish('rest')), { ...rest, ...timed });

      const right = expected['out_sample']?.data ?? new Float32Array();
      const largest = Math.max(...right.map(Math.abs));
      const error = Math.max(
        ...right.map((value, i) => Math.abs(value - (found['out_sample']?.data[i] ?? Number.NaN))),
      );
      expect(error / largest).toBeLessThan(1e-6);
    } finally {
      await sessions.close();
    }
  },
);

test.each([
  [4, true],
  [5, false],
])('for OpenVINO, attention of 4 heads over %i queries computes one more: %s', (queries, isPadded) => {
  const shape = { n: 2, heads: 4, headDim: 8, queries, keys: 7 };
  const isPaddedFor = (formulation: Formulation) => {
    const get = () => {
      throw new Error('the graph has no weights');
    };
    const builder = new GraphBuilder({ formulation, weights: { get } });
    attentionCheck('attention', shape).build(builder);
    return Buffer.from(builder.finish('attention')).includes('Slice');
  };

  expect(isPaddedFor(FORMULATIONS.openvino)).toBe(isPadded);
  expect(isPaddedFor(FORMULATIONS.cpu)).toBe(false);
});

function pick(feeds: Readonly<Record<string, Feeds[string] | undefined>>): Feeds {
  return Object.fromEntries(Object.entries(feeds).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

test('large convolutions of the UNet take fewer multiplications on the CPU, small ones and those on devices do not', () => {
  const level = (channels: number) => ({ channels, layers: 2, attention: null });
  const config = { ...UNET, levels: [level(320), level(640), level(1280)] as const, normNumGroups: 32 };
  const work = (formulation: Formulation, side: number) => {
    const get = (_key: string, dims: readonly number[]) => {
      return { elementType: 'float16', dims, location: 'weights', offset: 0, length: 0 } as const;
    };
    const builder = new GraphBuilder({ formulation, weights: { get } });
    buildUnet(builder, config, { n: 2, h: side, w: side, t: 77 });
    return builder.multiplyAdds;
  };
  const { cpu, cuda, webgpu } = FORMULATIONS;

  expect(work(cpu, 64)).toBeLessThan(0.8 * work(cuda, 64));
  expect(work(webgpu, 64)).toBe(work(cuda, 64));
  // Too small, and not to be cut into tiles.
  expect(work(cpu, 12)).toBe(work(cuda, 12));
  expect(work(cpu, 33)).toBe(work(cuda, 33));
});

test.each(['float16', 'bfloat16', 'float8e4m3'] as const)(
  'a UNet with weights in %s gives the same bits where sizes of large weights and maps are known only when it runs',
  async (type) => {
    const weights = new RandomWeights(type);
    const sessions = createOrtSessions();
    const levels = [
      { channels: 48, layers: 1, attention: { heads: 2 } },
      { channels: 96, layers: 1, attention: null },
    ] as const;
    const shape = { ...UNET_SHAPE, h: 16, w: 16 };
    const formulation = { ...FORMULATIONS.cpu, winograd: { channels: 48, side: 8 }, sizesAtRunTime: { values: 1000 } };
    const run = async (sizesAtRunTime: boolean) => {
      const builder = new GraphBuilder({ weights, formulation });
      buildUnet(builder, { ...UNET, levels, normNumGroups: 8 }, shape);
      const bytes = builder.finish('unet', { sizesAtRunTime });
      const { folder: weightsFolder } = weights;
      const build = () => ({ bytes, weightsFolder, weightBytes: 1, runsOnEnd: true, staysOnDisk: true });
      const feeds = { ...UNET_FEEDS, sample: randomTensor([2, 4, shape.h, shape.w], 9) };
      const { out_sample: found } = await sessions.run({ key: String(sizesAtRunTime), build }, feeds);
      const operators = Buffer.from(bytes).toString('latin1');
      return {
        data: Buffer.from(found?.data.buffer ?? new ArrayBuffer(0)),
        largest: Math.max(...(found?.data ?? [])),
        isHidden: operators.includes('down_blocks.1.resnets.0.conv1.weight.stored'),
      };
    };

    try {
      const [known, atRunTime] = [await run(false), await run(true)];

      expect(atRunTime.data.equals(known.data)).toBe(true);
      expect(known.largest).toBeGreaterThan(0.01);
      expect([known.isHidden, atRunTime.isHidden]).toEqual([false, type !== 'float8e4m3']);
    } finally {
      await sessions.close();
    }
  },
);
