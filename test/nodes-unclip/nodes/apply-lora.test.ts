import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import { applyLora, roundToFloat16, type TextModel, type UnetModel } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, createOrtSessions } from '@unclip-studio/server';
import { afterAll, describe, expect, test } from 'vitest';
import { CheckpointCopy, openFolder, openSmallCheckpoint, SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { inLongSuite } from '../../support/long-suite.js';
import { randomTensor } from '../../support/random-tensor.js';
import { readTensors, safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';

const UNET = 'unet/diffusion_pytorch_model.safetensors';
const LINEAR = 'mid_block.attentions.0.transformer_blocks.0.attn1.to_v';
const TOP = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_v';
const CROSS = 'mid_block.attentions.0.transformer_blocks.0.attn2.to_k';
const CONV = 'down_blocks.0.resnets.0.conv1';
const STRIDED = 'down_blocks.0.downsamplers.0.conv';
const TEXT = 'text_model.encoder.layers.0.mlp.fc1';

const sessions = createOrtSessions();
afterAll(() => sessions.close());

const kohya = (path: string) => `lora_${path === TEXT ? 'te' : 'unet'}_${path.replaceAll('.', '_')}`;

function floats(shape: readonly number[], seed: number, scale = 0.3): TensorBytes {
  const data = randomTensor(shape, seed).data.map((value) => value * scale);
  return { dtype: 'F32', shape, data: new Uint8Array(data.buffer) };
}

const numbers = ({ data }: TensorBytes) => new Float32Array(Uint8Array.from(data).buffer);
const scalar = (value: number): TensorBytes => ({
  dtype: 'F32',
  shape: [],
  data: new Uint8Array(Float32Array.of(value).buffer),
});

/** A service which knows LoRAs made of these tensors. */
function serviceWith(loras: Readonly<Record<string, Readonly<Record<string, TensorBytes>>>>) {
  const root = tempFolder();
  for (const [name, tensors] of Object.entries(loras)) {
    const path = join(root, 'loras', `${name}.safetensors`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, safetensorsFile(tensors));
  }
  return createCheckpointService({ roots: [root] });
}

interface Applied {
  readonly unet: UnetModel;
  readonly text: TextModel;
}

async function apply(checkpoints: ReturnType<typeof serviceWith>, models: Partial<Applied>, params: object) {
  return evaluateNode<Applied>(applyLora, models, params, { checkpoints });
}

const shape = { n: 1, h: 4, w: 4, t: 3 };

async function predict(unet: UnetModel, side = 4): Promise<Float32Array> {
  const { crossAttentionDim, classEmbedDim } = unet.config;
  const { out_sample: predicted } = await sessions.run(unet.request({ n: 1, h: side, w: side, t: 3 }), {
    sample: randomTensor([1, 4, side, side], 1),
    timestep: { dtype: 'float32', dims: [1], data: Float32Array.of(500) },
    encoder_hidden_states: randomTensor([1, 3, crossAttentionDim], 2),
    class_labels: randomTensor([1, classEmbedDim ?? 0], 3),
  });
  return predicted?.data ?? new Float32Array();
}

const without = new Map<number, Promise<Float32Array>>();
/** What the model predicts as it is; computed once. */
function predictWithout(side = 4): Promise<Float32Array> {
  const kept = without.get(side) ?? openSmallCheckpoint().then(({ unet }) => predict(unet, side));
  without.set(side, kept);
  return kept;
}

/** The checkpoint with another weight in the place of one. */
async function withWeight(path: string, change: (weight: Float32Array, dims: readonly number[]) => Float32Array) {
  const copy = new CheckpointCopy({ source: SMALL_CHECKPOINT, folder: tempFolder() });
  const tensors = readTensors(readFileSync(copy.path(UNET)));
  const key = `${path}.weight`;
  const weight = tensors[key] as TensorBytes;
  const data = new Uint8Array(change(numbers(weight), weight.shape).buffer);
  copy.write(UNET, safetensorsFile({ ...tensors, [key]: { ...weight, data } }));
  return (await openFolder(copy.folder)).unet;
}

/** [rows, r] times [r, columns]. */
function times(a: Float32Array, b: Float32Array, rank: number): Float32Array {
  const [rows, columns] = [a.length / rank, b.length / rank];
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    let sum = 0;
    for (let r = 0; r < rank; r++) {
      sum += (a[Math.floor(i / columns) * rank + r] as number) * (b[r * columns + (i % columns)] as number);
    }
    return sum;
  });
}

