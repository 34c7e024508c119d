import { createHash } from 'node:crypto';
import { FORMULATIONS } from '@unclip-studio/nodes-unclip';
import {
  buildClipText,
  buildClipTextProjection,
  buildClipVision,
  buildPrior,
  buildUnet,
  buildVaeDecoder,
  buildVaeEncoder,
  ConfigReader,
  GraphBuilder,
  readClipTextConfig,
  readClipTextProjectionConfig,
  readClipVisionConfig,
  readPriorConfig,
  readUnetConfig,
  readVaeConfig,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

// The models of Stable Diffusion 1 and 2 and of Karlo in their real sizes. The code of a graph may be rewritten, but
// another graph is another result: cached results, and sessions on tested devices, would silently be wrong.

const read = <Config>(reader: (reader: ConfigReader) => Config, json: object) =>
  reader(new ConfigReader('config', json));

const SD2 = {
  ...{ sample_size: 96, block_out_channels: [320, 640, 1280, 1280], attention_head_dim: [5, 10, 20, 20] },
  ...{ cross_attention_dim: 1024, use_linear_projection: true },
  down_block_types: [...Array.from({ length: 3 }, () => 'CrossAttnDownBlock2D'), 'DownBlock2D'],
  up_block_types: ['UpBlock2D', ...Array.from({ length: 3 }, () => 'CrossAttnUpBlock2D')],
};
const unclipUnet = read(readUnetConfig, {
  ...{ ...SD2, class_embed_type: 'projection', projection_class_embeddings_input_dim: 2048 },
});
const sd1Unet = read(readUnetConfig, {
  ...{ ...SD2, attention_head_dim: 8, cross_attention_dim: 768, use_linear_projection: false },
});
const vae = read(readVaeConfig, {
  ...{ block_out_channels: [128, 256, 512, 512], layers_per_block: 2 },
  down_block_types: Array.from({ length: 4 }, () => 'DownEncoderBlock2D'),
  up_block_types: Array.from({ length: 4 }, () => 'UpDecoderBlock2D'),
});
const textH = { hidden_size: 1024, intermediate_size: 4096, num_attention_heads: 16, num_hidden_layers: 23 };
const textL = { hidden_size: 768, intermediate_size: 3072, num_attention_heads: 12, projection_dim: 768 };
const visionH = {
  ...{ hidden_size: 1280, intermediate_size: 5120, num_attention_heads: 16, num_hidden_layers: 32 },
  ...{ patch_size: 14, projection_dim: 1024, hidden_act: 'gelu' },
};
const shape = { n: 2, h: 64, w: 48, t: 77 };

test.each<[name: string, build: (builder: GraphBuilder) => void, sha256Start: string]>([
  ['the unCLIP UNet', (builder) => buildUnet(builder, unclipUnet, shape), '1d0312dd90f7cd04'],
  [
    'the part that keeps deep features',
    (builder) => buildUnet(builder, unclipUnet, shape, { part: 'keeping' }),
    '6efe7647f90309e5',
  ],
  [
    'the part that takes deep features',
    (builder) => buildUnet(builder, unclipUnet, shape, { part: 'shallow' }),
    '74f45b574366002a',
  ],
  [
    'the same at sides that do not halve evenly',
    (builder) => buildUnet(builder, unclipUnet, { ...shape, h: 33, w: 45 }),
    '06ac26f0d9992951',
  ],
  ['the UNet of Stable Diffusion 1', (builder) => buildUnet(builder, sd1Unet, shape), '96c80722b47fa300'],
  ['the VAE decoder', (builder) => buildVaeDecoder(builder, vae, { n: 1, h: 64, w: 48 }), '3cd0c4c31081e78f'],
  [
    'the VAE encoder',
    (builder) => buildVaeEncoder(builder, vae, { n: 1, heightPx: 512, widthPx: 384 }),
    '54ba4d8976c1259a',
  ],
  ['the text encoder', (builder) => buildClipText(builder, read(readClipTextConfig, textH)), '8caa7233b0b7902a'],
  [
    'the smaller text encoder with layers left out',
    (builder) => buildClipText(builder, read(readClipTextConfig, textL), { clipSkip: 2 }),
    '97fdb37f2b9e4c4f',
  ],
  ['the image encoder', (builder) => buildClipVision(builder, read(readClipVisionConfig, visionH)), 'e99168b5ea6776a1'],
  ['the prior', (builder) => buildPrior(builder, read(readPriorConfig, {}), { n: 2 }), '370f8aea8e637ce1'],
  [
    'the text encoder of the prior',
    (builder) => buildClipTextProjection(builder, read(readClipTextProjectionConfig, textL)),
    'a1dcd5ba528a2bfb',
  ],
])('the ONNX graph of %s is the one of version 0.1.0 in every formulation', (_, build, sha256Start) => {
  const hash = createHash('sha256');
  // Winograd's convolutions came later, and so the formulation of CUDA, which has none, and that of OpenVINO.
  const { cpu: _cpu, cuda, openvino: _openvino, ...others } = FORMULATIONS;
  for (const formulation of [cuda, ...Object.values(others)]) {
    let offset = 0;
    const builder = new GraphBuilder({
      // Scores that are computed in parts came later, and not on the CPU.
      formulation: { ...formulation, maxScoreBytes: Number.POSITIVE_INFINITY },
      weights: {
        get(_, dims) {
          const length = 2 * dims.reduce((product, dim) => product * dim, 1);
          offset += length;
          return { elementType: 'float16', dims, location: 'weights', offset: offset - length, length };
        },
      },
    });
    build(builder);
    hash.update(builder.finish('model'));
  }

  expect(hash.digest('hex').slice(0, 16)).toBe(sha256Start);
});
