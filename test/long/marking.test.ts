import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { smallModels } from '../support/small-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded } from '../support/test-server.js';
import { unclip } from '../support/unclip.js';
import { REPOSITORY } from '../support/variations.js';

// The output of exiftool, the usual metadata reader, for our files; Debian: libimage-exiftool-perl.

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

  expectMarked(stdout.split('\n')[0] ?? '');
});

test('exiftool reads it in a JPEG that a client of ComfyUI asks for', { timeout: 120_000 }, async () => {
  const server = await startTestServer(tempFolder(), {}, { comfyui: true });
  onTestFinished(() => server.close());
  const params = { sample: { steps: 1 } };
  const { body } = await server.ask('POST', '/api/runs', { template: 'image-variations', params });
  const { outputs } = await untilEnded(server, body.id);
  const query = { filename: `unclip_${outputs[0].id}_.png`, type: 'output', preview: 'jpeg;90' };

  const answer = await fetch(`${server.origin}/view?${new URLSearchParams(query)}`, {
    headers: { authorization: `Bearer ${TEST_TOKEN}` },
  });

  const file = join(tempFolder(), 'view.jpg');
  writeFileSync(file, new Uint8Array(await answer.arrayBuffer()));
  expect(expectMarked(file)).toMatchObject({ 'File:FileType': 'JPEG' });
});

function expectMarked(file: string): unknown {
  const read = JSON.parse(execFileSync('exiftool', ['-j', '-G1', file]).toString())[0];
  expect(read).toMatchObject({
    'XMP-iptcExt:DigitalSourceType': 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
    'XMP-xmp:CreatorTool': expect.stringMatching(/^unclip-studio /),
  });
  return read;
}
