import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  crossAttentionsOf,
  decodeFloats,
  encodeForIpAdapter,
  type UnetModel,
} from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, createOrtSessions, openLocalCheckpoint } from '@unclip-studio/server';
import { afterAll, expect, test } from 'vitest';
import { ipAdapterTensors } from '../../support/ip-adapter-file.js';
import { randomTensor } from '../../support/random-tensor.js';
import { readTensors, safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';

const PLAIN_SD = fileURLToPath(new URL('../../fixtures/plain-sd/tiny-sd1', import.meta.url));
const WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

const sessions = createOrtSessions();
afterAll(() => sessions.close());
const ROOT = mkdtempSync(join(tmpdir(), 'unclip-test-'));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const { unet } = await openLocalCheckpoint('tiny', PLAIN_SD);

type Rows = readonly Float32Array[];

function numbers(bytes: TensorBytes | undefined): Float32Array {
  const { dtype, data } = bytes ?? { dtype: 'F32', data: new Uint8Array() };
  // A copy begins at a multiple of 4 bytes.
  return decodeFloats(dtype as 'F32' | 'F16', Uint8Array.from(data)) ?? new Float32Array();
}

/** Each row times a weight [out, in], and a bias. */
function linear(rows: Rows, weight: TensorBytes | undefined, bias?: TensorBytes): Rows {
  const [values, added] = [numbers(weight), numbers(bias)];
  const [out = 0, into = 0] = weight?.shape ?? [];
  return rows.map((row) =>
    Float32Array.from({ length: out }, (_, o) => {
      let sum = added[o] ?? 0;
      for (let i = 0; i < into; i++) sum += (row[i] as number) * (values[o * into + i] as number);
      return sum;
    }),
  );
}

function layerNorm(rows: Rows, weight: TensorBytes | undefined, bias: TensorBytes | undefined): Rows {
  const [scale, shift] = [numbers(weight), numbers(bias)];
  return rows.map((row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map(
      (value, i) => ((value - mean) / Math.sqrt(variance + 1e-5)) * (scale[i] as number) + (shift[i] as number),
    );
  });
}

/** One head. */
function attend(queries: Rows, keys: Rows, values: Rows): Rows {
  return queries.map((query) => {
    const scores = keys.map(
      (key) => key.reduce((sum, value, i) => sum + value * (query[i] as number), 0) / Math.sqrt(query.length),
    );
    const most = Math.max(...scores);
    const weights = scores.map((score) => Math.exp(score - most));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return query.map((_, i) =>
      values.reduce((sum, value, k) => sum + ((weights[k] as number) * (value[i] as number)) / total, 0),
    );
  });
}

// Abramowitz and Stegun 7.1.26: to 1.5e-7.
function erf(x: number): number {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

const plus = (a: Rows, b: Rows): Rows => a.map((row, r) => row.map((value, i) => value + (b[r]?.[i] as number)));

type Named = (name: string) => TensorBytes | undefined;

/** IPAdapterPlusImageProjection, with one head of 64, step by step. */
function resample(image: Rows, of: Named): Rows {
  const seen = linear(image, of('proj_in.weight'), of('proj_in.bias'));
  const latents = of('latents');
  const [, count = 0, width = 0] = latents?.shape ?? [];
  let x: Rows = Array.from({ length: count }, (_, i) => numbers(latents).slice(i * width, (i + 1) * width));
  for (const layer of ['layers.0', 'layers.1']) {
    const normed = layerNorm(x, of(`${layer}.0.norm2.weight`), of(`${layer}.0.norm2.bias`));
    const context = [...layerNorm(seen, of(`${layer}.0.norm1.weight`), of(`${layer}.0.norm1.bias`)), ...normed];
    const both = linear(context, of(`${layer}.0.to_kv.weight`));
    const [keys, values] = [both.map((row) => row.slice(0, 64)), both.map((row) => row.slice(64))];
    x = plus(
      x,
      linear(attend(linear(normed, of(`${layer}.0.to_q.weight`)), keys, values), of(`${layer}.0.to_out.weight`)),
    );
    const inner = linear(layerNorm(x, of(`${layer}.1.0.weight`), of(`${layer}.1.0.bias`)), of(`${layer}.1.1.weight`));
    const activated = inner.map((row) => row.map((value) => (value * (1 + erf(value * Math.SQRT1_2))) / 2));
    x = plus(x, linear(activated, of(`${layer}.1.3.weight`)));
  }
  return layerNorm(linear(x, of('proj_out.weight'), of('proj_out.bias')), of('norm_out.weight'), of('norm_out.bias'));
}

function project([embed]: Rows, of: Named): Rows {
  const [all = new Float32Array()] = linear([embed ?? new Float32Array()], of('proj.weight'), of('proj.bias'));
  const width = numbers(of('norm.weight')).length;
  const rows = Array.from({ length: all.length / width }, (_, i) => all.slice(i * width, (i + 1) * width));
  return layerNorm(rows, of('norm.weight'), of('norm.bias'));
}

test.each([
  ['a plain adapter: one linear layer and a norm', 'plain', [1, 12]],
  ['a plus adapter: queries that look at the tokens of an image', 'plus', [1, 7, 12]],
] as const)('keys and values match the formulas, of %s', async (_, kind, dims) => {
  const tensors = ipAdapterTensors(unet, { kind, imageWidth: 12, seed: 5 });
  const root = join(ROOT, kind);
  mkdirSync(join(root, 'ipadapter'), { recursive: true });
  writeFileSync(join(root, 'ipadapter', 'a.safetensors'), safetensorsFile(tensors));
  const adapter = await createCheckpointService({ roots: [root] }).openModel('ip-adapter', 'a');
  const embeds = randomTensor(dims, 8);

  const { guided } = await encodeForIpAdapter(adapter, { embeds }, sessions);

  const image = Array.from({ length: embeds.data.length / 12 }, (_, i) => embeds.data.slice(i * 12, (i + 1) * 12));
  const of: Named = (name) => tensors[`image_proj.${name}`];
  const tokens = kind === 'plain' ? project(image, of) : resample(image, of);
  const sides = crossAttentionsOf(unet.config).flatMap((__, i) =>
    ['to_k_ip', 'to_v_ip'].map((side) => linear(tokens, tensors[`ip_adapter.${2 * i + 1}.${side}.weight`])),
  );
  const expected = tokens.flatMap((__, token) => sides.flatMap((rows) => [...(rows[token] ?? [])]));
  expect(guided.dims).toEqual([1, tokens.length, expected.length / tokens.length]);
  expect(worst(guided.data, expected)).toBeLessThan(2e-5);
});

function worst(got: Float32Array, expected: readonly number[] | Float32Array): number {
  expect(got).toHaveLength(expected.length);
  return got.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0);
}

async function predict(model: UnetModel, more: Readonly<Record<string, Tensor>> = {}): Promise<Float32Array> {
  const { out_sample: predicted } = await sessions.run(model.request({ n: 1, h: 8, w: 8, t: 3 }), {
    sample: randomTensor([1, 4, 8, 8], 1),
    timestep: tensor([1], Float32Array.of(500)),
    encoder_hidden_states: STATES,
    ...more,
  });
  return predicted?.data ?? new Float32Array();
}

const STATES = randomTensor([1, 3, unet.config.crossAttentionDim], 2);

test('an image with the keys and values of the text counts as values that are larger by the scale', async () => {
  const weights = readTensors(readFileSync(join(PLAIN_SD, WEIGHTS)));
  const width = unet.config.crossAttentionDim;
  const states = Array.from({ length: 3 }, (_, i) => STATES.data.slice(i * width, (i + 1) * width));
  const sides = crossAttentionsOf(unet.config).flatMap(({ path }) =>
    ['to_k', 'to_v'].map((side) => linear(states, weights[`${path}.transformer_blocks.0.attn2.${side}.weight`])),
  );
  const values = states.flatMap((_, token) => sides.flatMap((rows) => [...(rows[token] ?? [])]));
  const guided = tensor([1, 3, values.length / 3], Float32Array.from(values));
  const adapter = { name: 'text', identity: 'text', crossAttentionDim: width, attentions: [] };
  const led = unet.withImagePrompt({
    imagePrompt: { adapter, guided, unguided: guided },
    ...{ scale: 0.75, span: { from: 0, to: 1 } },
  });
  const folder = join(tempFolder(), 'larger');
  cpSync(PLAIN_SD, folder, { recursive: true });
  const larger = Object.entries(weights).map(([key, tensor]) => {
    if (!key.endsWith('attn2.to_v.weight')) return [key, tensor] as const;
    const data = new Uint8Array(numbers(tensor).map((value) => 1.75 * value).buffer);
    return [key, { ...tensor, dtype: 'F32', data }] as const;
  });
  writeFileSync(join(folder, WEIGHTS), safetensorsFile(Object.fromEntries(larger)));
  const expected = await predict((await openLocalCheckpoint('larger', folder)).unet);

  const scale = tensor([1, 1, 1], Float32Array.of(0.75));
  const got = await predict(led, { 'image_prompt.0': guided, 'image_prompt_scale.0': scale });

  expect(worst(got, expected)).toBeLessThan(1e-5);
  expect(worst(await predict(unet), expected)).toBeGreaterThan(1e-3);
});

test('cross attentions are numbered down, up and then in the middle, as the published adapters have them', () => {
  const attention = { heads: 8 };
  const level = (channels: number) => ({ channels, layers: 2, attention });
  const levels = [level(320), level(640), level(1280), { channels: 1280, layers: 2, attention: null }] as const;

  const attentions = crossAttentionsOf({ levels });

  // The rows of ip_adapter.1 to .31.to_k_ip.weight in ip-adapter_sd15.
  const down = [320, 320, 640, 640, 1280, 1280];
  const up = [1280, 1280, 1280, 640, 640, 640, 320, 320, 320];
  expect(attentions.map(({ channels }) => channels)).toEqual([...down, ...up, 1280]);
  expect([attentions[6]?.path, attentions[15]?.path]).toEqual(['up_blocks.1.attentions.0', 'mid_block.attentions.0']);
});
