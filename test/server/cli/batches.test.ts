import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { formatWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { makePng } from '../../support/make-png.js';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const FIXTURE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));

/** Resizes an image: settings for an image, a number and a choice, and no model. */
const SMALLER: Workflow = {
  format: 'unclip-workflow',
  version: 1,
  nodes: {
    photo: { type: 'LoadImage', params: { image: 'cat.png' } },
    resize: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
    save: { type: 'SaveImage', inputs: { image: 'resize.image' }, params: { name: 'small' } },
  },
  inputs: { picture: { to: ['photo.image'] }, side: { to: ['resize.width', 'resize.height'], label: 'Side' } },
};

function folderWith(images: readonly string[], workflow: Workflow = SMALLER): string {
  const folder = tempFolder();
  writeFileSync(join(folder, 'smaller.json'), formatWorkflow(workflow));
  mkdirSync(join(folder, 'pics', 'deep'), { recursive: true });
  for (const [i, name] of images.entries()) writeFileSync(join(folder, 'pics', name), greyImage(i));
  return folder;
}

/** Two by two pixels of one grey; each grey is a separate image. */
function greyImage(grey: number): Uint8Array {
  const rows = deflateSync(new Uint8Array([0, grey, grey, 0, grey, grey]));
  return makePng({ width: 2, height: 2, depth: 8, colourType: 0, data: rows });
}

/** Whole as a file: that its pixels are missing shows only when it is decoded. */
function withoutPixels(): Uint8Array {
  return makePng({ width: 2, height: 2, depth: 8, colourType: 0, data: deflateSync(new Uint8Array([9, 9, 9])) });
}

