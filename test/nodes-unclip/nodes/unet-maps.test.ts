import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Checkpoint, type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  type Conditioning,
  decodeFloats,
  depthConditioning,
  type Generator,
  inpaintConditioning,
  type Latent,
  type Mask,
  textEncode,
  type UnetMap,
  unetSample,
  upscaleConditioning,
  vaeEncode,
  vaeEncodeForInpaint,
} from '@unclip-studio/nodes-unclip/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { CheckpointCopy, openFolder } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';

const PLAIN = fileURLToPath(new URL('../../fixtures/plain-sd/tiny-sd1', import.meta.url));

const FOLDERS = mkdtempSync(join(tmpdir(), 'unclip-maps-'));
afterAll(() => rmSync(FOLDERS, { recursive: true, force: true }));

/** A plain checkpoint whose UNet sees more channels, which it weighs by `weight`. */
async function withChannels(extra: number, weight: number): Promise<Checkpoint> {
  const copy = new CheckpointCopy({ source: PLAIN, folder: mkdtempSync(join(FOLDERS, 'wide-')) });
  copy.editJson('unet/config.json', { in_channels: 4 + extra });
  copy.editTensors('unet/diffusion_pytorch_model.safetensors', (tensors) => {
    const { 'conv_in.weight': first, ...others } = tensors;
    if (first === undefined) throw new Error('no first convolution');
    const [out = 0] = first.shape;
    const values = decodeFloats(first.dtype as 'F16', first.data) ?? new Float32Array();
    const wide = new Float32Array(out * (4 + extra) * 9).fill(weight);
    for (let i = 0; i < out; i++) wide.set(values.subarray(i * 36, (i + 1) * 36), i * (4 + extra) * 9);
    const widened = { dtype: 'F32', shape: [out, 4 + extra, 3, 3], data: new Uint8Array(wide.buffer) };
    return { ...others, 'conv_in.weight': widened };
  });
  return copy.open();
}

const plain = await openFolder(PLAIN);
const [blind, seeing] = [await withChannels(5, 0), await withChannels(5, 0.3)];
const { conditioning: prompt } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: plain.text });

const SIDE_PX = 48;
const image: RgbImage = {
  width: SIDE_PX,
  height: SIDE_PX,
  data: Uint8Array.from({ length: 3 * SIDE_PX ** 2 }, (_, i) => (i * 7) % 256),
};
const left: Mask = {
  width: SIDE_PX,
  height: SIDE_PX,
  data: Uint8Array.from({ length: SIDE_PX ** 2 }, (_, i) => (i % SIDE_PX < SIDE_PX / 2 ? 255 : 0)),
};
const nothing: Mask = { ...left, data: new Uint8Array(SIDE_PX ** 2) };

interface Prepared {
  readonly map: UnetMap;
  readonly latent: Latent;
  readonly mask: Mask;
  readonly generator: Generator;
}

const prepare = (mask: Mask, params: object = {}) =>
  evaluateNode<Prepared>(inpaintConditioning, { vae: plain.vae, image: [image], mask }, { seed: 4, ...params });

async function sample({ unet }: Checkpoint, inputs: object, params: object = {}): Promise<Tensor> {
  const settings = { steps: 3, guidanceScale: 3, seed: 5, ...params };
  const { latent } = await evaluateNode<{ latent: Latent }>(unetSample, { unet, prompt, ...inputs }, settings);
  return latent.samples;
}

/** The largest difference, relative to the largest value: how kernels round depends on the processor. */
function distance(a: Tensor, b: Tensor): number {
  expect(a.dims).toEqual(b.dims);
  const largest = (values: Iterable<number>) => [...values].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(a.data.map((value, i) => value - (b.data[i] ?? 0))) / largest(b.data);
}

describe('an inpainting model', () => {
  test('that weighs its further channels by nothing draws what a plain one does, from the same noise', async () => {
    const { map } = await prepare(left, { sampled: false });
    const size = { width: SIDE_PX, height: SIDE_PX };

    expect(distance(await sample(blind, { map }), await sample(plain, {}, size))).toBeLessThan(1e-5);
  });

  test('sees another mask, and the same map gives the same image', async () => {
    const [one, other] = [await prepare(left, { sampled: false }), await prepare(nothing, { sampled: false })];
    const drawn = await sample(seeing, { map: one.map });

    expect(drawn.dims).toEqual([1, 4, 24, 24]);
    expect(await sample(seeing, { map: one.map })).toEqual(drawn);
    expect(distance(await sample(seeing, { map: other.map }), drawn)).toBeGreaterThan(1e-2);
  });

  test('without a map, and a plain one with a map, are refused with what to do', async () => {
    const { map } = await prepare(left);

    await expect(sample(seeing, {})).rejects.toThrow(
      /is an inpainting model: connect a map from Inpaint Conditioning\./,
    );
    await expect(sample(plain, { map })).rejects.toThrow(/has no inputs besides the latent image\. Disconnect the map/);
  });

  test('draws several images from one map, each from its own noise', async () => {
    const { map } = await prepare(left, { sampled: false });

    expect((await sample(seeing, { map }, { count: 3 })).dims).toEqual([3, 4, 24, 24]);
  });

  test('gets the part of the map in the area of a prompt', async () => {
    const { map } = await prepare(left, { sampled: false });
    const states = 'dtype' in prompt.positive ? prompt.positive : undefined;
    if (states === undefined) throw new Error('the prompt has parts');
    const area = { unit: 'share', left: 0.5, top: 0, width: 0.5, height: 1 } as const;
    const part = { states, strength: 1, area, mask: null, periods: null };
    const regional = { positive: [part, { ...part, area: null }], negative: prompt.negative };

    expect((await sample(seeing, { map, prompt: regional })).data.every(Number.isFinite)).toBe(true);
  });
});

