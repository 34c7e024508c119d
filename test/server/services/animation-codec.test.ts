import {
  decodeAnimation,
  decodeImage,
  encodeAnimation,
  ImageError,
  OutputError,
  readImageText,
} from '@unclip-studio/server';
import sharp from 'sharp';
import { expect, test } from 'vitest';

// One colour each, with a line that moves.
const frames = [40, 90, 140, 190].map((shade, line) => ({
  width: 8,
  height: 6,
  data: Uint8Array.from({ length: 8 * 6 * 3 }, (_, i) => (Math.floor(i / 24) === line ? 255 : shade)),
}));
const film = { width: 8, height: 24, data: Uint8Array.from(frames.flatMap(({ data }) => [...data])) };
const texts = () => ({ 'unclip-workflow': '{"title":"mine"}' });

test('an animation without loss gives every frame back, at its time, with its texts', async () => {
  const { bytes } = await encodeAnimation(frames, { fps: 3, loops: true }, texts);

  expect(await decodeAnimation(bytes, 'it')).toEqual(film);
  expect(Object.fromEntries(readImageText(bytes))).toEqual(texts());
  const { delay, loop, pages } = await sharp(bytes, { animated: true }).metadata();
  // A second holds three frames, whose milliseconds are whole.
  expect({ delay, loop, pages }).toEqual({ delay: [333, 334, 333, 333], loop: 0, pages: 4 });
});

test('it may end, and its texts are made from the decoded pixels of the file', async () => {
  let told: unknown;
  const { bytes } = await encodeAnimation(frames, { fps: 10, loops: false, quality: 30 }, (pixels) => {
    told = pixels;
    return texts();
  });

  expect((await sharp(bytes, { animated: true }).metadata()).loop).toBe(1);
  expect(await decodeAnimation(bytes, 'it')).toEqual(told);
  expect(told).not.toEqual(film);
});

test('frames that do not change become one that lasts, and one frame is an animation too', async () => {
  const still = frames[0] as (typeof frames)[number];

  const { bytes } = await encodeAnimation([still, still, still], { fps: 10, loops: true }, texts);
  const { bytes: single } = await encodeAnimation([still], { fps: 10, loops: true }, texts);

  expect(await decodeAnimation(bytes, 'it')).toEqual(still);
  expect(await decodeAnimation(single, 'it')).toEqual(still);
});

test('where one image is wanted an animation is refused, or shows its first frame', async () => {
  const { bytes } = await encodeAnimation(frames, { fps: 3, loops: true }, texts);

  await expect(decodeImage(bytes, 'It')).rejects.toThrow(
    'It: expected an image, got an animation of 4 frames. Save one of its frames.',
  );
  expect(await decodeImage(bytes, 'It', { animations: 'first frame' })).toEqual(frames[0]);
});

test('what no WebP can hold, and a file that is cut short, are refused', async () => {
  const wide = { width: 16_384, height: 1, data: new Uint8Array(3 * 16_384) };
  const { bytes } = await encodeAnimation(frames, { fps: 3, loops: true }, texts);

  await expect(encodeAnimation([wide, wide], { fps: 1, loops: true }, texts)).rejects.toThrow(
    new OutputError('A WebP holds at most 16383 px a side, and the image is 16384 x 1 px. Resize it before.'),
  );
  await expect(decodeAnimation(bytes.subarray(0, 80), 'It')).rejects.toThrow(ImageError);
});