const plus = (a: Float32Array, b: Float32Array, factor = 1) => a.map((value, i) => value + factor * (b[i] as number));

/** Of both the same, and of the model without an adapter something else. */
async function expectSame(adapted: UnetModel, folded: UnetModel, side?: number): Promise<void> {
  const [got, expected, unadapted] = [
    await predict(adapted, side),
    await predict(folded, side),
    await predictWithout(side),
  ];
  const worst = (other: Float32Array) =>
    got.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] as number))), 0);
  expect(got).toHaveLength(expected.length);
  expect(worst(expected)).toBeLessThan(2e-5);
  expect(worst(unadapted)).toBeGreaterThan(1e-3);
}

describe('the UNet with an adapter is that with the changed weight', async () => {
  const { unet } = await openSmallCheckpoint();
  const dimsOf = (path: string) => unet.shapes.get(`${path}.weight`) ?? [];
  const [out = 0, into = 0] = dimsOf(LINEAR);

  // If a layer has many input rows, the product is added to its weight; if it has few, it is computed beside it.
  test.each<[path: string, side: number, where: string]>([
    [LINEAR, 4, 'beside'],
    [TOP, 32, 'inside'],
    [STRIDED, 4, 'beside'],
    ...inLongSuite<[string, number, string]>([
      [CONV, 4, 'beside'],
      [CONV, 32, 'inside'],
    ]),
  ])('LoRA on %s with %i cells a side: alpha / rank * up * down, %s', async (path, side, where) => {
    const [rows = 0, ...rest] = dimsOf(path);
    const [down, up] = [floats([3, ...rest], 4), floats([rows, 3, ...rest.slice(1).map(() => 1)], 5)];
    const name = kohya(path);
    const service = serviceWith({
      a: { [`${name}.lora_down.weight`]: down, [`${name}.lora_up.weight`]: up, [`${name}.alpha`]: scalar(6) },
    });

    const { unet: adapted } = await apply(service, { unet }, { lora: 'a', strength: 0.5 });

    const folded = await withWeight(path, (weight) =>
      plus(weight, times(numbers(up), numbers(down), 3), 0.5 * (6 / 3)),
    );
    await expectSame(adapted, folded, side);
    const graph = Buffer.from(adapted.request({ n: 1, h: side, w: side, t: 3 }).build().bytes).toString('latin1');
    expect(graph.includes('adapter.0/MatMul') ? 'inside' : 'beside').toBe(where);
  });

  test('LoHa: the product of two low-rank matrices, number by number', async () => {
    const w = [floats([out, 2], 4), floats([2, into], 5), floats([out, 2], 6), floats([2, into], 7)] as const;
    const name = kohya(LINEAR);
    const [w1a, w1b, w2a, w2b] = w;
    const service = serviceWith({
      a: {
        ...{ [`${name}.hada_w1_a`]: w1a, [`${name}.hada_w1_b`]: w1b },
        ...{ [`${name}.hada_w2_a`]: w2a, [`${name}.hada_w2_b`]: w2b, [`${name}.alpha`]: scalar(1) },
      },
    });

    const { unet: adapted } = await apply(service, { unet }, { lora: 'a' });

    const second = times(numbers(w2a), numbers(w2b), 2);
    const product = times(numbers(w1a), numbers(w1b), 2).map((value, i) => value * (second[i] as number));
    const folded = await withWeight(LINEAR, (weight) => plus(weight, product, 1 / 2));
    await expectSame(adapted, folded);
  });

  test('LoKr on a convolution: the Kronecker product', async () => {
    const [rows = 0, columns = 0, ...kernel] = dimsOf(CONV);
    const cells = 9;
    const [w1, w2] = [floats([2, 2], 4), floats([rows / 2, columns / 2, ...kernel], 5)];
    const service = serviceWith({ a: { [`${kohya(CONV)}.lokr_w1`]: w1, [`${kohya(CONV)}.lokr_w2`]: w2 } });

    const { unet: adapted } = await apply(service, { unet }, { lora: 'a', strength: 2 });

    const [left, right] = [numbers(w1), numbers(w2)];
    const folded = await withWeight(CONV, (weight) =>
      weight.map((value, i) => {
        const [row, column, cell] = [Math.floor(i / (columns * cells)), Math.floor(i / cells) % columns, i % cells];
        const a = left[2 * Math.floor(row / (rows / 2)) + Math.floor(column / (columns / 2))] as number;
        const b = right[((row % (rows / 2)) * (columns / 2) + (column % (columns / 2))) * cells + cell] as number;
        return value + 2 * a * b;
      }),
    );
    await expectSame(adapted, folded);
  });

  test('DoRA: the rows of the sum are brought to the length of the magnitude', async () => {
    const [down, up, magnitude] = [floats([2, into], 4), floats([out, 2], 5), floats([out], 6, 1)];
    const service = serviceWith({
      a: {
        [`unet.${LINEAR}.lora_A.weight`]: down,
        [`unet.${LINEAR}.lora_B.weight`]: up,
        [`unet.${LINEAR}.lora_magnitude_vector`]: magnitude,
      },
    });

    const { unet: adapted } = await apply(service, { unet }, { lora: 'a' });

    const folded = await withWeight(LINEAR, (weight) => {
      const sum = plus(weight, times(numbers(up), numbers(down), 2));
      const length = (row: number) => Math.hypot(...sum.subarray(row * into, (row + 1) * into));
      return sum.map((value, i) => {
        const row = Math.floor(i / into);
        return (value * (numbers(magnitude)[row] as number)) / length(row);
      });
    });
    await expectSame(adapted, folded);
  });

  test('a whole difference', async () => {
    const difference = floats([out, into], 4);
    const service = serviceWith({ a: { [`${kohya(LINEAR)}.diff`]: difference } });

    const { unet: adapted } = await apply(service, { unet }, { lora: 'a', strength: -1 });

    const folded = await withWeight(LINEAR, (weight) => plus(weight, numbers(difference), -1));
    await expectSame(adapted, folded);
  });
});

