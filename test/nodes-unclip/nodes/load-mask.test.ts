import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadMask, type Mask } from '@unclip-studio/nodes-unclip/testing';
import { createImageStore } from '@unclip-studio/server';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { evaluateNode } from '../../support/evaluate-node.js';
import { tempFolder } from '../../support/temp-folder.js';

// Two adjacent pixels: red and opaque, green and half transparent.
const pixels = () =>
  sharp(Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 100), { raw: { width: 2, height: 1, channels: 4 } });
const FILES: Readonly<Record<string, () => Promise<Buffer>>> = {
  'half.png': () => pixels().png().toBuffer(),
  'half.webp': () => pixels().webp({ lossless: true }).toBuffer(),
  'palette.png': () => pixels().png({ palette: true }).toBuffer(),
  'solid.jpg': () => pixels().removeAlpha().jpeg().toBuffer(),
  'turned.png': () => pixels().withMetadata({ orientation: 6 }).png().toBuffer(),
};

async function maskOf(image: string, params: object = {}): Promise<Mask> {
  const folder = tempFolder();
  writeFileSync(join(folder, image), (await FILES[image]?.()) ?? '');
  const images = createImageStore([folder]);
  return (await evaluateNode<{ mask: Mask }>(loadMask, {}, { image, ...params }, { images })).mask;
}

test.each([
  ['half.png', {}, [0, 155]],
  ['half.webp', {}, [0, 155]],
  ['palette.png', {}, [0, 155]],
  ['half.png', { invert: true }, [255, 100]],
  ['half.png', { channel: 'red' }, [255, 0]],
  ['half.png', { channel: 'green', invert: true }, [255, 0]],
  ['solid.jpg', {}, [0, 0]],
])('%s with %j gives %j', async (image, params, expected) => {
  const { width, height, data } = await maskOf(image, params);

  expect([width, height, [...data]]).toEqual([2, 1, expected]);
});

test('an image with an EXIF orientation is rotated like its colours', async () => {
  const { width, height } = await maskOf('turned.png');

  expect([width, height]).toEqual([1, 2]);
});
