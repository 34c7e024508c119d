import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// A copied image of 13 x 9 px is all that expectations need to look at.

const IMAGES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));

describe('unclip run --check', () => {
  test('ends with exit code 0 when the images are as the workflow expects', async () => {
    const folder = folderExpecting({
      pictures: 1,
      width: 13,
      height: 9,
      colours: 2,
      like: { image: 'cat.png', maxDifference: 0 },
    });

    const { code, stdout, stderr } = await unclip(['run', 'copy.json', '--check'], { cwd: folder });

    expect([code, stdout]).toEqual([0, `${join('output', 'copy-0001.png')}\n`]);
    expect(stderr).not.toContain('Not as expected');
  });

  test('says all that is not so, and ends with exit code 1', async () => {
    const folder = folderExpecting({
      pictures: 2,
      width: 14,
      colours: 1000,
      like: { image: 'other.png', maxDifference: 1 },
    });
    copyFileSync(join(IMAGES, 'exif-6.jpg'), join(folder, 'other.png'));

    const { code, stderr } = await unclip(['run', 'copy.json', '--check'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('Not'))).toEqual([
      'Not as expected: Node "save": expected 2 images, got 1.',
      'Not as expected: Node "save": image 1, width: expected 14 px, got 13.',
      expect.stringMatching(/^Not as expected: Node "save": image 1: expected at least 1000 colours, got \d+\.$/),
      'Not as expected: Node "save": expected an image like "other.png" of 9 x 13 px, got 13 x 9.',
    ]);
  });

  test('compares what images show, as the image encoder of the workflow sees it', async () => {
    const looks = (image: string, minSimilarity: number) => ({ looksLike: { image, minSimilarity } });
    const same = folderExpecting(looks('cat.png', 0.999), MODEL);
    const other = folderExpecting(looks('red-heart.png', 0.999), MODEL);

    const good = await unclip(['run', 'copy.json', '--check'], { cwd: same });
    const bad = await unclip(['run', 'copy.json', '--check'], { cwd: other });

    expect([good.code, good.stderr.includes('Not as expected')]).toEqual([0, false]);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(
      /Not as expected: Node "save": image 1: expected a similarity to "red-heart\.png" of at least 0\.999, got -?0\.\d{3}\./,
    );
  });

  test('looks for invalid numbers, also in nodes that the run would not need', async () => {
    const folder = folderExpecting(undefined, {
      ...MODEL,
      embed: {
        type: 'CLIPImageEmbed',
        inputs: { vision: 'model.vision', image: 'photo.image' },
        expect: { finite: true },
      },
    });
    const senseless = folderExpecting({ finite: true });

    const finite = await unclip(['run', 'copy.json', '--check', '--json'], { cwd: folder });
    const none = await unclip(['run', 'copy.json', '--check'], { cwd: senseless });

    expect(finite.code).toBe(0);
    expect(finite.stdout).toContain('"embed"');
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('Node "save": "finite" fits a node that outputs numbers, and this one does not.');
  });

  test.each([
    [
      'a likeness without a checkpoint',
      { looksLike: { image: 'cat.png', minSimilarity: 0.5 } },
      /it has no node that loads one/,
    ],
    ['a workflow that expects nothing', undefined, /--check: the workflow expects nothing/],
    ['an expectation of another form', { widht: 3 }, /Node "save", expect : Unrecognized key/],
  ])('refuses %s before anything runs', async (_, expected, message) => {
    const folder = folderExpecting(expected);

    const { code, stdout, stderr } = await unclip(['run', 'copy.json', '--check'], { cwd: folder });

    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  test('without --check nothing is compared', async () => {
    const folder = folderExpecting({ pictures: 7 });

    const { code } = await unclip(['run', 'copy.json'], { cwd: folder });

    expect(code).toBe(0);
  });
});

const MODEL = { model: { type: 'LoadModel' } };

function folderExpecting(expected: unknown, others: Readonly<Record<string, unknown>> = {}): string {
  const folder = tempFolder();
  copyFileSync(join(IMAGES, 'rgb.png'), join(folder, 'cat.png'));
  const save = { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' }, expect: expected };
  const nodes = { photo: { type: 'LoadImage', params: { image: 'cat.png' } }, save, ...others };
  writeFileSync(join(folder, 'copy.json'), JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));
  return folder;
}