describe('with ComfyUI’s numerics', () => {
  const numerics = 'comfyui';
  const settings = { numerics, sampler: 'euler', noiseSchedule: 'normal' };

  test('image and masked image are encoded as ComfyUI does, and the mask is one of cells', async () => {
    const { map, latent, mask } = await prepare(left, { numerics });
    const inputs = { vae: plain.vae, image: [image] };
    const whole = await evaluateNode<{ latent: Latent }>(vaeEncode, inputs, { numerics });
    const without = await evaluateNode<{ latent: Latent }>(
      vaeEncodeForInpaint,
      { ...inputs, mask: left },
      { growMaskBy: 0 },
    );

    expect(latent).toEqual(whole.latent);
    expect([map.kind, map.drawn, map.level]).toEqual(['inpaint', null, null]);
    expect(map.known.dims).toEqual([1, 5, 24, 24]);
    const cells = 24 * 24;
    expect([...map.known.data.slice(0, cells)]).toEqual(Array.from({ length: cells }, (_, i) => Number(i % 24 < 12)));
    expect(map.known.data.slice(cells)).toEqual(without.latent.samples.data);
    expect(mask).toEqual(left);
  });

  test('a model without additional inputs ignores the map, and others draw by it', async () => {
    const { map, latent, mask } = await prepare(left, { numerics });
    const other = (await prepare(nothing, { numerics })).map;
    const start = { latent, mask };
    const drawn = await sample(plain, start, settings);

    expect(await sample(plain, { ...start, map }, settings)).toEqual(drawn);
    expect(distance(await sample(blind, { ...start, map }, settings), drawn)).toBeLessThan(1e-5);
    const seen = await sample(seeing, { ...start, map }, settings);
    expect(distance(await sample(seeing, { ...start, map: other }, settings), seen)).toBeGreaterThan(1e-2);
  });

  test('a size, and a map of diffusers’ numerics, would have no effect, and are refused', async () => {
    await expect(prepare(left, { numerics, width: 32 })).rejects.toThrow(/width and height would have no effect/);
    const { map } = await prepare(left);
    await expect(sample(seeing, { map }, settings)).rejects.toThrow(
      /a connected map of diffusers’ numerics would have no/,
    );
  });
});

test('grey of a mask counts as white from half on, cell by cell at its first pixel', async () => {
  const shades: Mask = {
    width: 8 * 2,
    height: 8,
    data: Uint8Array.from({ length: 128 }, (_, i) => (i % 16 < 8 ? 127 : 128)),
  };
  const wide = { ...image, width: 16, height: 8, data: image.data.slice(0, 3 * 128) };
  const inputs = { vae: plain.vae, image: [wide], mask: shades };

  // Cells of 2 px: four rows of eight.
  const { data } = (await evaluateNode<Prepared>(inpaintConditioning, inputs)).mask;
  expect([...data]).toEqual(Array(4).fill([0, 0, 0, 0, 255, 255, 255, 255]).flat());
});

test('pure noise leaves no trace of the latent in what the first step sees', async () => {
  const { latent } = await prepare(left);
  const settings = { width: SIDE_PX, height: SIDE_PX };
  const traced = await sample(plain, { latent }, settings);
  const pure = await sample(plain, { latent }, { ...settings, pureNoise: true });

  expect(distance(pure, await sample(plain, {}, settings))).toBe(0);
  expect(distance(pure, traced)).toBeGreaterThan(1e-3);
});

test('a mask is needed', async () => {
  await expect(evaluateNode(inpaintConditioning, { vae: plain.vae, image: [image] })).rejects.toThrow(
    'InpaintModelConditioning: no mask. Connect one, such as from Load Mask.',
  );
});

test('a depth image is brought to the latent’s size and to -1..1 by its own extremes, and may be inverted', async () => {
  const latent: Latent = { samples: tensor([1, 4, 2, 3], new Float32Array(24)) };
  const depth = [
    {
      width: 3,
      height: 2,
      data: Uint8Array.from([20, 40, 60, 80, 100, 120].flatMap((level) => [level, level, level])),
    },
  ];
  const known = async (params: object) =>
    (await evaluateNode<{ map: UnetMap }>(depthConditioning, { depth, latent }, params)).map.known;

  const values = [...(await known({})).data];
  [-1, -0.6, -0.2, 0.2, 0.6, 1].forEach((value, i) => {
    expect(values[i]).toBeCloseTo(value, 5);
  });
  expect([...(await known({ invert: true })).data][0]).toBeCloseTo(1, 5);
});

test('only a 4x upscaler accepts a small image', async () => {
  await expect(evaluateNode(upscaleConditioning, { unet: plain.unet, image: [image] })).rejects.toThrow(
    /is no 4x upscaler\. Choose stabilityai\/stable-diffusion-x4-upscaler/,
  );
});
