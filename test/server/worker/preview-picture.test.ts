import { stepOfPreview, toPreviewPicture } from '@unclip-studio/server';
import { expect, test } from 'vitest';

const data = new Float32Array(16);
const dims = [1, 4, 2, 2];

test.each([
  ['a tensor', { dims, data }],
  ['a latent', { samples: { dims, data } }],
  ['a tensor with its step', { latent: { dims, data }, step: 3, steps: 20 }],
  ['a latent with its step', { latent: { samples: { dims, data } }, step: 3, steps: 20 }],
])('%s is a latent in the making', (_, value) => {
  expect(toPreviewPicture(value)).toEqual({ kind: 'latent', dims, data });
});

test("a latent goes with its format's own map of colours, or else with the one that was learnt", () => {
  const own = { matrix: [[0.1, 0, 0]], bias: [0, 0, 0] };
  const learnt = { matrix: [[0.2, 0, 0]], bias: [0, 0, 0] };
  const offered = (preview: typeof own | null) => ({
    latent: { dims, data },
    format: { channels: 4, vae: 'abc', preview },
  });
  const find = (vae: string) => (vae === 'abc' ? learnt : undefined);

  expect(toPreviewPicture(offered(own), find)).toEqual({ kind: 'latent', dims, data, map: own });
  expect(toPreviewPicture(offered(null), find)).toEqual({ kind: 'latent', dims, data, map: learnt });
  expect(toPreviewPicture(offered(null))).toEqual({ kind: 'latent', dims, data });
});

test('a picture is shown as it is', () => {
  const pixels = new Uint8Array(12);

  expect(toPreviewPicture({ width: 2, height: 2, data: pixels })).toEqual({
    kind: 'rgb',
    widthPx: 2,
    heightPx: 2,
    data: pixels,
  });
});

test.each([[null], [3], ['text'], [{}], [{ dims, data: [1] }], [{ width: 1, data: new Uint8Array(3) }]])(
  'the value %j is no preview',
  (value) => {
    expect(toPreviewPicture(value)).toBeUndefined();
  },
);

test('a preview knows its step if it was told', () => {
  expect(stepOfPreview({ step: 3, steps: 20 })).toEqual({ step: 3, steps: 20 });
  expect(stepOfPreview({ dims, data })).toBeUndefined();
});
