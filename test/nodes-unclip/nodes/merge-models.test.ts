import { join } from 'node:path';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import { mergeModelBlocks, mergeModels, type TextModel, type UnetModel } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { afterAll, describe, expect, test } from 'vitest';
import { CheckpointCopy, openFolder, openSmallCheckpoint } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { longTest } from '../../support/long-suite.js';
import { randomTensor } from '../../support/random-tensor.js';
import type { TensorBytes } from '../../support/safetensors-file.js';
import { fileFolder } from '../../support/temp-folder.js';

const UNET = 'unet/diffusion_pytorch_model.safetensors';
const TEXT = 'text_encoder/model.safetensors';
const VAE = 'vae/diffusion_pytorch_model.safetensors';

const sessions = createOrtSessions();
afterAll(() => sessions.close());

type Checkpoint = Awaited<ReturnType<typeof openSmallCheckpoint>>;
type Vae = Checkpoint['vae'];
interface Merged {
  readonly unet: UnetModel;
  readonly text: TextModel;
  readonly vae: Vae;
}

const numbers = ({ data }: TensorBytes) => new Float32Array(Uint8Array.from(data).buffer);

/** The small checkpoint with each weight changed, in a separate folder. */
function changed(
  change: (values: Float32Array, seed: number, key: string) => Float32Array,
  folder?: string,
): CheckpointCopy {
  const copy = new CheckpointCopy(folder === undefined ? {} : { folder });
  for (const file of [UNET, TEXT, VAE]) {
    copy.editTensors(file, (tensors) =>
      Object.fromEntries(
        Object.entries(tensors).map(([key, tensor], seed) =>
          tensor.dtype === 'F32'
            ? [key, { ...tensor, data: new Uint8Array(change(numbers(tensor), seed, key).buffer) }]
            : [key, tensor],
        ),
      ),
    );
  }
  return copy;
}

const drawn = new Map<string, Float32Array>();
function noise(length: number, seed: number): Float32Array {
  const key = `${length} ${seed}`;
  const kept = drawn.get(key) ?? randomTensor([length], seed + 1).data.map((value) => 0.1 * value);
  drawn.set(key, kept);
  return kept;
}
const withNoise = (scale: number, offset: number) => (values: Float32Array, seed: number) => {
  const extra = noise(values.length, seed + offset);
  return values.map((value, i) => value + scale * (extra[i] as number));
};

const folder = fileFolder();
const opened = new Map<string, ReturnType<typeof openFolder>>();
/** The small checkpoint with noise on each weight, of which an offset is another one; opened once. */
function openNoisy(scale: number, offset = 0): ReturnType<typeof openFolder> {
  const name = `${scale} ${offset}`;
  const kept = opened.get(name) ?? openFolder(changed(withNoise(scale, offset), join(folder, name)).folder);
  opened.set(name, kept);
  return kept;
}

const shape = { n: 1, h: 4, w: 4, t: 3 };

async function predict({ unet, text, vae }: Merged): Promise<readonly Float32Array[]> {
  const { crossAttentionDim, classEmbedDim } = unet.config;
  const { out_sample: predicted } = await sessions.run(unet.request(shape), {
    sample: randomTensor([1, 4, 4, 4], 1),
    timestep: { dtype: 'float32', dims: [1], data: Float32Array.of(500) },
    encoder_hidden_states: randomTensor([1, 3, crossAttentionDim], 2),
    class_labels: randomTensor([1, classEmbedDim ?? 0], 3),
  });
  const ids = { dtype: 'int64', dims: [1, 77], data: BigInt64Array.from({ length: 77 }, (_, i) => BigInt(i)) } as const;
  const { last_hidden_state: states } = await sessions.run(text.request(), { input_ids: ids });
  const { image } = await sessions.run(vae.decoder({ n: 1, h: 2, w: 2 }), { latent: randomTensor([1, 4, 2, 2], 4) });
  return [predicted, states, image].map((value) => value?.data ?? new Float32Array());
}