describe('models with LoRAs', async () => {
  const { unet, text } = await openSmallCheckpoint();
  const pair = (path: string, seed: number) => {
    const [rows = 0, ...rest] = [...unet.shapes, ...text.shapes].find(([key]) => key === `${path}.weight`)?.[1] ?? [];
    return {
      [`${kohya(path)}.lora_down.weight`]: floats([2, ...rest], seed),
      [`${kohya(path)}.lora_up.weight`]: floats([rows, 2, ...rest.slice(1).map(() => 1)], seed + 1),
    };
  };
  const twoLoras = () => serviceWith({ a: pair(LINEAR, 1), b: { ...pair(LINEAR, 3), ...pair(TEXT, 5) } });
  const keysOf = (models: Applied) => [models.unet.request(shape).key, models.text.request().key];
  const bytesOf = (models: Applied) => [models.unet.request(shape).build().bytes, models.text.request().build().bytes];

  test('the strength 0 gives the very models without it', async () => {
    const service = twoLoras();
    const without = await apply(service, { unet, text }, { lora: 'b', strength: 0, textStrength: 0 });

    expect(keysOf(without)).toEqual(keysOf({ unet, text }));
    expect(bytesOf(without)).toEqual(bytesOf({ unet, text }));
  });

  test('two make the same models in either order, and others than one of them', async () => {
    const service = twoLoras();
    const one = await apply(service, { unet, text }, { lora: 'a' });
    const both = await apply(service, one, { lora: 'b', strength: 0.5 });
    const reversed = await apply(service, await apply(service, { unet, text }, { lora: 'b', strength: 0.5 }), {
      lora: 'a',
    });

    expect(keysOf(both)).toEqual(keysOf(reversed));
    expect(bytesOf(both)).toEqual(bytesOf(reversed));
    expect(new Set([unet, one.unet, both.unet].map(({ identity }) => identity)).size).toBe(3);
  });

  test('strengths change each model apart', async () => {
    const service = twoLoras();
    const weak = await apply(service, { unet, text }, { lora: 'b', strength: 0.5, textStrength: 1 });
    const strong = await apply(service, { unet, text }, { lora: 'b', strength: 1, textStrength: 1 });

    expect([weak.unet.identity === strong.unet.identity, weak.text.identity === strong.text.identity]).toEqual([
      false,
      true,
    ]);
  });

  // diffusers 0.42.1, loaders/single_file_utils.py, convert_ldm_unet_checkpoint; the checkpoint has one layer a block.
  test.each([
    [LINEAR, 'lora_unet_middle_block_1_transformer_blocks_0_attn1_to_v'],
    [LINEAR, 'diffusion_model.middle_block.1.transformer_blocks.0.attn1.to_v'],
    [TOP, 'lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_v'],
    [CONV, 'lora_unet_input_blocks_1_0_in_layers_2'],
    [STRIDED, 'lora_unet_input_blocks_2_0_op'],
    ['mid_block.resnets.1.time_emb_proj', 'lora_unet_middle_block_2_emb_layers_1'],
    ['up_blocks.1.attentions.1.proj_in', 'lora_unet_output_blocks_3_1_proj_in'],
    ['up_blocks.1.resnets.0.conv_shortcut', 'lora_unet_output_blocks_2_0_skip_connection'],
    ['up_blocks.0.upsamplers.0.conv', 'lora_unet_output_blocks_1_1_conv'],
    ['up_blocks.1.upsamplers.0.conv', 'lora_unet_output_blocks_3_2_conv'],
    ['conv_in', 'lora_unet_input_blocks_0_0'],
    ['conv_out', 'lora_unet_out_2'],
    ['time_embedding.linear_2', 'lora_unet_time_embed_2'],
    ['class_embedding.linear_1', 'lora_unet_label_emb_0_0'],
  ])('%s is also known by LDM’s name %s', async (path, name) => {
    const own = pair(path, 1);
    const renamed = Object.fromEntries(
      Object.entries(own).map(([key, value]) => [key.replace(kohya(path), name), value]),
    );
    const [expected, got] = [serviceWith({ a: own }), serviceWith({ a: renamed })].map((service) =>
      apply(service, { unet }, { lora: 'a' }),
    );

    const [{ unet: first }, { unet: second }] = (await Promise.all([expected, got])) as [Applied, Applied];
    expect(second.request(shape).build().bytes).toEqual(first.request(shape).build().bytes);
    expect(second.request(shape).build().bytes).not.toEqual(unet.request(shape).build().bytes);
  });

  test('without a text encoder the LoRA’s part for it is left out, which is reported', async () => {
    const service = twoLoras();
    const adapted = await apply(service, { unet }, { lora: 'b' });

    expect(adapted.unet.identity).not.toBe(unet.identity);
    expect(() => adapted.text.request()).toThrow(
      new CheckpointError('Apply LoRA: no text encoder is connected, so it has none to output. Connect one.'),
    );
  });

  test.each([
    [
      'another family by its names',
      { 'lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': floats([2, 4], 1) },
      /made for Stable Diffusion XL, and this is .*; choose a LoRA for that/,
    ],
    [
      'another family by the width of its text',
      {
        [`${kohya(CROSS)}.lora_down.weight`]: floats([2, 2048], 1),
        [`${kohya(CROSS)}.lora_up.weight`]: floats([unet.shapes.get(`${CROSS}.weight`)?.[0] ?? 0, 2], 2),
      },
      /lora_down.weight: down \[2, 2048\] does not fit .*made for Stable Diffusion XL, and this is/s,
    ],
    [
      'another family by its depth, with LDM’s names',
      {
        'lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.lora_down.weight': floats([2, 4], 1),
        'lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_q.lora_down.weight': floats([2, 4], 1),
      },
      /made for Stable Diffusion XL, and this is .*; choose a LoRA for that.*input_blocks_4_1_/s,
    ],
    ['Flux', { 'transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight': floats([2, 4], 1) }, /Flux/],
    [
      'Flux, by the width of blocks that Stable Diffusion 3 spells alike',
      { 'transformer.transformer_blocks.0.attn.to_q.lora_A.weight': floats([1, 3072], 1) },
      /It was made for Flux, and this is/,
    ],
    [
      'Stable Diffusion 3',
      { 'transformer.transformer_blocks.0.attn.to_q.lora_A.weight': floats([1, 1536], 1) },
      /It was made for Stable Diffusion 3, and this is/,
    ],
    [
      'half a pair',
      { [`${kohya(LINEAR)}.lora_down.weight`]: floats([2, 4], 1) },
      'half of the pair is missing: there is no up',
    ],
    [
      'a tensor of no form',
      { ...pair(LINEAR, 1), 'model.diffusion_model.out.2.weight': floats([2, 2], 1) },
      '"model.diffusion_model.out.2.weight" belongs to no form of LoRA',
    ],
    ['nothing', {}, 'expected the tensors of a LoRA, got none'],
  ])('%s is refused', async (_, tensors, words) => {
    const applied = apply(serviceWith({ a: tensors }), { unet, text }, { lora: 'a' });

    await expect(applied).rejects.toThrow(CheckpointError);
    await expect(applied).rejects.toThrow(words);
  });

  test('everything without a matching module is listed', async () => {
    const tensors = { ...pair(LINEAR, 1) };
    for (const layer of [7, 8]) {
      tensors[`lora_te_text_model_encoder_layers_${layer}_mlp_fc1.lora_down.weight`] = floats([2, 4], layer);
    }
    const applied = apply(serviceWith({ a: tensors }), { unet, text }, { lora: 'a' });

    await expect(applied).rejects.toThrow(/layers_7_mlp_fc1.*no such module.*layers_8_mlp_fc1.*no such module/s);
  });

  const comfyUi = { lora: 'a', numerics: 'comfyui' };

  test('with ComfyUI’s numbers what a model has no layer for is left out', async () => {
    const unknown = { 'lora_unet_no_such_layer.lora_down.weight': floats([2, 8], 1), 'some.tensor': floats([2], 2) };

    const whole = await apply(serviceWith({ a: pair(LINEAR, 1) }), { unet, text }, { lora: 'a' });
    const more = await apply(serviceWith({ a: { ...pair(LINEAR, 1), ...unknown } }), { unet, text }, comfyUi);

    expect(await predict(more.unet)).toEqual(await predict(whole.unet));
  });

  test('and the user is told what is left out', async () => {
    const unknown = { 'lora_unet_no_such_layer.lora_down.weight': floats([2, 8], 1), 'some.tensor': floats([2], 2) };
    const notices: unknown[] = [];
    const inference = { run: sessions.run, notice: (...notice: unknown[]) => notices.push(...notice) };
    const checkpoints = serviceWith({ a: { ...pair(LINEAR, 1), ...unknown } });
    await evaluateNode(applyLora, { unet, text }, comfyUi, { checkpoints, inference });

    expect(notices).toEqual([
      'LoRA "a": this model has no layer for "some.tensor" and 1 more, left out as in ComfyUI.',
      { code: 'lora-layers-left-out', lora: 'a', layer: 'some.tensor', more: 1 },
    ]);
  });

  test('but one of another family is refused all the same', async () => {
    const ofXl = { 'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': floats([2, 4], 1) };
    const applied = apply(serviceWith({ a: { ...pair(LINEAR, 1), ...ofXl } }), { unet, text }, comfyUi);

    await expect(applied).rejects.toThrow('It was made for Stable Diffusion XL');
  });

  test('a text encoder of rounded weights is rounded again with what is added, one after the other', async () => {
    const service = serviceWith({ a: pair(TEXT, 5), b: pair(TEXT, 7) });
    const first = await apply(service, { unet, text }, { ...comfyUi, textStrength: 0.4 });
    const { text: adapted } = await apply(service, first, { ...comfyUi, lora: 'b', textStrength: -0.7 });

    const copy = new CheckpointCopy();
    const product = (seed: number) => {
      const { [`${kohya(TEXT)}.lora_up.weight`]: up, [`${kohya(TEXT)}.lora_down.weight`]: down } = pair(TEXT, seed);
      return times(numbers(up as TensorBytes), numbers(down as TensorBytes), 2);
    };
    copy.editTensors('text_encoder/model.safetensors', (tensors) => {
      const key = `${TEXT}.weight`;
      const weight = tensors[key] as TensorBytes;
      const sum = plus(plus(numbers(weight).map(roundToFloat16), product(5), 0.4), product(7), -0.7);
      return { ...tensors, [key]: { ...weight, data: new Uint8Array(sum.map(roundToFloat16).buffer) } };
    });
    const statesOf = async (model: ReturnType<TextModel['request']>): Promise<Float32Array> =>
      (await sessions.run(model, { input_ids: IDS })).last_hidden_state?.data ?? new Float32Array();
    const got = await statesOf(adapted.request({ halfWeights: true }));
    const expected = await statesOf((await copy.open()).text.request({ halfWeights: true }));
    const unrounded = await statesOf(adapted.request());
    const worst = (other: Float32Array) =>
      got.reduce((most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? Number.NaN))), 0);

    expect(worst(expected)).toBeLessThan(2e-5);
    expect(worst(unrounded)).toBeGreaterThan(1e-4);
  });
});

const IDS = { dtype: 'int64', dims: [1, 77], data: BigInt64Array.from({ length: 77 }, (_, i) => BigInt(i)) } as const;
