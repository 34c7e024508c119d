import { createPreviews, decodeImage, drawPreview, latentToRgb, stepOfPreview } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';

const data = new Float32Array(16);
const dims = [1, 4, 2, 2];
// A latent of zeros is the bias of Stable Diffusion's map.
const GRAY = { widthPx: 2, heightPx: 2, data: new Uint8Array(12).fill(128) };

describe('what a node offers', () => {
  test.each([
    ['a tensor', { dims, data }],
    ['a latent', { samples: { dims, data } }],
    ['a tensor with its step', { latent: { dims, data }, step: 3, steps: 20 }],
    ['a latent with its step', { latent: { samples: { dims, data } }, step: 3, steps: 20 }],
  ])('as %s is drawn as a latent', (_, value) => {
    expect(drawPreview(value)).toEqual(GRAY);
  });

  test("is drawn with its format's own color map, or else with the learned one", () => {
    const own = { matrix: [[0], [0], [0], [0]].map(() => [0, 0, 0]), bias: [1, 0, 0] };
    const learnt = { ...own, bias: [0, 1, 0] };
    const offered = (preview: typeof own | null) => ({
      latent: { dims, data },
      format: { channels: 4, vae: 'abc', preview },
    });
    const find = (vae: string) => (vae === 'abc' ? learnt : undefined);
    const firstPixel = (value: unknown, findMap?: typeof find) =>
      [...(drawPreview(value, findMap)?.data ?? [])].slice(0, 3);

    expect(firstPixel(offered(own), find)).toEqual([255, 0, 0]);
    expect(firstPixel(offered(null), find)).toEqual([0, 255, 0]);
    expect(firstPixel(offered(null))).toEqual([128, 128, 128]);
  });

  test('as an image is shown as it is', () => {
    const pixels = new Uint8Array(12);

    expect(drawPreview({ width: 2, height: 2, data: pixels })).toEqual({ widthPx: 2, heightPx: 2, data: pixels });
  });

  test.each([
    [null],
    [3],
    ['text'],
    [{}],
    [{ dims, data: [1] }],
    [{ width: 1, data: new Uint8Array(3) }],
    [{ width: 2, height: 2, data: new Uint8Array(3) }],
    [{ dims: [1, 16, 1, 1], data }],
    [{ dims: [0, 4, 2, 2], data: new Float32Array() }],
    [{ dims: [16], data }],
  ])('as %j is not a preview', (value) => {
    expect(drawPreview(value)).toBeUndefined();
  });

  test('says which step it shows, if it knows', () => {
    expect(stepOfPreview({ step: 3, steps: 20 })).toEqual({ step: 3, steps: 20 });
    expect(stepOfPreview({ dims, data })).toBeUndefined();
  });
});

test('four images are arranged in a square', () => {
  const map = { matrix: [[0.25, 0.25, 0.25]], bias: [0, 0, 0] };

  const drawn = latentToRgb({ dims: [4, 1, 1, 1], data: new Float32Array([0, 1, 2, 3]) }, map);

  expect(drawn).toMatchObject({ widthPx: 2, heightPx: 2 });
  expect([...(drawn?.data ?? [])].filter((_, i) => i % 3 === 0)).toEqual([0, 64, 128, 191]);
});

describe('a preview', () => {
  const LATENT = {
    dims: [1, 4, 96, 96],
    data: Float32Array.from({ length: 4 * 96 * 96 }, (_, i) => Math.sin(i / 50) + Math.cos(i / 7) / 2),
  };

  test('leaves the worker as a JPEG of a few kilobytes, and has been sent once that is reported', async () => {
    const rig = previewRig();
    rig.previews.watch(true);

    rig.offer(LATENT, 3);
    await rig.previews.sent();

    const [frame] = rig.frames;
    expect(frame).toMatchObject({ runId: 'r', node: 'a', step: 3, steps: 9, widthPx: 96, heightPx: 96 });
    const jpeg = frame?.bytes ?? new Uint8Array();
    expect(jpeg.byteLength).toBeLessThan(LATENT.data.byteLength / 10);
    const shown = await decodeImage(jpeg, 'The preview');
    const drawn = drawPreview(LATENT)?.data ?? new Uint8Array();
    const difference = shown.data.reduce((sum, value, i) => sum + Math.abs(value - (drawn[i] ?? 0)), 0);
    expect(difference / drawn.length).toBeLessThan(4);
  });

  test('larger than 384 px is made smaller', async () => {
    const rig = previewRig();
    rig.previews.watch(true);

    rig.offer({ width: 800, height: 200, data: new Uint8Array(800 * 200 * 3) }, 1);
    await rig.previews.sent();

    expect(rig.frames).toMatchObject([{ widthPx: 384, heightPx: 96 }]);
  });

  test('is made only while somebody watches', async () => {
    const rig = previewRig();

    rig.offer(LATENT, 1);
    rig.previews.watch(true);
    rig.offer(LATENT, 2);
    await rig.previews.sent();
    rig.left();
    rig.previews.watch(false);
    rig.offer(LATENT, 3);
    await rig.previews.sent();

    expect(rig.frames.map(({ step }) => step)).toEqual([2]);
  });

  test('that comes before the last has left is dropped', async () => {
    const rig = previewRig();
    rig.previews.watch(true);

    for (const step of [1, 2, 3]) rig.offer(LATENT, step);
    await rig.previews.sent();
    rig.offer(LATENT, 4);
    rig.left();
    rig.offer(LATENT, 5);
    await rig.previews.sent();

    expect(rig.frames.map(({ step }) => step)).toEqual([1, 5]);
  });
});

function previewRig() {
  const frames: Parameters<Parameters<typeof createPreviews>[0]['send']>[0][] = [];
  let left = () => {};
  const previews = createPreviews({
    findMap: () => undefined,
    send(frame, onSent) {
      frames.push(frame);
      left = onSent;
    },
    onError(error) {
      throw error;
    },
  });
  return {
    previews,
    frames,
    left: () => left(),
    offer: (value: unknown, step: number) =>
      previews.offer({ runId: 'r', node: 'a', value, progress: { step, steps: 9 } }),
  };
}
