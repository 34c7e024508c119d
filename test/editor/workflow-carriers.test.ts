import { readFileSync } from 'node:fs';
import { deflateRawSync, deflateSync } from 'node:zlib';

import {
  askedForIn,
  hashFor,
  packWorkflow,
  readForeignText,
  readOwnTexts,
  unpackWorkflow,
} from '@unclip-studio/editor/files';
import { insertPngText } from '@unclip-studio/graph-core';
import { encodeImageFile, readComfyText, readEmbeddedWorkflow } from '@unclip-studio/server';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { pngChunk } from '../support/make-png.js';
import { documentOf, IMAGE_PATH } from './support/rig.js';

const TEXT = '{"format": "unclip-workflow", "title": "Grüße, 世界"}';

test('the page and the server read what is written into an image', async () => {
  const png = await image();

  const whole = insertPngText(png, { 'unclip-workflow': TEXT });

  expect(await readOwnTexts(whole, 'image/png')).toEqual(new Map([['unclip-workflow', TEXT]]));
  expect(readEmbeddedWorkflow(whole)).toBe(TEXT);
  // The pixels are still those of the image.
  expect(await sharp(whole).raw().toBuffer()).toEqual(await sharp(png).raw().toBuffer());
});

test('the page reads what the server wrote into a WebP', async () => {
  const image = { width: 3, height: 2, data: new Uint8Array(18) };
  const { bytes } = await encodeImageFile(image, { format: 'webp', text: { 'unclip-workflow': TEXT } });

  const webp = new Uint8Array(bytes);

  expect((await readOwnTexts(webp, 'image/webp')).get('unclip-workflow')).toBe(TEXT);
  await expect(readOwnTexts(webp.slice(0, 60), 'image/webp')).rejects.toThrow(/the file ends before them/);
});

test('an image without a workflow, a truncated one and a file that is not an image contain none', async () => {
  const png = await image();
  const whole = insertPngText(png, { 'unclip-workflow': TEXT });
  const noPng = new TextEncoder().encode(TEXT);

  for (const bytes of [new Uint8Array(png), whole.slice(0, 60), noPng]) {
    expect(await readOwnTexts(bytes, 'image/png')).toEqual(new Map());
  }
});

test('an image whose end is missing still gives the workflow before it, to the page', async () => {
  const whole = insertPngText(await image(), { 'unclip-workflow': TEXT });

  expect((await readOwnTexts(whole.slice(0, -20), 'image/png')).get('unclip-workflow')).toBe(TEXT);
});

describe('an image of ComfyUI whose page cannot be used gives its prompt', () => {
  const PROMPT = '{"1": {"class_type": "LoadImage", "inputs": {}}}';
  const damaged = pngChunk('tEXt', Buffer.from('workflow\0{"nodes": []}'));
  damaged[20] = 0x21;

  test.each([
    ['null', pngChunk('tEXt', Buffer.from('workflow\0null'))],
    ['another object', pngChunk('tEXt', Buffer.from('workflow\0{"a": 1}'))],
    ['half a JSON', pngChunk('tEXt', Buffer.from('workflow\0{"nodes": [{'))],
    ['a text that cannot be unpacked', pngChunk('zTXt', Buffer.from('workflow\0\0nonsense'))],
    [
      'a text that unpacks to too much',
      pngChunk('zTXt', Buffer.concat([Buffer.from('workflow\0\0'), deflateSync(Buffer.alloc(17 * 2 ** 20))])),
    ],
    ['a damaged chunk', damaged],
  ])('%s', async (_, page) => {
    const prompt = pngChunk('tEXt', Buffer.from(`prompt\0${PROMPT}`));
    const png = await image();
    const whole = new Uint8Array(Buffer.concat([png.subarray(0, 33), page, prompt, png.subarray(33)]));

    expect(readComfyText(whole)).toBe(PROMPT);
    expect(await readForeignText(whole, 'image/png')).toBe(PROMPT);
  });

  test('as in a file that was found', async () => {
    const bytes = new Uint8Array(
      readFileSync(new URL('../fixtures/faults/workflows/workflow-null.png', import.meta.url)),
    );

    expect(readComfyText(bytes)).toMatch(/^\{"1": \{"class_type": "unCLIPCheckpointLoader"/);
    expect(await readForeignText(bytes, 'image/png')).toBe(readComfyText(bytes));
  });
});

test('a link holds the whole workflow, and one that was cut holds none', async () => {
  const workflow = documentOf(IMAGE_PATH);

  const packed = await packWorkflow(workflow);

  expect(packed).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(await unpackWorkflow(packed)).toEqual(workflow);
  expect(await unpackWorkflow(packed.slice(0, -20))).toBeUndefined();
  expect(await unpackWorkflow('?!')).toBeUndefined();
});

test('a link that unpacks to more than a workflow may have is refused with the limit, before it is unpacked', async () => {
  const bomb = deflateRawSync(Buffer.alloc(64 * 2 ** 20, ' ')).toString('base64url');

  expect(bomb.length).toBeLessThan(100_000);
  await expect(unpackWorkflow(bomb)).rejects.toThrow('unpacks to more than 4194304 bytes, which is the limit');
  await expect(unpackWorkflow('a'.repeat(300_000))).rejects.toThrow(
    'The link has 300000 characters; the limit is 256000',
  );
});

test.each([
  { kind: 'shared', packed: 'abc-_1' },
  { kind: 'output', id: 'run.save.0' },
  { kind: 'saved', name: 'Hearts & stars' },
  { kind: 'saved', name: 'Hearts', revision: 3 },
  { kind: 'template', name: 'image-variations' },
] as const)('an address asks for $kind and is understood', (asked) => {
  expect(askedForIn(hashFor(asked))).toEqual(asked);
  expect(askedForIn('#t=token')).toBeUndefined();
});

async function image(): Promise<Uint8Array<ArrayBuffer>> {
  const png = await sharp({ create: { width: 4, height: 4, channels: 3, background: '#c33' } })
    .png()
    .toBuffer();
  return new Uint8Array(png);
}
