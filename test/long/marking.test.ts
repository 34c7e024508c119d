import { execFileSync, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { smallModels } from '../support/small-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// What the program that everybody reads metadata with says of our files; Debian: libimage-exiftool-perl.

beforeAll(() => {
  if (spawnSync('which', ['exiftool']).status === 0) return;
  execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', 'libimage-exiftool-perl'], {
    stdio: 'ignore',
  });
}, 300_000);

test.each(['png', 'webp'])('exiftool reads in a %s that a model made it', { timeout: 120_000 }, async (format) => {
  const folder = tempFolder();
  const file = join(REPOSITORY, 'workflows/image-variations.json');
  const settings = ['--device', 'cpu', '--set', 'sample.steps=1', '--set', `save.format=${format}`];
  const { stdout } = await unclip(['run', file, '--out', folder, '--no-cache', '--models', smallModels(), ...settings]);

  const read = execFileSync('exiftool', ['-j', '-G1', stdout.split('\n')[0] ?? '']).toString();

  expect(JSON.parse(read)[0]).toMatchObject({
    'XMP-iptcExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    'XMP-xmp:CreatorTool': expect.stringMatching(/^unclip-studio /),
  });
});
