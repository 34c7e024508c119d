import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeImage, readImageText } from '@unclip-studio/server';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { longTest } from '../../support/long-suite.js';
import { smallModels } from '../../support/small-models.js';
import { tempFolder } from '../../support/temp-folder.js';
import { startTestServer, TEST_TOKEN, untilEnded } from '../../support/test-server.js';
import { unclip } from '../../support/unclip.js';
import { REPOSITORY } from '../../support/variations.js';

const IMAGE = fileURLToPath(new URL('../fixtures/pictures/rgb.png', import.meta.url));
const STEPS = ['--device', 'cpu', '--set', 'sample.steps=2'];

/** Runs an example with a small model. @returns the first image that it saved */
async function imageOf(example: string, ...options: readonly string[]): Promise<Buffer> {
  const folder = tempFolder();
  const file = join(REPOSITORY, 'workflows', `${example}.json`);
  const args = ['run', file, '--out', folder, '--no-cache', '--models', smallModels(), ...STEPS, ...options];
  const { code, stdout, stderr } = await unclip(args);
  expect(code, stderr).toBe(0);
  return readFileSync(stdout.split('\n')[0] ?? '');
}

/** What another library reads: the XMP packet of a file. */
async function markingIn(bytes: Uint8Array) {
  const { xmp } = await sharp(bytes).metadata();
  const packet = xmp?.toString('utf8') ?? '';
  const elementOf = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(packet)?.[1];
  return {
    source: elementOf('Iptc4xmpExt:DigitalSourceType'),
    models: elementOf('Iptc4xmpExt:AISystemUsed'),
    tool: elementOf('xmp:CreatorTool'),
  };
}

const SOURCES = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const MODEL_MADE = {
  source: `${SOURCES}trainedAlgorithmicMedia`,
  models: 'emoji-unclip',
  tool: expect.stringMatching(/^unclip-studio \d/),
};
const COMPOSITE = { ...MODEL_MADE, source: `${SOURCES}compositeWithTrainedAlgorithmicMedia` };

describe('a saved image says that a model made it', () => {
  test('in a PNG, in addition to the receipt', async () => {
    const png = await imageOf('image-variations');

    expect(await markingIn(png)).toEqual(MODEL_MADE);
    expect([...readImageText(png).keys()]).toEqual(expect.arrayContaining(['unclip-workflow', 'unclip-receipt']));
  });

  longTest('in a WebP, in addition to the receipt, with the same pixels', async () => {
    const options = ['--set', 'save.format=webp'];
    const [webp, png] = [await imageOf('image-variations', ...options), await imageOf('image-variations')];

    expect(await markingIn(webp)).toEqual(MODEL_MADE);
    expect([...readImageText(webp).keys()]).toEqual(['unclip-workflow', 'unclip-receipt']);
    expect((await decodeImage(webp, 'the WebP')).data).toEqual((await decodeImage(png, 'the PNG')).data);
  });

  test.each(['image-to-image', 'inpaint'])('and that an image which was given is part of it: %s', async (example) => {
    expect(await markingIn(await imageOf(example))).toEqual(COMPOSITE);
  });

  test('unless no model had to do with it', async () => {
    const folder = tempFolder();
    copyFileSync(IMAGE, join(folder, 'photo.png'));
    const nodes = {
      photo: { type: 'LoadImage', params: { image: 'photo.png' } },
      smaller: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 8, height: 8 } },
      twice: { type: 'ImageBatch', inputs: { first: 'smaller.image', second: 'smaller.image' } },
      one: { type: 'ImageFromBatch', inputs: { image: 'twice.image' } },
      save: { type: 'SaveImage', inputs: { image: 'one.image' } },
    };
    writeFileSync(join(folder, 'copy.json'), JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));
    const { stdout } = await unclip(['run', 'copy.json', '--out', '.'], { cwd: folder });

    const copy = readFileSync(join(folder, stdout.trim()));
    expect(await markingIn(copy)).toEqual({ source: undefined, models: undefined, tool: undefined });
  });

  longTest('also where a server made it', async () => {
    const server = await startTestServer(tempFolder(), {}, { comfyui: true });
    try {
      const params = { sample: { steps: 1 } };
      const { body } = await server.ask('POST', '/api/runs', { template: 'image-variations', params });
      const { outputs } = await untilEnded(server, body.id);
      const headers = { authorization: `Bearer ${TEST_TOKEN}` };
      const answer = await fetch(`${server.origin}/api/outputs/${outputs[0].id}`, { headers });

      expect(await markingIn(new Uint8Array(await answer.arrayBuffer()))).toEqual(MODEL_MADE);
      // Clients of ComfyUI ask for other forms of it.
      const image = { filename: `unclip_${outputs[0].id}_.png`, type: 'output' };
      const forms: readonly Record<string, string>[] = [
        { preview: 'jpeg;80' },
        { preview: 'webp' },
        { channel: 'rgb' },
      ];
      for (const form of forms) {
        const view = await fetch(`${server.origin}/view?${new URLSearchParams({ ...image, ...form })}`, { headers });
        const seen = await markingIn(new Uint8Array(await view.arrayBuffer()));
        expect(seen, JSON.stringify(form)).toEqual(MODEL_MADE);
      }
    } finally {
      await server.close();
    }
  });
});
