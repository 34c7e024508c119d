import { FORMULATIONS } from '@unclip-studio/nodes-unclip';
import {
  add,
  buildUnet,
  ConfigReader,
  concat,
  conv,
  GraphBuilder,
  matMul,
  readUnetConfig,
  reshape,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';

function newBuilder(): GraphBuilder {
  return new GraphBuilder({
    formulation: FORMULATIONS.cpu,
    weights: { get: (_, dims) => ({ elementType: 'float32', dims, location: 'w.bin', offset: 0, length: 4 }) },
  });
}

test('a value knows its shape, free axes by their names', () => {
  const builder = newBuilder();
  const scope = builder.root().child('block');
  const x = builder.input('x', 'float32', ['n', 6, 4]);

  const flat = reshape(scope, x, [0, -1]);
  const product = matMul(scope, x, scope.weight('weight', [4, 7]));

  expect(flat.dims).toEqual(['n', 24]);
  expect(product.dims).toEqual(['n', 6, 7]);
  expect(add(scope, product, scope.weight('bias', [7])).dims).toEqual(['n', 6, 7]);
  expect(concat(scope, [x, x], 1).dims).toEqual(['n', 12, 4]);
});

test('a convolution gives the sizes that the runtime will find', () => {
  const builder = newBuilder();
  const scope = builder.root().child('down');
  const x = builder.input('x', 'float32', [2, 3, 33, 45]);
  const weight = scope.weight('weight', [8, 3, 3, 3]);

  const halved = conv(scope, [x, weight], { kernel: 3, stride: 2, padding: 1 });
  const floored = conv(scope, [x, weight], { kernel: 3, stride: 2, padding: [0, 0, 1, 1] });

  expect(halved.dims).toEqual([2, 8, 17, 23]);
  expect(floored.dims).toEqual([2, 8, 16, 22]);
});

test.each<[string, (builder: GraphBuilder) => unknown, string]>([
  [
    'shapes that do not go together',
    (builder) =>
      add(builder.root().child('a.b'), builder.input('x', 'float32', [2, 3]), builder.input('y', 'float32', [4])),
    'a.b/Add: float32 [2, 3] and float32 [4] do not go together',
  ],
  [
    'two free axes of other names',
    (builder) =>
      add(builder.root().child('a'), builder.input('x', 'float32', ['n']), builder.input('y', 'float32', ['m'])),
    'a/Add: float32 [n] and float32 [m] do not go together',
  ],
  [
    'values of unlike types',
    (builder) => add(builder.root().child('a'), builder.input('x', 'float32', [2]), builder.ints([1, 2])),
    'a/Add: expected values of one type, got float32 [2] and int64 [2]',
  ],
  [
    'a weight of other features',
    (builder) => {
      const scope = builder.root().child('attn1.to_q');
      return matMul(scope, builder.input('x', 'float32', ['n', 77, 320]), scope.weight('weight', [640, 640]));
    },
    'attn1.to_q/MatMul: float32 [n, 77, 320] cannot be multiplied with float32 [640, 640]',
  ],
  [
    'a reshape that loses values',
    (builder) => reshape(builder.root().child('a'), builder.input('x', 'float32', ['n', 6]), [0, 4]),
    'a/Reshape: float32 [n, 6] does not fit [0, 4]',
  ],
  [
    'an output of another shape than was promised',
    (builder) => builder.output('y', builder.input('x', 'float32', [2, 3]), [3, 2]),
    'output/y: expected [3, 2], got [2, 3]',
  ],
])('%s are refused where they are made', (_, build, message) => {
  expect(() => build(newBuilder())).toThrow(expect.objectContaining({ name: 'GraphError', message }));
});

test('a UNet with other text states than in its config reports the layer', () => {
  const config = readUnetConfig(
    new ConfigReader('config.json', {
      ...{ sample_size: 8, block_out_channels: [32, 64], attention_head_dim: 2, cross_attention_dim: 48 },
      ...{
        down_block_types: ['CrossAttnDownBlock2D', 'DownBlock2D'],
        up_block_types: ['UpBlock2D', 'CrossAttnUpBlock2D'],
      },
    }),
  );
  const builder = newBuilder();
  const input = builder.input.bind(builder);
  builder.input = (name, dtype, dims) =>
    input(name, dtype, name === 'encoder_hidden_states' ? [...dims.slice(0, -1), 40] : dims);

  expect(() => buildUnet(builder, config, { n: 1, h: 8, w: 8, t: 77 })).toThrow(
    'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k/FusedMatMul: ' +
      'float32 [1, 77, 40] cannot be multiplied with float32 [32, 48]',
  );
});
