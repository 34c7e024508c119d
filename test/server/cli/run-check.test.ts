import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

// A copied picture of 13 x 9 px is all that expectations need to look at.

const PICTURES = fileURLToPath(new URL('../fixtures/pictures/', import.meta.url));

describe('unclip run --check', () => {
  test('ends with exit code 0 when the pictures are as the workflow expects', async () => {
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
    copyFileSync(join(PICTURES, 'exif-6.jpg'), join(folder, 'other.png'));

    const { code, stderr } = await unclip(['run', 'copy.json', '--check'], { cwd: folder });

    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('Not'))).toEqual([
      'Not as expected: Node "save": expected 2 pictures, got 1.',
      'Not as expected: Node "save": picture 1, width: expected 14 px, got 13.',
      expect.stringMatching(/^Not as expected: Node "save": picture 1: expected at least 1000 colours, got \d+\.$/),
      'Not as expected: Node "save": expected a picture like "other.png" of 9 x 13 px, got 13 x 9.',
    ]);
  });

  test.each([
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

function folderExpecting(expected: unknown): string {
  const folder = tempFolder();
  copyFileSync(join(PICTURES, 'rgb.png'), join(folder, 'cat.png'));
  const save = { type: 'SaveImage', inputs: { image: 'photo.image' }, params: { name: 'copy' }, expect: expected };
  const nodes = { photo: { type: 'LoadImage', params: { image: 'cat.png' } }, save };
  writeFileSync(join(folder, 'copy.json'), JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));
  return folder;
}
