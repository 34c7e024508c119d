import type { RgbImage } from '@unclip-studio/nodes-unclip';
import { type Latent, type TorchGeneratorState, vaeDecode, vaeEncode } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { BUNDLED_MODEL, evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';

type Encoded = { readonly latent: Latent; readonly generator: { readonly state: TorchGeneratorState } };

const { vae } = await openTestCheckpoint();

function flat(width: number, height: number, colour: readonly [number, number, number]): RgbImage {
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => colour[i % 3] ?? 0) };
}

test('an image comes back from its latent', async () => {
  const source = flat(64, 64, [200, 40, 40]);
  const { vae: trained } = await openTestCheckpoint(BUNDLED_MODEL);

  const { latent } = await evaluateNode<Encoded>(vaeEncode, { vae: trained, image: [source] }, { sampled: false });
  const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae: trained, latent });

  const errors = Array.from(image[0]?.data ?? [], (level, i) => Math.abs(level - (source.data[i] ?? 0)));
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(12);
});

test('the likeliest latent needs no seed and leaves the stream where it was', async () => {
  const image = [flat(16, 16, [10, 200, 90])];
  const encode = (params: Readonly<Record<string, unknown>>) =>
    evaluateNode<Encoded>(vaeEncode, { vae, image }, params);

  const [first, second] = [await encode({ sampled: false, seed: 1 }), await encode({ sampled: false, seed: 2 })];
  const sampled = await encode({ seed: 1 });

  expect(first.latent).toEqual(second.latent);
  expect(sampled.latent).not.toEqual(first.latent);
  expect(sampled.generator.state).not.toEqual(first.generator.state);
});

test('a connected generator goes before the seed', async () => {
  const image = [flat(16, 16, [10, 200, 90])];
  const { generator } = await evaluateNode<Encoded>(vaeEncode, { vae, image }, { sampled: false, seed: 5 });

  const bySeed = await evaluateNode<Encoded>(vaeEncode, { vae, image }, { seed: 5 });
  const byGenerator = await evaluateNode<Encoded>(vaeEncode, { vae, image, generator }, { seed: 6 });

  expect(byGenerator).toEqual(bySeed);
});

test('sides are cut down to whole latent cells', async () => {
  const { latent } = await evaluateNode<Encoded>(vaeEncode, { vae, image: [flat(31, 20, [0, 0, 0])] });

  const { pixelsPerCell } = vae.latents;
  expect(latent.samples.dims.slice(2)).toEqual([Math.floor(20 / pixelsPerCell), Math.floor(31 / pixelsPerCell)]);
});

test('images of several sizes, or smaller than a cell, are refused', async () => {
  const sizes = [flat(16, 16, [0, 0, 0]), flat(16, 24, [0, 0, 0])];

  await expect(evaluateNode(vaeEncode, { vae, image: sizes })).rejects.toThrow('VAEEncode images: expected rows of');
  await expect(evaluateNode(vaeEncode, { vae, image: [flat(3, 16, [0, 0, 0])] })).rejects.toThrow(
    'VAEEncode: expected an image of at least',
  );
  // Cut down to whole cells, nothing would be left of it.
  await expect(
    evaluateNode(vaeEncode, { vae, image: [flat(1, 16, [0, 0, 0])] }, { numerics: 'comfyui' }),
  ).rejects.toThrow('got 1 x 16.');
});

test('a latent that decodes to invalid numbers is rejected, and not replaced by a black image', async () => {
  const image = [flat(16, 16, [10, 200, 90])];
  const { latent } = await evaluateNode<Encoded>(vaeEncode, { vae, image }, { sampled: false });
  latent.samples.data[0] = Number.NaN;

  await expect(evaluateNode(vaeDecode, { vae, latent })).rejects.toThrow(
    /^Image 1: expected finite numbers from the VAE, got \d+ of \d+ that are NaN or infinite\. Is the checkpoint/,
  );
});

test('in tiles the latent is nearly the same, and a budget too small for the whole image asks for them', async () => {
  const image = { width: 192, height: 160, data: new Uint8Array(192 * 160 * 3) };
  for (let i = 0; i < image.data.length; i++) image.data[i] = 128 + 100 * Math.sin(i / 500);
  const encode = (params: object, services: object = {}) =>
    evaluateNode<Encoded>(vaeEncode, { vae, image: [image] }, { sampled: false, ...params }, services);
  const sessions = createOrtSessions();
  const notices: string[] = [];
  const small = { ...sessions, memoryBudgetBytes: 40_000_000, notice: (words: string) => void notices.push(words) };

  const plain = (await encode({ tiling: 'off' })).latent.samples;
  const tiled = (await encode({ tiling: 'always' })).latent.samples;
  const forced = (await encode({ tiling: 'auto' }, { inference: small })).latent.samples;

  expect(tiled.dims).toEqual(plain.dims);
  expect(tiled.data).not.toEqual(plain.data);
  const errors = plain.data.map((value, i) => Math.abs(value - (tiled.data[i] ?? 0)));
  const spread = Math.sqrt(plain.data.reduce((sum, value) => sum + value * value, 0) / plain.data.length);
  expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.25 * spread);
  expect(forced.dims).toEqual(plain.dims);
  expect(notices).toEqual(['The image is encoded in tiles, since it would not fit into memory.']);
  await sessions.close();
});
