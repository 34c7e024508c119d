import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NodeDefinition } from '@unclip-studio/graph-core';
import { expect, test } from 'vitest';
import { tempFolder } from '../../support/temp-folder.js';
import { unclip } from '../../support/unclip.js';

const VARIATIONS = fileURLToPath(new URL('../../../workflows/image-variations.json', import.meta.url));

test('check says that a workflow is valid', async () => {
  const { code, stdout, stderr } = await unclip(['check', VARIATIONS]);

  expect([code, stdout, stderr]).toEqual([0, `"${VARIATIONS}" is valid: 8 nodes.\n`, '']);
});

test('check names files that are missing on this machine, and treats the workflow as valid', async () => {
  const nodes = { photo: { type: 'LoadImage', params: { image: 'far-away.png' } } };
  const input = JSON.stringify({ format: 'unclip-workflow', version: 1, nodes });

  const { code, stdout, stderr } = await unclip(['check', '-'], { input, cwd: tempFolder() });

  expect([code, stdout]).toEqual([0, 'Standard input is valid: 1 node.\n']);
  expect(stderr).toMatch(
    /^But it would not run on this machine:\n- Node "photo" \(LoadImage\), param "image": Image "far-away\.png": /,
  );
});

test('check says everything that is wrong at once', async () => {
  const nodes = {
    photo: { type: 'LoadImage', params: { picture: 'cat.png' } },
    save: { type: 'SaveImage', inputs: { image: 'foto.image' } },
  };
  const input = JSON.stringify({ format: 'unclip-workflow', version: 1, nodes });

  const { code, stdout, stderr } = await unclip(['check', '-'], { input });

  expect([code, stdout]).toEqual([2, '']);
  expect(stderr.split('\n')).toEqual([
    'Standard input is not valid:',
    expect.stringMatching(/^- Node "photo" \(LoadImage\): it has no param "picture"/),
    expect.stringMatching(/^- Node "photo" \(LoadImage\), param "image": expected the name of an image, got nothing/),
    expect.stringMatching(/^- Node "save" \(SaveImage\), input "image": there is no node "foto"/),
    '',
  ]);
});

test('nodes --json gives the definitions', async () => {
  const { code, stdout } = await unclip(['nodes', '--json']);

  const definitions = JSON.parse(stdout) as readonly NodeDefinition[];
  expect(code).toBe(0);
  expect(definitions.map((node) => node.type)).toEqual(
    expect.arrayContaining(['LoadImage', 'CLIPImageEmbed', 'NoiseAugment', 'TextEncode', 'UNetSample', 'VAEDecode']),
  );
  expect(definitions.find((node) => node.type === 'VAEDecode')?.inputs).toHaveProperty('latent.type', 'latent');
});

test('nodes describes each type to people', async () => {
  const { stdout } = await unclip(['nodes']);

  expect(stdout).toMatch(/^LoadImage \(\) -> image: image\n {2}\S.*\n {2}image = \(an image\): /m);
  expect(stdout).toMatch(/^UNetSample \(unet: unet, .*generator\?: generator.*\) -> latent: latent/m);
  expect(stdout).toMatch(/^ {2}steps = 20 \(1 to 1000\): /m);
});

test('models list shows what workflows can name, and the paths', async () => {
  const folder = tempFolder();
  mkdirSync(join(folder, 'mine'));
  writeFileSync(join(folder, 'mine', 'model_index.json'), '{}');

  const { code, stdout } = await unclip(['models', 'list', '--models', folder]);

  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^mine +${join(folder, 'mine')}$`, 'm'));
  expect(stdout).toMatch(/^emoji-unclip +\/.*models\/emoji-unclip$/m);
});

test('help and version are not errors', async () => {
  const [help, version] = await Promise.all([unclip(['run', '--help']), unclip(['--version'])]);

  expect(help.code).toBe(0);
  expect(help.stdout).toMatch(/^ +--device <device> +auto, cpu, cuda, directml, coreml or webgpu/m);
  expect([version.code, version.stdout]).toEqual([0, '0.1.0\n']);
});
