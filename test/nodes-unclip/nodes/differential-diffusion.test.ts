import {
  type Conditioning,
  differentialDiffusion,
  differentialMasks,
  type Latent,
  type Mask,
  SamplingInputError,
  stableDiffusionSigmas,
  textEncode,
  type UnetModel,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import { expect, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';

const checkpoint = await openTestCheckpoint();
const { channels, pixelsPerCell } = checkpoint.unet.latents;
const SIDE = 8;
const original = randomTensor([1, channels, SIDE, SIDE], 3);
const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: checkpoint.text });

const differential = async (strength = 1) =>
  (await evaluateNode<{ unet: UnetModel }>(differentialDiffusion, { unet: checkpoint.unet }, { strength })).unet;

/** @param level 0..255, the same everywhere */
async function redraw(unet: UnetModel, level: number, params: object = {}): Promise<Float32Array> {
  const sidePx = SIDE * pixelsPerCell;
  const mask: Mask = { width: sidePx, height: sidePx, data: new Uint8Array(sidePx * sidePx).fill(level) };
  const { latent } = await evaluateNode<{ latent: Latent }>(
    unetSample,
    { unet, prompt: conditioning, latent: { samples: original }, mask },
    { numerics: 'comfyui', steps: 1, seed: 5, guidanceScale: 1, ...params },
  );
  return latent.samples.data;
}

const distance = (a: Float32Array, b: Float32Array) => Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));

test('a cell is redrawn from the step on at which its level is the share of timesteps that are left', () => {
  const table = stableDiffusionSigmas();
  const at = (timestep: number) => table.sigmas[timestep] ?? Number.NaN;
  const mask = Float32Array.of(0, 0.25, 0.5, 0.75, 1);
  const whole = differentialMasks(mask, { table, sigmas: Float32Array.of(at(999), at(500), 0), strength: 1 });
  // The second half of a run: its first step is timestep 500, and it ends at 100.
  const part = differentialMasks(mask, { table, sigmas: Float32Array.of(at(500), at(300), at(100)), strength: 1 });
  const half = differentialMasks(mask, { table, sigmas: Float32Array.of(at(999), 0), strength: 0.5 });

  expect([...whole(at(999))]).toEqual([0, 0, 0, 0, 1]);
  // 500 / 999 is a little more than half.
  expect([...whole(at(500))]).toEqual([0, 0, 0, 1, 1]);
  expect([...whole(at(499))]).toEqual([0, 0, 1, 1, 1]);
  expect([...whole(at(0))]).toEqual([1, 1, 1, 1, 1]);
  expect([...part(at(300))]).toEqual([0, 0, 1, 1, 1]);
  expect([...half(at(999))]).toEqual([0, 0.125, 0.25, 0.375, 1]);
});

test('a sampler leaves alone what is not redrawn yet, and redraws white as without it', async () => {
  const [plain, soft, partly] = [checkpoint.unet, await differential(), await differential(0.5)];

  // One step goes all the way, from the first timestep, at which only white is redrawn.
  expect(distance(await redraw(soft, 128), original.data)).toBeLessThan(1e-4);
  expect(distance(await redraw(plain, 128), original.data)).toBeGreaterThan(0.01);
  expect(distance(await redraw(partly, 128), original.data)).toBeGreaterThan(0.01);
  expect(await redraw(soft, 255, { steps: 3 })).toEqual(await redraw(plain, 255, { steps: 3 }));
});

test('with diffusers’ numerics, where it would have no effect, it is rejected; the model has its own identity', async () => {
  const unet = await differential();

  await expect(redraw(unet, 128, { numerics: 'diffusers' })).rejects.toThrow(SamplingInputError);
  expect(unet.identity).not.toBe(checkpoint.unet.identity);
  expect(unet.request({ n: 1, h: 4, w: 4, t: 77 }).build().bytes).toEqual(
    checkpoint.unet.request({ n: 1, h: 4, w: 4, t: 77 }).build().bytes,
  );
});
