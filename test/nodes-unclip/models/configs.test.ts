import {
  ConfigReader,
  readClipTextConfig,
  readClipVisionConfig,
  readUnetConfig,
  readVaeConfig,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

const SD21_UNET = {
  sample_size: 96,
  block_out_channels: [320, 640, 1280, 1280],
  attention_head_dim: [5, 10, 20, 20],
  cross_attention_dim: 1024,
  use_linear_projection: true,
  class_embed_type: 'projection',
  projection_class_embeddings_input_dim: 2048,
  down_block_types: ['CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D', 'CrossAttnUpBlock2D'],
};

test('the UNet of SD 2.1 unCLIP is read, with diffusers defaults for what its file leaves out', () => {
  expect(readUnetConfig(new ConfigReader('unet/config.json', SD21_UNET))).toEqual({
    sampleSize: 96,
    inChannels: 4,
    outChannels: 4,
    levels: [
      { channels: 320, layers: 2, attention: { heads: 5 } },
      { channels: 640, layers: 2, attention: { heads: 10 } },
      { channels: 1280, layers: 2, attention: { heads: 20 } },
      { channels: 1280, layers: 2, attention: null },
    ],
    middle: { heads: 20 },
    crossAttentionDim: 1024,
    normNumGroups: 32,
    normEps: 1e-5,
    useLinearProjection: true,
    timeEmbedDim: 1280,
    flipSinToCos: true,
    freqShift: 0,
    timeEmbeddingAct: null,
    classEmbedDim: 2048,
  });
});

test('a single number of heads applies to every level', () => {
  const { levels, middle } = readUnetConfig(
    new ConfigReader('unet/config.json', { ...SD21_UNET, attention_head_dim: 8 }),
  );

  expect([...levels.map(({ attention }) => attention?.heads), middle.heads]).toEqual([8, 8, 8, undefined, 8]);
});

test('a UNet without class embedding is read', () => {
  expect(
    readUnetConfig(new ConfigReader('unet/config.json', { ...SD21_UNET, class_embed_type: null })).classEmbedDim,
  ).toBeNull();
});

test('heads that do not divide the channels are refused', () => {
  expect(() =>
    readUnetConfig(new ConfigReader('unet/config.json', { ...SD21_UNET, attention_head_dim: [5, 10, 20, 7] })),
  ).toThrow(
    'unet/config.json: 1280 channels of level 3 cannot be divided among 7 heads. ' +
      'This program cannot run such a model; choose another checkpoint',
  );
});

test.each([
  [
    'block_out_channels',
    [320, 640, 1280, '1280'],
    'expected a list of whole numbers above 0, got [320,640,1280,"1280"]',
  ],
  [
    'down_block_types',
    ['DownBlock2D'],
    'expected 4 times "CrossAttnDownBlock2D" or "DownBlock2D", got ["DownBlock2D"]',
  ],
  [
    'up_block_types',
    [...SD21_UNET.up_block_types].reverse(),
    'expected attention at the levels where "down_block_types" has it, but level 0 differs',
  ],
  ['sample_size', undefined, 'expected a whole number above 0, got nothing'],
  ['transformer_layers_per_block', 2, 'expected 1, other values being unsupported, got 2'],
  ['addition_embed_type', 'text', 'expected null, other values being unsupported, got "text"'],
  ['use_linear_projection', 1, 'expected true or false, got 1'],
])('a UNet config with a wrong "%s" is refused by that key', (key, value, problem) => {
  expect(() => readUnetConfig(new ConfigReader('unet/config.json', { ...SD21_UNET, [key]: value }))).toThrow(
    `"${key}": ${problem}`,
  );
});

test('a config that is not an object is rejected', () => {
  expect(() => readUnetConfig(new ConfigReader('unet/config.json', []))).toThrow('expected a JSON object');
});

test('CLIP configs use the defaults of transformers for missing keys', () => {
  expect(readClipVisionConfig(new ConfigReader('c', { patch_size: 14, hidden_act: 'gelu' }))).toEqual({
    hiddenSize: 768,
    intermediateSize: 3072,
    numHiddenLayers: 12,
    numAttentionHeads: 12,
    layerNormEps: 1e-5,
    hiddenAct: 'gelu',
    imageSize: 224,
    patchSize: 14,
    numChannels: 3,
    numPositions: 257,
    projectionDim: 512,
  });
  expect(readClipTextConfig(new ConfigReader('c', {}))).toMatchObject({
    hiddenSize: 512,
    numAttentionHeads: 8,
    hiddenAct: 'quick_gelu',
    vocabSize: 49408,
    maxPositionEmbeddings: 77,
  });
});

test('an activation that CLIP models do not use is refused', () => {
  expect(() => readClipTextConfig(new ConfigReader('text_encoder/config.json', { hidden_act: 'gelu_new' }))).toThrow(
    'text_encoder/config.json: "hidden_act": expected "gelu" or "quick_gelu", got "gelu_new". ' +
      'This program cannot run such a model; choose another checkpoint',
  );
});

const SD21_VAE = {
  block_out_channels: [128, 256, 512, 512],
  layers_per_block: 2,
  down_block_types: Array.from({ length: 4 }, () => 'DownEncoderBlock2D'),
  up_block_types: Array.from({ length: 4 }, () => 'UpDecoderBlock2D'),
};

test('the VAE of SD 2.1 is read, and one with a shift is refused', () => {
  expect(readVaeConfig(new ConfigReader('vae/config.json', SD21_VAE))).toEqual({
    inChannels: 3,
    outChannels: 3,
    latentChannels: 4,
    blockOutChannels: [128, 256, 512, 512],
    layersPerBlock: 2,
    normNumGroups: 32,
    scalingFactor: 0.18215,
    useQuantConv: true,
    usePostQuantConv: true,
  });
  expect(() => readVaeConfig(new ConfigReader('vae/config.json', { ...SD21_VAE, shift_factor: 0.1 }))).toThrow(
    '"shift_factor": expected 0, other values being unsupported, got 0.1',
  );
});

// diffusers writes a list where a value may differ from level to level.
test.each([
  { only_cross_attention: [false, false, false, false] },
  { transformer_layers_per_block: [1, 1, 1, 1] },
  { layers_per_block: [2, 2, 2, 2] },
  { cross_attention_dim: [1024, 1024, 1024, 1024] },
  { act_fn: 'swish' },
])('a UNet with %j is the same as one that says it once', (change) => {
  const read = readUnetConfig(new ConfigReader('unet/config.json', { ...SD21_UNET, ...change }));

  expect(read).toEqual(readUnetConfig(new ConfigReader('unet/config.json', SD21_UNET)));
});

test.each([
  [{ layers_per_block: [1, 2, 1, 1] }, '"layers_per_block": expected a whole number above 0, got [1,2,1,1]'],
  [{ layers_per_block: [1, 1] }, '"layers_per_block": expected a whole number above 0, got [1,1]'],
  [{ only_cross_attention: [true, true, true, true] }, '"only_cross_attention": expected false'],
  [{ time_embedding_act_fn: 'mish' }, '"time_embedding_act_fn": expected "silu" or "swish" or "gelu", got "mish"'],
])('a UNet with %j is another model, and refused', (change, expected) => {
  expect(() => readUnetConfig(new ConfigReader('unet/config.json', { ...SD21_UNET, ...change }))).toThrow(expected);
});

test('latents without shift and scale are those of any VAE', () => {
  const neutral = { latents_mean: [0, 0, 0, 0], latents_std: [1, 1, 1, 1], shift_factor: 0 };
  const read = (change: object) => readVaeConfig(new ConfigReader('vae/config.json', { ...SD21_VAE, ...change }));

  expect(read(neutral)).toEqual(read({}));
  expect(() => read({ latents_mean: [0, 0, 0, 0.5] })).toThrow('"latents_mean": expected null or 0 throughout');
});
