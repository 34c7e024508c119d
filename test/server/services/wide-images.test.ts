import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { PORT_CODECS, type RgbImage } from '@unclip-studio/nodes-unclip';
import { imageCrop, imageInvert, vaeDecode } from '@unclip-studio/nodes-unclip/testing';
import { createOrtSessions, decodeImage, encodeImageFile, encodePng, OutputError } from '@unclip-studio/server';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';
import { randomTensor } from '../../support/random-tensor.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const GRAY_16 = fileURLToPath(new URL('../fixtures/pictures/gray-16-bit.png', import.meta.url));

/** 5 x 3 px, of which each channel has another level. */
const LEVELS = Uint16Array.from({ length: 45 }, (_, i) => (i * 1499 + 255) % 65_536);
const WIDE: RgbImage = {
  ...{ width: 5, height: 3 },
  data: Uint8Array.from(LEVELS, (level) => level >> 8),
  lowBytes: Uint8Array.from(LEVELS, (level) => level & 255),
};

const levelsOf = ({ data, lowBytes }: RgbImage) =>
  [...data].map((high, i) => 256 * high + (lowBytes?.[i] ?? Number.NaN));

test('an image of 16 bits is saved as a 16-bit PNG, which returns them, and the upper 8 on request', async () => {
  const png = await encodePng(WIDE, { note: 'here' });

  const { data } = await sharp(png)
    .toColourspace('rgb16')
    .raw({ depth: 'ushort' })
    .toBuffer({ resolveWithObject: true });
  expect([...new Uint16Array(new Uint8Array(data).buffer)]).toEqual([...LEVELS]);
  expect(await decodeImage(png, 'wide', { bitDepth: 16 })).toEqual(WIDE);
  const { lowBytes: _, ...narrow } = WIDE;
  expect(await decodeImage(png, 'wide')).toEqual(narrow);
  // One of 8 bits does not become wider by being asked for 16.
  expect(await decodeImage(await encodePng(narrow, {}), 'narrow', { bitDepth: 16 })).toEqual(narrow);
});

test('a WebP is refused, since it holds 8 bits', async () => {
  const saving = encodeImageFile(WIDE, { format: 'webp', text: {} });

  await expect(saving).rejects.toThrow(
    new OutputError('A WebP holds 8 bits a channel, and the image has 16. Choose the format png.'),
  );
});

test('all bits are stored with a result', async () => {
  const { encode, decode } = PORT_CODECS.get('image') ?? {};
  const stored = encode?.([WIDE]);

  expect(stored && (await decode?.(stored, {} as never))).toEqual([WIDE]);
});

test('Crop Image keeps all bits, and a node that supports 8 outputs 8', async () => {
  const rectangle = { left: 1, top: 1, width: 3, height: 2 };
  const { image: cropped } = await evaluateNode<{ image: readonly RgbImage[] }>(
    imageCrop,
    { image: [WIDE] },
    rectangle,
  );
  const { image: inverted } = await evaluateNode<{ image: readonly RgbImage[] }>(imageInvert, { image: [WIDE] });

  const rows = [1, 2].flatMap((y) => [...LEVELS.subarray(3 * (5 * y + 1), 3 * (5 * y + 4))]);
  expect(cropped.map(levelsOf)).toEqual([rows]);
  expect(inverted).toEqual([{ width: 5, height: 3, data: WIDE.data.map((value) => 255 - value) }]);
});

test('VAE Decode rounds what the decoder gives to 16 bits', async () => {
  const { vae } = await openTestCheckpoint();
  const latent = randomTensor([1, 4, 3, 3], 3);
  const sessions = createOrtSessions();
  onTestFinished(() => sessions.close());
  const decode = (bitDepth: string) =>
    evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae, latent: { samples: latent } }, { bitDepth });

  const [{ image: wide }, { image: narrow }] = [await decode('16'), await decode('8')];

  const { image } = await sessions.run(vae.decoder({ n: 1, h: 3, w: 3 }), { latent });
  const plane = 24 * 24;
  const expected = Array.from({ length: 3 * plane }, (_, i) => {
    const value = (image?.data[(i % 3) * plane + Math.floor(i / 3)] ?? 0) / 2 + 0.5;
    return Math.min(Math.max(value, 0), 1) * 65_535;
  });
  const distance = wide.flatMap(levelsOf).map((level, i) => Math.abs(level - (expected[i] ?? 0)));
  expect(distance).toHaveLength(3 * plane);
  expect(Math.max(...distance)).toBeLessThan(0.51);
  expect(narrow[0]?.lowBytes).toBeUndefined();
});

test('a 16-bit PNG goes through a workflow with all its bits, and its receipt holds', async () => {
  const folder = tempFolder();
  const workflow: Workflow = {
    format: 'unclip-workflow',
    version: 1,
    nodes: {
      photo: { type: 'LoadImage', params: { image: 'gray.png', bitDepth: '16' } },
      save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' } },
    },
  };
  writeFileSync(join(folder, 'gray.png'), readFileSync(GRAY_16));
  writeFileSync(join(folder, 'copy.json'), formatWorkflow(workflow));

  const run = await unclip(['run', 'copy.json', '--out', '.'], { cwd: folder });
  const verified = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

  expect([run.code, verified.code]).toEqual([0, 0]);
  expect(verified.stdout).toContain('ok     The pixels are those for which the receipt was made.');
  const copy = await decodeImage(readFileSync(join(folder, 'copy-0001.png')), 'copy', { bitDepth: 16 });
  // The fixture holds 3000 x + 1000 y + 77.
  const expected = Array.from({ length: copy.width * copy.height }, (_, i) => {
    return 3000 * (i % copy.width) + 1000 * Math.floor(i / copy.width) + 77;
  });
  expect(levelsOf(copy)).toEqual(expected.flatMap((level) => [level, level, level]));
});