async function expectSame(merged: Merged, written: Merged): Promise<void> {
  const [got, expected] = [await predict(merged), await predict(written)];
  for (const [i, values] of got.entries()) {
    const worst = values.reduce((most, value, k) => Math.max(most, Math.abs(value - (expected[i]?.[k] as number))), 0);
    expect(values.length).toBe(expected[i]?.length);
    expect(worst).toBeLessThan(1e-4);
  }
}

async function merge(parts: readonly Merged[], params: object): Promise<Merged> {
  const inputs = Object.assign(
    {},
    ...parts.map(({ unet, text, vae }, i) => {
      const number = i === 0 ? '' : i + 1;
      return { [`unet${number}`]: unet, [`text${number}`]: text, [`vae${number}`]: vae };
    }),
  );
  return evaluateNode<Merged>(mergeModels, inputs, params);
}

const keysOf = ({ unet, text, vae }: Merged) => [
  unet.request(shape).key,
  text.request().key,
  vae.decoder({ n: 1, h: 2, w: 2 }).key,
];
const bytesOf = ({ unet, text, vae }: Merged) => [
  unet.request(shape).build().bytes,
  text.request().build().bytes,
  vae.decoder({ n: 1, h: 2, w: 2 }).build().bytes,
];

describe('models are merged', async () => {
  const a = await openSmallCheckpoint();
  const openB = () => openNoisy(1);
  const openC = () => openNoisy(1, 1000);

  test('weighted: each weight is between the two', async () => {
    const written = await openNoisy(0.3);

    await expectSame(await merge([a, await openB()], { ratio: 0.3 }), written);
  });

  longTest('with the difference of two others added', async () => {
    const written = changed((values, seed) => {
      const [more, less] = [noise(values.length, seed), noise(values.length, seed + 1000)];
      return values.map((value, i) => value + 0.8 * ((more[i] as number) - (less[i] as number)));
    });

    await expectSame(
      await merge([a, await openB(), await openC()], { method: 'add difference', ratio: 0.8 }),
      await openFolder(written.folder),
    );
  });

  test('again and again, from folders far apart', async () => {
    const half = await merge([a, await openB()], { ratio: 0.5 });

    await expectSame(await merge([half, a], { ratio: 0.4 }), await openNoisy(0.3));
  });

  test.each([
    ['0', { ratio: 0 }, 'ab', 'a'],
    ['1', { ratio: 1 }, 'ab', 'b'],
    ['0 of a difference', { ratio: 0, method: 'add difference' }, 'abc', 'a'],
    ['any, of a model with itself', { ratio: 0.25 }, 'aa', 'a'],
  ])('the ratio %s gives the bytes of one model', async (_, params, parts, only) => {
    const models: Readonly<Record<string, Merged>> = { a, b: await openB(), c: await openC() };
    const merged = await merge(
      [...parts].map((name) => models[name] as Merged),
      params,
    );
    const one = models[only] as Merged;

    expect(keysOf(merged)).toEqual(keysOf(one));
    expect(bytesOf(merged)).toEqual(bytesOf(one));
  });

  test('in either order to the same model, and with another ratio to another one', async () => {
    const b = await openB();
    const [one, swapped, other] = [
      await merge([a, b], { ratio: 0.7 }),
      await merge([b, a], { ratio: 0.3 }),
      await merge([a, b], { ratio: 0.3 }),
    ];

    expect(keysOf(swapped)).toEqual(keysOf(one));
    for (const [i, key] of keysOf(other).entries()) expect(key).not.toBe(keysOf(one)[i]);
  });

  test('one by one: what has no second one stays as it is, and what has none is reported by its reader', async () => {
    const b = await openB();
    const { unet, text, vae } = await evaluateNode<Merged>(mergeModels, { unet: a.unet, unet2: b.unet, text: a.text });

    expect(unet.identity).not.toBe(a.unet.identity);
    expect(text).toBe(a.text);
    expect(() => vae.latents).toThrow('Merge Models: no VAE is connected');
  });

  test('a LoRA of one of them counts with its share', async () => {
    const b = await openB();
    const path = 'mid_block.attentions.0.transformer_blocks.0.attn1.to_v';
    const [out = 0, into = 0] = a.unet.shapes.get(`${path}.weight`) ?? [];
    const factor = (dims: readonly number[], seed: number) => {
      const { data } = randomTensor(dims, seed);
      return { elementType: 'float32', dims, data: new Uint8Array(data.buffer) } as const;
    };
    const lora = {
      kind: 'low-rank',
      down: factor([2, into], 1),
      up: factor([out, 2], 2),
      mid: null,
      magnitude: null,
      scale: 1,
    } as const;
    const adapter = { identity: 'lora', strength: 1, weights: new Map([[path, lora]]) };

    const merged = await merge([{ ...a, unet: a.unet.adapt(adapter) }, b], { ratio: 0.25 });
    const after = await merge([a, b], { ratio: 0.25 });

    await expectSame(merged, { ...after, unet: after.unet.adapt({ ...adapter, strength: 0.75 }) });
    const dora = { ...lora, magnitude: factor([out], 3) };
    const withDora = { ...a, unet: a.unet.adapt({ ...adapter, weights: new Map([[path, dora]]) }) };
    await expect(merge([withDora, b], { ratio: 0.25 })).rejects.toThrow('has a DoRA');
  });

  test.each([
    ['no third model', { unet: a.unet, unet2: a.unet }, { method: 'add difference' }, 'needs a third model'],
    ['no first model', { unet2: a.unet }, {}, 'the first model is missing'],
    ['nothing left', { unet: a.unet, unet2: a.unet }, { method: 'sum', ratio: -1 }, 'cancel each other out'],
  ])('but not with %s', async (_, inputs, params, words) => {
    const merging = evaluateNode(mergeModels, inputs, params);
    await expect(merging).rejects.toThrow(CheckpointError);
    await expect(merging).rejects.toThrow(words);
  });

  test('nor a second one guided by images, which would be lost; the first one keeps its own', async () => {
    const b = await openB();
    const width = a.unet.config.crossAttentionDim;
    const adapter = { name: 'faces', identity: 'faces', crossAttentionDim: width, attentions: [] };
    const values = randomTensor([1, 3, width], 5);
    const imagePrompt = { adapter, guided: values, unguided: values };
    const steered = (unet: UnetModel) => unet.withImagePrompt({ imagePrompt, scale: 1, span: { from: 0, to: 1 } });

    await expect(evaluateNode(mergeModels, { unet: a.unet, unet2: steered(b.unet) })).rejects.toThrow(
      new CheckpointError(
        `Merge Models: "${b.unet.name}" has an IP-Adapter, and only the first model keeps one. Apply it to the merged model.`,
      ),
    );
    const { unet } = await evaluateNode<Merged>(mergeModels, { unet: steered(a.unet), unet2: b.unet });
    expect(unet.imagePrompts).toHaveLength(1);
  });

  test('nor one that predicts noise with one that predicts velocity, nor models of other shapes', async () => {
    const b = await openB();
    const velocity = { ...b.unet, scheduler: { ...b.unet.scheduler, prediction_type: 'v_prediction' } };
    const noisy = { ...a.unet, scheduler: { ...a.unet.scheduler, prediction_type: 'epsilon' } };
    await expect(evaluateNode(mergeModels, { unet: noisy, unet2: velocity })).rejects.toThrow('cannot be mixed');

    const wide = new Map([...b.text.shapes].map(([key, dims]) => [key, dims.map((dim) => 2 * dim)]));
    const odd = { ...b.text, source: { ...b.text.source, shapes: wide } };
    await expect(evaluateNode(mergeModels, { text: a.text, text2: odd })).rejects.toThrow('is another kind of model');
    const more = {
      ...b.text,
      source: { ...b.text.source, shapes: new Map([...b.text.shapes, ['class.weight', [4, 2]]]) },
    };
    await expect(evaluateNode(mergeModels, { text: a.text, text2: more })).rejects.toThrow(
      'its "class.weight" is [4, 2], and that of the first missing',
    );
  });
});

