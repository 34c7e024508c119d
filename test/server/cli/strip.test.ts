import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { insertPngText } from '@unclip-studio/graph-core';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { unclip } from '../../support/unclip.js';

async function folderWithImages() {
  const folder = mkdtempSync(join(tmpdir(), 'unclip-strip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const image = sharp({ create: { width: 8, height: 8, channels: 3, background: '#345' } });
  const [png, webp] = [join(folder, 'a.png'), join(folder, 'b.webp')];
  writeFileSync(png, insertPngText(new Uint8Array(await image.png().toBuffer()), { parameters: 'a secret prompt' }));
  writeFileSync(
    webp,
    await image
      .withExif({ IFD0: { ImageDescription: 'a secret prompt' } })
      .webp()
      .toBuffer(),
  );
  return { folder, png, webp, out: join(folder, 'copies') };
}

test('copies of several images say nothing of how they were made, and their paths are printed', async () => {
  const { folder, png, webp, out } = await folderWithImages();

  const { code, stdout } = await unclip(['strip', png, webp, '--out', out]);

  const copies = [join(out, 'a.png'), join(out, 'b.webp')];
  expect([code, stdout]).toEqual([0, `${copies.join('\n')}\n`]);
  for (const copy of copies) expect(readFileSync(copy, 'latin1')).not.toContain('secret');
  expect(readFileSync(png, 'latin1')).toContain('secret');
  expect(readdirSync(folder).sort()).toEqual(['a.png', 'b.webp', 'copies']);
});

test('nothing is written if one of the files is not an image, and no file is replaced', async () => {
  const { folder, png, out } = await folderWithImages();
  const text = join(folder, 'notes.png');
  writeFileSync(text, 'no image');
  const gone = join(folder, 'gone.png');

  const refused = await unclip(['strip', png, text, gone, '--out', out]);

  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(`"${text}" cannot be stripped: it is not a complete PNG or WebP`);
  expect(refused.stderr).toContain(`"${gone}" cannot be stripped`);
  mkdirSync(out);
  writeFileSync(join(out, 'a.png'), 'mine');

  const again = await unclip(['strip', png, '--out', out]);

  expect([again.code, readFileSync(join(out, 'a.png'), 'utf8')]).toEqual([2, 'mine']);
});