describe('several images', () => {
  test('named by a wildcard make a run each, in the order people count, and files called after them', async () => {
    const folder = folderWith(['cat10.png', 'cat2.png', 'dog.png']);

    const { code, stdout, stderr } = await unclip(
      ['run', 'smaller.json', '--set', 'photo.image=pics/cat*.png', '--out', 'out'],
      { cwd: folder },
    );

    expect([code, stdout]).toEqual([0, 'out/small-cat2-0001.png\nout/small-cat10-0001.png\n']);
    expect(stderr.split('\n')).toEqual(
      expect.arrayContaining([
        '2 runs.',
        'Run 1 of 2: photo.image=cat2',
        'Run 2 of 2: photo.image=cat10',
        '2 of 2 runs succeeded.',
      ]),
    );
  });

  test('are those of a folder, if a folder is given; images of the same name in two folders stay two', async () => {
    const folder = folderWith(['a.png']);
    writeFileSync(join(folder, 'pics', 'notes.txt'), 'not an image');
    writeFileSync(join(folder, 'pics', 'deep', 'a.png'), greyImage(30));

    const flat = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics', '--out', 'flat'], { cwd: folder });
    const deep = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics/**/*.png', '--out', 'deep'], {
      cwd: folder,
    });

    expect([flat.code, readdirSync(join(folder, 'flat'))]).toEqual([0, ['small-0001.png']]);
    expect([deep.code, readdirSync(join(folder, 'deep'))]).toEqual([0, ['small-a-0001.png', 'small-a-0002.png']]);
  });

  test('that are called with a bracket are found by their names', async () => {
    const folder = folderWith(['cat[1].png', 'cat1.png']);

    const { code, stdout } = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics/cat[1].png'], {
      cwd: folder,
    });

    expect([code, stdout]).toEqual([0, 'output/small-0001.png\n']);
  });

  test('are not hidden files, nor folders, and a broken link is reported', async () => {
    const folder = folderWith(['a.png', '.hidden.png', '._a.png']);
    mkdirSync(join(folder, 'pics', 'folder.png'));
    symlinkSync('gone.png', join(folder, 'pics', 'link.png'));

    const { code, stdout, stderr } = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics'], {
      cwd: folder,
    });

    expect([code, stdout]).toEqual([1, 'output/small-a-0001.png\n']);
    expect(stderr).toMatch(
      /1 of 2 runs succeeded\.\nFailed: run 2, photo\.image=link\. Image ".*link\.png": it cannot be read/,
    );
  });

  test('of which one is broken cost only that one, whenever its fault is found', async () => {
    const folder = folderWith(['a.png', 'b.png', 'd.png']);
    writeFileSync(join(folder, 'pics', 'b.png'), 'not an image');
    writeFileSync(join(folder, 'pics', 'c.png'), withoutPixels());

    const { code, stdout, stderr } = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics'], {
      cwd: folder,
    });

    expect([code, stdout]).toEqual([1, 'output/small-a-0001.png\noutput/small-d-0001.png\n']);
    expect(stderr).toMatch(/Run 2 of 4: photo\.image=b\nphoto \(LoadImage\) failed: Image "b\.png": expected a PNG/);
    expect(stderr).toMatch(
      /2 of 4 runs succeeded\.\nFailed: run 2, photo\.image=b\. Image "b\.png": .*\nFailed: run 3, photo\.image=c\. Image "c\.png": /,
    );
  });

  test('of which none can be used stop everything before anything runs, and so do none', async () => {
    const folder = folderWith(['a.png', 'b.png']);
    for (const name of ['a.png', 'b.png']) writeFileSync(join(folder, 'pics', name), 'not an image');

    const broken = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics/*.png'], { cwd: folder });
    const none = await unclip(['run', 'smaller.json', '--set', 'photo.image=pics/*.webp'], { cwd: folder });

    expect([broken.code, broken.stdout]).toEqual([2, '']);
    expect(broken.stderr).toMatch(
      /^"smaller.json" cannot be run:\n- Node "photo" \(LoadImage\), param "image": .*a.png/,
    );
    expect([none.code, none.stderr.includes('there is no image (.png, .jpg, .webp) that "pics/*.webp" means')]).toEqual(
      [2, true],
    );
  });

  test('of a list go through the graph together without unusable ones', async () => {
    const folder = folderWith(['a.png', 'b.png', 'c.png'], {
      format: 'unclip-workflow',
      version: 1,
      nodes: {
        photos: { type: 'LoadImages', params: { images: 'cat.png' } },
        save: { type: 'SaveImage', inputs: { image: 'photos.image' }, params: { name: 'all' } },
      },
    });
    writeFileSync(join(folder, 'pics', 'b.png'), 'not an image');
    writeFileSync(join(folder, 'pics', 'd.png'), withoutPixels());

    const { code, stdout, stderr } = await unclip(['run', 'smaller.json', '--set', 'photos.images=pics'], {
      cwd: folder,
    });

    expect([code, stdout]).toEqual([1, 'output/all-0001.png\noutput/all-0002.png\n']);
    expect(stderr).toMatch(
      /2 images were left out:\n- Image "b\.png": expected a PNG, JPEG or WebP.*\n- Image "d\.png": /,
    );
  });

  test('of a sweep are left out of its table if they cannot be used, unless there are no others', async () => {
    const params = { x: 'photo.image', xValues: 'pics/a.png\npics/b.png\npics/c.png\npics/d.png\n' };
    const folder = folderWith(['a.png', 'd.png'], {
      format: 'unclip-workflow',
      version: 1,
      nodes: {
        photo: { type: 'LoadImage', params: { image: 'pics/a.png' } },
        sweep: { type: 'Sweep', inputs: { image: 'photo.image' }, params },
        save: { type: 'SaveImage', inputs: { image: 'sweep.images' }, params: { name: 'cell' } },
      },
    });
    writeFileSync(join(folder, 'pics', 'b.png'), 'not an image');
    writeFileSync(join(folder, 'pics', 'c.png'), withoutPixels());

    const some = await unclip(['run', 'smaller.json'], { cwd: folder });
    const none = await unclip(['run', 'smaller.json', '--set', 'sweep.xValues=pics/b.png\npics/c.png'], {
      cwd: folder,
    });

    expect([some.code, some.stdout]).toEqual([1, 'output/cell-0001.png\noutput/cell-0002.png\n']);
    expect(some.stderr).toMatch(/2 images were left out:\n- Image "pics\/b\.png": .*\n- Image "pics\/c\.png": /);
    expect([none.code, none.stdout]).toEqual([2, '']);
    expect(none.stderr).toContain('Image "pics/b.png": expected a PNG, JPEG or WebP');
  });
});

describe('several values', () => {
  test('combine, share what is common to them, and name the files', async () => {
    const folder = folderWith(['a.png', 'b.png']);

    const { code, stdout, stderr } = await unclip(
      ['run', 'smaller.json', '--set', 'photo.image=pics/*.png', '--set', 'resize.width=8..16 step 8', '--no-cache'],
      { cwd: folder },
    );

    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'output/small-a-width8-0001.png',
      'output/small-a-width16-0001.png',
      'output/small-b-width8-0001.png',
      'output/small-b-width16-0001.png',
    ]);
    expect(stderr).toContain('4 runs. Of their 8 nodes 2 are the same as in an earlier run, and are evaluated once.\n');
    expect(stderr.match(/photo \(LoadImage\): taken from the cache\./g)).toHaveLength(2);
  });

  test('with --json each run is announced by an event with its settings', async () => {
    const folder = folderWith([]);
    copyFileSync(FIXTURE, join(folder, 'cat.png'));

    const { code, stdout } = await unclip(['run', 'smaller.json', '--set', 'resize.width=8,16', '--json'], {
      cwd: folder,
    });

    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(events.filter(({ type }) => type === 'batch-run')).toEqual([
      { type: 'batch-run', run: 1, runs: 2, settings: { 'resize.width': '8' } },
      { type: 'batch-run', run: 2, runs: 2, settings: { 'resize.width': '16' } },
    ]);
    expect(events.filter(({ type }) => type === 'run-finished')).toHaveLength(2);
  });

  test('that go beyond a limit are refused with the first one that does', async () => {
    const folder = folderWith(['a.png']);
    const run = (setting: string) => unclip(['run', 'smaller.json', '--set', setting], { cwd: folder });

    const high = await run('resize.width=8..90000 step 10000');
    const endless = await run('resize.width=1..5000');

    expect(high.stderr).toContain('--set resize.width=8..90000 step 10000: expected a whole number from');
    expect(endless.stderr).toContain('expected at most 1000 values, got more in "1..5000". Use larger steps.');
    expect([high.code, endless.code]).toEqual([2, 2]);
  });
});

describe('--input', () => {
  test('sets all params that the input names, by path, number or list, and needs no node', async () => {
    const folder = folderWith(['a.png']);

    const { code, stdout, stderr } = await unclip(
      ['run', 'smaller.json', '--input', 'picture=pics/a.png', '--input', 'side=4,6'],
      { cwd: folder },
    );

    expect([code, stdout]).toEqual([0, 'output/small-side4-0001.png\noutput/small-side6-0001.png\n']);
    expect(stderr).toContain('Run 2 of 2: side=6\n');
  });

  test('reports a mistyped name, and a value that does not fit', async () => {
    const folder = folderWith(['a.png']);
    const run = (input: string) => unclip(['run', 'smaller.json', '--input', input], { cwd: folder });

    const mistyped = await run('pictur=pics/a.png');
    const wrong = await run('side=large');

    expect(mistyped.stderr).toContain(
      '--input pictur=pics/a.png: the workflow has no input "pictur". Did you mean "picture"? Its inputs are: picture, side.',
    );
    expect(wrong.stderr).toMatch(/--input side=large: expected a whole number from \d+ to \d+, got "large"\./);
    expect([mistyped.code, wrong.code]).toEqual([2, 2]);
  });
});
