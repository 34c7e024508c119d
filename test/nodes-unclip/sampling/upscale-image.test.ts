import { fileURLToPath } from 'node:url';
import { InferenceError, type InferenceService, type RgbImage } from '@unclip-studio/nodes-unclip';
import { imageUpscale, upscaleImage } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, openLocalModel } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';

const FILES = fileURLToPath(new URL('../../golden-family/files/esrgan', import.meta.url));
const open = (name: string) => openLocalModel('upscaler', { name, path: `${FILES}/${name}.safetensors` });
const sessions = createOrtSessions();
const upscaler = await open('x2_old');

/** Soft colours, as photos have them. */
function randomImage(width: number, height: number): RgbImage {
  const level = (i: number) => {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return Math.round(127 + 100 * Math.sin(x / 17 + channel) * Math.cos(y / 13));
  };
  return { width, height, data: Uint8Array.from({ length: 3 * width * height }, (_, i) => level(i)) };
}

const { signal } = new AbortController();
const upscale = (image: RgbImage, inference: InferenceService, tiling: 'auto' | 'off' | 'always') =>
  upscaleImage(image, { upscaler, inference, tiling, signal });

/** The share of values that differ by more than two levels. */
function differing(a: RgbImage, b: RgbImage): number {
  const count = a.data.reduce((sum, value, i) => sum + (Math.abs(value - (b.data[i] ?? 0)) > 2 ? 1 : 0), 0);
  return count / a.data.length;
}

describe('an image in tiles', () => {
  const image = randomImage(150, 90);

  test('is the image at once but for the overlaps', async () => {
    const sizes: number[] = [];
    const watched: InferenceService = {
      run(model, feeds) {
        sizes.push(feeds['pixels']?.dims[3] ?? 0);
        return sessions.run(model, feeds);
      },
    };
    const [whole, tiled] = [await upscale(image, sessions, 'off'), await upscale(image, watched, 'always')];

    expect([tiled.width, tiled.height]).toEqual([300, 180]);
    expect(sizes).toEqual([128, 128]);
    expect(differing(tiled, whole)).toBeLessThan(0.02);
  });

  test('is made where memory runs out, in ever smaller tiles, and not where tiles are off', async () => {
    const notices: string[] = [];
    const small = (leastPx: number): InferenceService => ({
      notice: (text) => notices.push(text),
      async run(model, feeds) {
        const [, , h = 0, w = 0] = feeds['pixels']?.dims ?? [];
        if (Math.max(h, w) > leastPx) throw new InferenceError('out of memory', { isOutOfMemory: true });
        return sessions.run(model, feeds);
      },
    });

    const made = await upscale(image, small(64), 'auto');
    expect([made.width, made.height]).toEqual([300, 180]);
    expect(notices).toEqual([
      'Memory ran out, so the image is upscaled in tiles of 128 px.',
      'Memory ran out, so the image is upscaled in tiles of 64 px.',
    ]);
    await expect(upscale(image, small(64), 'off')).rejects.toThrow('out of memory');
    await expect(upscale(image, small(10), 'auto')).rejects.toThrow('out of memory');
  });

  test('is made from the beginning where the budget for memory is too small', async () => {
    const budget = upscaler.request({ h: 64, w: 64 }).build();
    const asked: number[] = [];
    const inference: InferenceService = {
      memoryBudgetBytes: budget.weightBytes + (budget.workingBytes ?? 0),
      run(model, feeds) {
        asked.push(feeds['pixels']?.dims[3] ?? 0);
        return sessions.run(model, feeds);
      },
    };
    await upscale(image, inference, 'auto');

    expect(new Set(asked)).toEqual(new Set([64]));
  });
});

test('one pixel is an image too, also for a model that processes blocks of 4 x 4 pixels', async () => {
  const unshuffled = await open('x1_unshuffle');
  const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(imageUpscale, {
    upscaler: unshuffled,
    image: [randomImage(1, 1), randomImage(5, 2)],
  });

  expect(image.map(({ width, height }) => [width, height])).toEqual([
    [1, 1],
    [5, 2],
  ]);
});

test('an image that would be too large is refused with what to do', async () => {
  const large = { width: 9000, height: 1, data: new Uint8Array(3 * 9000) };

  await expect(evaluateNode(imageUpscale, { upscaler, image: [large] })).rejects.toThrow(
    'the image would have 18000 x 2 px; expected at most 16384 px a side and 64 megapixels. Put an ImageResize before it.',
  );
});

test('another network is refused by its family', async () => {
  await expect(open('bad_other')).rejects.toThrow(
    /expected an ESRGAN or Real-ESRGAN \(RRDBNet\), got .* Choose another upscaler/,
  );
  await expect(open('bad_missing')).rejects.toThrow('missing tensor "body.1.rdb2.conv3.weight"');
});

test('all bits of a 16-bit image are used, and as many are output on request', async () => {
  const image = { ...randomImage(8, 8), lowBytes: Uint8Array.from({ length: 3 * 8 * 8 }, (_, i) => (i * 37) % 256) };
  let fed: readonly number[] = [];
  let given: Float32Array = new Float32Array();
  const inference: InferenceService = {
    async run(model, feeds) {
      const outputs = await sessions.run(model, feeds);
      fed = [...(feeds['pixels']?.data ?? [])].map(Number);
      given = outputs['image']?.data ?? given;
      return outputs;
    },
  };

  const params = { bitDepth: '16', tiling: 'off' };
  const inputs = { upscaler, image: [image] };
  const { image: made } = await evaluateNode<{ image: readonly RgbImage[] }>(imageUpscale, inputs, params, {
    inference,
  });

  const whole = [...image.data].map((high, i) => Math.fround((256 * high + (image.lowBytes[i] ?? 0)) / 65_535));
  expect(fed.toSorted()).toEqual(whole.toSorted());
  const plane = given.length / 3;
  const levels = [...(made[0]?.data ?? [])].map((high, i) => 256 * high + (made[0]?.lowBytes?.[i] ?? Number.NaN));
  const distances = levels.map((level, i) => {
    const value = given[(i % 3) * plane + Math.floor(i / 3)] ?? 0;
    return Math.abs(level - 65_535 * Math.min(Math.max(value, 0), 1));
  });
  expect(distances).toHaveLength(given.length);
  expect(Math.max(...distances)).toBeLessThan(0.51);
});
