import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { decodeImage, encodePng, readPngText } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// Copying an image is the smallest run that leaves a receipt; it takes no model.

const IMAGES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));

const COPY: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'my-cat.png' } },
    save: { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' } },
  },
};

describe('unclip verify', () => {
  test('says what holds, and what only a new run can show', async () => {
    const folder = await folderWithCopy();

    const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect([code, stdout.trimEnd().split('\n')]).toEqual([
      0,
      [
        'ok     The receipt is as it was written.',
        'ok     All 2 fingerprints follow from the record.',
        'ok     The pixels are those for which the receipt was made.',
        'ok     The workflow inside the image matches the receipt.',
        'ok     photo (LoadImage), image "my-cat.png": is here, and the same.',
        expect.stringMatching(
          /^open {3}That unclip-studio .* only running its workflow again can prove that\. A receipt is/,
        ),
      ],
    ]);
  });

  test('holds an animation, whose quality is less than its frames’, to the pixels that it gives', async () => {
    const folder = tempFolder();
    copyFileSync(join(IMAGES, 'exif-6.jpg'), join(folder, 'my-cat.png'));
    const { photo } = COPY.nodes;
    const save = { type: 'SaveAnimation', inputs: { image: 'photo.image' }, params: { name: 'film', quality: 20 } };
    writeFileSync(join(folder, 'film.json'), formatWorkflow({ ...COPY, nodes: { ...(photo && { photo }), save } }));
    await unclip(['run', 'film.json', '--out', '.'], { cwd: folder });

    const { code, stdout } = await unclip(['verify', 'film-0001.webp'], { cwd: folder });

    expect([code, stdout]).toEqual([0, expect.stringContaining('ok     The pixels are those for which')]);
  });

  test('says when the image that went in is not here any more, or is another one', async () => {
    const folder = await folderWithCopy();
    copyFileSync(join(IMAGES, 'exif-6.jpg'), join(folder, 'my-cat.png'));

    const other = await unclip(['verify', 'copy-0001.png'], { cwd: folder });
    const far = tempFolder();
    copyFileSync(join(folder, 'copy-0001.png'), join(far, 'copy-0001.png'));
    const gone = await unclip(['verify', 'copy-0001.png'], { cwd: far });

    expect([other.code, gone.code]).toEqual([0, 0]);
    expect(other.stdout).toContain('open   photo (LoadImage), image "my-cat.png": what is here under this name is not');
    expect(gone.stdout).toContain('open   photo (LoadImage), image "my-cat.png": not here, so it cannot be compared.');
  });

  test.each([
    [
      'a changed param',
      (receipt: string) => receipt.replace('"name":"copy"', '"name":"mine"'),
      /^WRONG {2}The fingerprint does not follow from the record: save\.$/m,
    ],
    [
      'another image’s hash',
      (receipt: string) => receipt.replace(/"image":"[0-9a-f]{64}"/, `"image":"${'0'.repeat(64)}"`),
      /^WRONG {2}The fingerprint does not follow from the record: photo\.$/m,
    ],
    [
      'other pixels',
      (receipt: string) => receipt.replace(/"pixels":"[0-9a-f]{64}"/, `"pixels":"${'0'.repeat(64)}"`),
      /^WRONG {2}The pixels are not those for which the receipt was made\.$/m,
    ],
  ])('finds %s', async (_, forge, message) => {
    const folder = await folderWithCopy();
    await rewriteReceipt(join(folder, 'copy-0001.png'), forge);

    const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect(code).toBe(1);
    expect(stdout).toMatch(message);
  });

  test.each([
    ['another position among the images', '"index":0', '"index":1'],
    ['another device', '"device":"cpu"', '"device":"cuda"'],
    ['another name of the input image', '"image":"my-cat.png"', '"image":"dog.png"'],
  ])('finds %s', async (_, from, to) => {
    const folder = await folderWithCopy();
    await rewriteReceipt(join(folder, 'copy-0001.png'), (receipt) => receipt.replace(from, to));

    const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect(code).toBe(1);
    expect(stdout).toContain('WRONG  The receipt was changed after it was written: its own digest does not match.');
  });

  test('accepts a receipt from before there was a digest in it', async () => {
    const folder = await folderWithCopy();
    await rewriteReceipt(join(folder, 'copy-0001.png'), (receipt) => receipt.replace(/"digest":"[0-9a-f]{64}",/, ''));

    const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect([code, stdout.includes('digest'), stdout.includes('as it was written')]).toEqual([0, false, false]);
  });

  test('finds a workflow that is not the one of the receipt', async () => {
    const folder = await folderWithCopy();
    await rewriteReceipt(
      join(folder, 'copy-0001.png'),
      (receipt) => receipt,
      (workflow) => workflow.replace('"copy"', '"mine"'),
    );

    const { code, stdout } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect(code).toBe(1);
    expect(stdout).toContain('WRONG  The workflow inside the image does not match the receipt.');
  });

  test('a WebP carries workflow and receipt like a PNG', async () => {
    const folder = await folderWithCopy();
    await unclip(['run', 'copy.json', '--out', '.', '--set', 'save.format=webp'], { cwd: folder });

    const { code, stdout } = await unclip(['verify', 'copy-0002.webp'], { cwd: folder });
    const check = await unclip(['check', 'copy-0002.webp'], { cwd: folder });
    const explained = await unclip(['explain', 'copy-0001.png', 'copy-0002.webp'], { cwd: folder });

    expect([code, check.code]).toEqual([0, 0]);
    expect(stdout).toContain('ok     The pixels are those for which the receipt was made.');
    expect(stdout).toContain('ok     The workflow inside the image matches the receipt.');
    expect(explained.stdout.split('\n').slice(0, 2)).toEqual([
      'The images are identical, pixel for pixel.',
      'They part at save (SaveImage), format: "png" in A, "webp" in B.',
    ]);
  });

  test('reads the receipt next to an image that has lost its own', async () => {
    const folder = await folderWithCopy();
    await unclip(['run', 'copy.json', '--out', '.', '--receipts'], { cwd: folder });
    const stripped = await encodePng(await decodeImage(readFileSync(join(folder, 'copy-0002.png')), ''), {});
    writeFileSync(join(folder, 'copy-0002.png'), stripped);

    const { code, stdout } = await unclip(['verify', 'copy-0002.png'], { cwd: folder });

    expect(code).toBe(0);
    expect(stdout).toContain('ok     The pixels are those for which the receipt was made.');
    expect(stdout).toContain('open   The image contains no valid workflow.');
  });

  test.each([
    ['my-cat.png', /"my-cat\.png" has no receipt, and there is none next to it \("my-cat\.receipt\.json"\)\./],
    ['missing.png', /"missing\.png" cannot be read/],
    ['copy.json', /"copy\.json" is not a complete image/],
  ])('of %s ends with exit code 2', async (file, message) => {
    const folder = await folderWithCopy();

    const { code, stderr } = await unclip(['verify', file], { cwd: folder });

    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('refuses a receipt of another form', async () => {
    const folder = await folderWithCopy();
    await rewriteReceipt(join(folder, 'copy-0001.png'), () => '{"format":"unclip-receipt","version":2}');

    const { code, stderr } = await unclip(['verify', 'copy-0001.png'], { cwd: folder });

    expect(code).toBe(2);
    expect(stderr).toMatch(/"copy-0001\.png" has no valid receipt: version: /);
  });
});

describe('unclip explain', () => {
  test('names the first node and param where two images part', async () => {
    const folder = await folderWithCopy();
    copyFileSync(join(IMAGES, 'exif-6.jpg'), join(folder, 'dog.jpg'));
    await unclip(['run', 'copy.json', '--out', '.', '--set', 'photo.image=dog.jpg', '--set', 'save.name=dog'], {
      cwd: folder,
    });

    const { code, stdout } = await unclip(['explain', 'copy-0001.png', 'dog-0001.png'], { cwd: folder });

    expect([code, stdout.trimEnd().split('\n')]).toEqual([
      0,
      [
        'The images differ.',
        expect.stringMatching(
          /^They part at photo \(LoadImage\), image: my-cat\.png \(sha256 .*…\) in A, dog\.jpg \(sha256 .*…\) in B\.$/,
        ),
        'Then at save (SaveImage), name: "copy" in A, "dog" in B.',
      ],
    ]);
  });

  test('says when they are the same', async () => {
    const folder = await folderWithCopy();

    const { stdout } = await unclip(['explain', 'copy-0001.png', 'copy-0001.png'], { cwd: folder });

    expect(stdout).toBe('The images are identical, pixel for pixel.\n');
  });
});

describe('unclip diff', () => {
  test('compares what workflows mean, also of an image, and not how they look', async () => {
    const folder = await folderWithCopy();
    const other = {
      ...COPY,
      title: 'Another title',
      nodes: {
        picture: { type: 'LoadImage', params: { image: 'my-cat.png' }, title: 'In' },
        save: { type: 'SaveImage', inputs: { image: 'picture.image' }, params: { name: 'else' } },
        look: { type: 'PreviewImage', inputs: { image: 'picture.image' } },
      },
      layout: { nodes: { picture: { x: 1, y: 2 } } },
    };
    writeFileSync(join(folder, 'other.json'), formatWorkflow(other));

    const changed = await unclip(['diff', 'copy-0001.png', 'other.json'], { cwd: folder });
    const same = await unclip(['diff', 'copy.json', 'copy-0001.png'], { cwd: folder });

    expect([changed.code, changed.stdout.trimEnd().split('\n')]).toEqual([
      1,
      ['= photo (LoadImage): is called picture', '+ look (PreviewImage)', '~ save (SaveImage), name: "copy" -> "else"'],
    ]);
    expect([same.code, same.stdout]).toEqual([0, 'Both mean the same.\n']);
  });

  test('an explicit default is no difference', async () => {
    const folder = await folderWithCopy();
    const bare = {
      ...COPY,
      nodes: { photo: COPY.nodes['photo'], save: { type: 'SaveImage', inputs: { image: 'photo.image' } } },
    };
    const written = { ...bare, nodes: { ...bare.nodes, save: { ...bare.nodes.save, params: { name: 'picture' } } } };
    writeFileSync(join(folder, 'bare.json'), formatWorkflow(bare as Workflow));
    writeFileSync(join(folder, 'written.json'), formatWorkflow(written as Workflow));

    const { code } = await unclip(['diff', 'bare.json', 'written.json'], { cwd: folder });

    expect(code).toBe(0);
  });
});

/** A folder with `my-cat.png`, `copy.json` and what it makes, `copy-0001.png`. */
async function folderWithCopy(): Promise<string> {
  const folder = tempFolder();
  copyFileSync(join(IMAGES, 'rgb.png'), join(folder, 'my-cat.png'));
  writeFileSync(join(folder, 'copy.json'), formatWorkflow(COPY));
  await unclip(['run', 'copy.json', '--out', '.'], { cwd: folder });
  return folder;
}

/** Saves an image again with other texts, whose checksums are right. */
async function rewriteReceipt(
  path: string,
  forgeReceipt: (text: string) => string,
  forgeWorkflow = (text: string) => text,
): Promise<void> {
  const png = readFileSync(path);
  const texts = readPngText(png);
  const forged = {
    'unclip-workflow': forgeWorkflow(texts.get('unclip-workflow') ?? ''),
    'unclip-receipt': forgeReceipt(texts.get('unclip-receipt') ?? ''),
  };
  writeFileSync(path, await encodePng(await decodeImage(png, path), forged));
}