describe('the blocks of two UNets are merged', async () => {
  const a = await openSmallCheckpoint();
  const openB = () => openNoisy(1);
  const mergeBlocks = async (b: Merged, params: object, unet = a.unet) =>
    (await evaluateNode<Merged>(mergeModelBlocks, { unet, unet2: b.unet }, params)).unet;
  const LORA = { kind: 'low-rank', mid: null, magnitude: null, scale: 1 } as const;

  test('each with its own ratio; what reads the time step and the image goes with the input blocks', async () => {
    const b = await openB();
    const ratios = { input: 0.2, middle: 1, output: 0 };
    const written = changed((values, seed, key) => {
      const isMiddle = key.startsWith('mid_block.');
      const isOutput = ['up_blocks.', 'conv_norm_out.', 'conv_out.'].some((start) => key.startsWith(start));
      return withNoise(isMiddle ? ratios.middle : isOutput ? ratios.output : ratios.input, 0)(values, seed);
    });

    const { unet } = await openFolder(written.folder);
    await expectSame({ ...a, unet: await mergeBlocks(b, ratios) }, { ...a, unet });
    const [merged, first] = [await predict({ ...a, unet: await mergeBlocks(b, ratios) }), await predict(a)];
    expect(Math.max(...(merged[0] ?? []).map((value, i) => Math.abs(value - (first[0]?.[i] ?? 0))))).toBeGreaterThan(
      1e-2,
    );
  });

  test('with one ratio for all to what Merge Models makes, bytes and all, and with others to other models', async () => {
    const b = await openB();
    const same = await mergeBlocks(b, { input: 0.3, middle: 0.3, output: 0.3 });
    const { unet } = await merge([a, b], { ratio: 0.3 });
    expect(same.request(shape).key).toBe(unet.request(shape).key);
    expect(same.request(shape).build().bytes).toEqual(unet.request(shape).build().bytes);
    expect((await mergeBlocks(b, { input: 0, middle: 0, output: 0 })).identity).toBe(a.unet.identity);

    const settings = [
      { input: 0.3, middle: 0.3, output: 0.4 },
      { input: 0.3, middle: 0.4, output: 0.3 },
      { input: 0.4, middle: 0.3, output: 0.3 },
    ];
    const keys = await Promise.all(settings.map(async (one) => (await mergeBlocks(b, one)).request(shape).key));
    expect(new Set([...keys, same.request(shape).key]).size).toBe(4);
  });

  test('with a LoRA of one of them, which counts with the share of the block that it is in', async () => {
    const b = await openB();
    const path = 'mid_block.attentions.0.transformer_blocks.0.attn1.to_v';
    const [out = 0, into = 0] = a.unet.shapes.get(`${path}.weight`) ?? [];
    const factor = (dims: readonly number[], seed: number) =>
      ({ elementType: 'float32', dims, data: new Uint8Array(randomTensor(dims, seed).data.buffer) }) as const;
    const weights = new Map([[path, { ...LORA, down: factor([2, into], 1), up: factor([out, 2], 2) }]]);
    const adapter = { identity: 'lora', strength: 1, weights };
    const ratios = { input: 1, middle: 0.25, output: 0 };

    const merged = await mergeBlocks(b, ratios, a.unet.adapt(adapter));
    const after = (await mergeBlocks(b, ratios)).adapt({ ...adapter, strength: 0.75 });

    await expectSame({ ...a, unet: merged }, { ...a, unet: after });
  });
});
