import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CheckpointCopy, SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { loraFile } from '../../support/lora-file.js';
import { safetensorsFile, safetensorsFromHeader } from '../../support/safetensors-file.js';
import { sharedTestServer } from '../../support/shared-server.js';
import { fileFolder } from '../../support/temp-folder.js';
import type { Answer } from '../../support/test-server.js';

const root = fileFolder();
const sharedServer = sharedTestServer({ machine: { modelFolders: [root] } });

test.each([
  ['the metadata of the Model Spec', { 'modelspec.trigger_phrase': 'kite style, paper' }, {}, ['kite style', 'paper']],
  ['.civitai.info beside it', {}, { 'kite.civitai.info': { trainedWords: ['kite style', 7] } }, ['kite style']],
  ['.cm-info.json beside it', {}, { 'kite.cm-info.json': { TrainedWords: ['kite'] } }, ['kite']],
  ['A1111’s .json beside it', {}, { 'kite.json': { 'activation text': 'kite, sky' } }, ['kite', 'sky']],
  [
    'the commonest tags of its training where nobody names any',
    { ss_tag_frequency: JSON.stringify({ '10_kite': { sky: 3, kite: 20 }, '5_more': { sky: 30 } }) },
    { 'kite.json': ['no notes'] },
    ['sky', 'kite'],
  ],
  ['nothing readable', { ss_tag_frequency: '{"10_kite": {"sky":' }, { 'kite.civitai.info': '{' }, []],
] as const)('trigger words come from %s', async (_, metadata, notes, expected) => {
  const { folder, list } = await startWithLora(metadata);
  for (const [name, content] of Object.entries(notes)) {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }

  expect((await list())[0].triggerWords).toEqual(expected);
});

test('a preview is the thumbnail in the metadata or an image next to the file, encoded again as a small WebP', async () => {
  const png = readFileSync(new URL('../fixtures/pictures/rgb.png', import.meta.url));
  const inside = { 'modelspec.thumbnail': `data:image/png;base64,${png.toString('base64')}` };
  const { server, folder, list } = await startWithLora(inside);
  writeFileSync(join(folder, 'beside.safetensors'), loraFile(1024));
  writeFileSync(join(folder, 'beside.preview.png'), png);
  writeFileSync(join(folder, 'none.safetensors'), loraFile(1024));

  const models = await list();
  const previews = await Promise.all(
    models.map(({ id }) => server.ask('GET', `/api/models/installed/${id}/thumbnail?side=32`)),
  );

  const facts = models.map(({ name, hasThumbnail, family }) => [name, hasThumbnail, family]);
  expect(facts).toEqual([
    ['beside.safetensors', true, 'Stable Diffusion 2'],
    ['kite.safetensors', true, 'Stable Diffusion 1'],
    ['none.safetensors', false, 'Stable Diffusion 2'],
  ]);
  expect(previews.map(({ status }) => status)).toEqual([200, 200, 404]);
  expect(previews[0]?.headers.get('content-type')).toBe('image/webp');
  expect(previews[0]?.body.subarray(8, 12).toString()).toBe('WEBP');
});

test('image embeddings are listed without a family: their width is none of a text', async () => {
  const { server, folder } = await startWithLora();
  const embeds = join(folder, '../image_embeds');
  mkdirSync(embeds);
  const header = JSON.stringify({ embeds: { dtype: 'F32', shape: [1, 768], data_offsets: [0, 3072] } });
  writeFileSync(join(embeds, 'cat.safetensors'), safetensorsFromHeader(header, new Uint8Array(3072)));
  writeFileSync(join(embeds, 'dog.npy'), '\x93NUMPY');

  const { models } = (await server.ask('GET', '/api/models/installed?type=image-embeds')).body;

  const facts = models.map(({ name, family, problem, fits }: Answer['body']) => [name, family, problem, fits]);
  expect(facts).toEqual([
    ['cat.safetensors', undefined, undefined, undefined],
    ['dog.npy', undefined, undefined, undefined],
  ]);
});

test('an IP-Adapter has the family of its text, and models that no node can use say why', async () => {
  const { server, folder } = await startWithLora();
  const write = (path: string, tensors: Readonly<Record<string, readonly number[]>>) => {
    mkdirSync(join(folder, '..', dirname(path)), { recursive: true });
    const zeros = Object.entries(tensors).map(([name, shape]) => {
      const size = shape.reduce((product, length) => product * length, 2);
      return [name, { dtype: 'F16', shape, data: new Uint8Array(size) }] as const;
    });
    writeFileSync(join(folder, '..', path), safetensorsFile(Object.fromEntries(zeros)));
  };
  const adapter = (textWidth: number) => ({
    'image_proj.proj.weight': [4 * textWidth, 8],
    'ip_adapter.1.to_k_ip.weight': [4, textWidth],
  });
  write('ipadapter/faceid.safetensors', {
    'image_proj.proj.0.weight': [4, 4],
    'ip_adapter.1.to_k_ip.weight': [4, 768],
  });
  write('ipadapter/sd15.safetensors', adapter(768));
  write('ipadapter/xl.safetensors', adapter(2048));
  write('upscale_models/compact.safetensors', { 'body.0.weight': [4, 3, 3, 3], 'body.1.weight': [4] });
  write('clip_vision/vae.safetensors', { 'decoder.conv_in.weight': [4, 4, 3, 3] });
  write('vae/vae.safetensors', { 'decoder.conv_in.weight': [4, 4, 3, 3] });
  write('vae/flux.safetensors', { 'decoder.conv_in.weight': [4, 16, 3, 3] });
  write('vae/lora.safetensors', { 'lora_unet_x.lora_down.weight': [4, 4] });

  const { models } = (await server.ask('GET', '/api/models/installed')).body;

  const facts = models
    .filter(({ path }: Answer['body']) => path.startsWith(join(folder, '..')))
    .map(({ name, type, family = null, problem = '' }: Answer['body']) => [
      `${type} ${name}`,
      family,
      /FaceID|expected .*?(?=\. [A-Z]|$)/.exec(problem.slice(problem.indexOf(': ')))?.[0] ?? '',
    ]);
  expect(Object.fromEntries(facts.map(([name, ...rest]: string[]) => [name, rest]))).toEqual({
    'lora kite.safetensors': ['Stable Diffusion 1', ''],
    'ip-adapter faceid.safetensors': [null, 'FaceID'],
    'ip-adapter sd15.safetensors': ['Stable Diffusion 1', ''],
    'ip-adapter xl.safetensors': [
      null,
      'expected an IP-Adapter for Stable Diffusion 1, got one for Stable Diffusion XL',
    ],
    'upscaler compact.safetensors': [
      null,
      'expected an ESRGAN or Real-ESRGAN (RRDBNet), got a compact Real-ESRGAN (SRVGGNet), which is not supported',
    ],
    'vision vae.safetensors': [null, 'expected a CLIP image encoder, got a VAE'],
    'vae vae.safetensors': [null, ''],
    'vae flux.safetensors': [
      null,
      'expected a VAE for Stable Diffusion 1 or 2, with 4 latent channels, got one with 16, as Stable Diffusion 3 and Flux have',
    ],
    'vae lora.safetensors': [null, 'expected a VAE, got a LoRA'],
  });
});

test('a preview that is not an image is rejected', async () => {
  const { server, folder, list } = await startWithLora();
  writeFileSync(join(folder, 'kite.png'), '<svg onload="alert(1)"/>');

  const [model] = await list();
  const preview = await server.ask('GET', `/api/models/installed/${model.id}/thumbnail`);

  expect([model.hasThumbnail, preview.status]).toEqual([true, 422]);
});

test('an unreadable file is listed with its problem, and a replaced one is read again', async () => {
  const { folder, list } = await startWithLora();
  const file = join(folder, 'kite.safetensors');
  const before = await list();

  writeFileSync(file, 'version https://git-lfs.github.com/spec/v1\nsize 5\n');
  utimesSync(file, 1e9, 1e9);
  const after = await list();

  expect([before[0].problem, before[0].precisions]).toEqual([undefined, ['float16']]);
  expect([after[0].problem, after[0].precisions]).toEqual([expect.stringContaining('Git LFS pointer'), []]);
});

test('a checkpoint in one damaged file is listed with its problem, but only where checkpoints lie', async () => {
  const { server, folder } = await startWithLora();
  const root = join(folder, '..');
  const pointer = 'version https://git-lfs.github.com/spec/v1\nsize 5\n';
  for (const sub of ['Stable-diffusion', 'clip']) mkdirSync(join(root, sub));
  const files: Readonly<Record<string, string | Uint8Array>> = {
    'pointer.safetensors': pointer,
    'empty.ckpt': '',
    'page.ckpt': '<!doctype html><title>Sign in</title>',
    'vae.safetensors': safetensorsFile({
      'decoder.conv_in.weight': { dtype: 'F16', shape: [1], data: new Uint8Array(2) },
    }),
    'Stable-diffusion/cut.safetensors': loraFile(768).subarray(0, 40),
    'clip/pointer.safetensors': pointer,
    'loras/pointer.safetensors': pointer,
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), content);

  const { models } = (await server.ask('GET', '/api/models/installed?type=checkpoint')).body;

  const here = models.filter(({ path }: Answer['body']) => path.startsWith(root));
  expect(here.map(({ name, problem }: Answer['body']) => [name, problem !== undefined])).toEqual([
    ['Stable-diffusion/cut.safetensors', true],
    ['empty.ckpt', true],
    ['page.ckpt', true],
    ['pointer.safetensors', true],
  ]);
  expect(here[3].because).toMatchObject({ code: 'model-file', fault: 'lfs-pointer' });
});

test('a checkpoint in a folder is listed with the problem of its first damaged part, until that part is replaced', async () => {
  const { server } = await startWithLora();
  const copy = (name: string) => new CheckpointCopy({ source: SMALL_CHECKPOINT, folder: newFolder(name) });
  const config = copy('a-config');
  const unet = config.text('unet/config.json');
  config.write('unet/config.json', '{"sample_size": 8,');
  const weights = copy('b-weights');
  const cut = 'vae/diffusion_pytorch_model.safetensors';
  weights.write(cut, weights.bytes(cut).subarray(0, 60));
  copy('c-missing').remove('text_encoder');
  copy('d-sound');
  const problems = async () => {
    const { models } = (await server.ask('GET', '/api/models/installed?type=checkpoint')).body;
    const here = models.filter(({ path }: Answer['body']) => path.startsWith(root));
    return here.map(({ because }: Answer['body']) => because?.file ?? because?.parts);
  };

  const before = await problems();
  config.write('unet/config.json', unet);
  const after = await problems();

  expect(before).toEqual(['unet/config.json', cut, ['text_encoder'], undefined]);
  expect(after).toEqual([undefined, cut, ['text_encoder'], undefined]);
});

// Opening one waits for its writer, and four that wait are all the threads that read files.
test('named pipes wherever models lie keep nothing waiting', async () => {
  const { server, folder } = await startWithLora();
  const root = join(folder, '..');
  for (const sub of ['checkpoints', 'vae_approx', 'diffusers', 'controlnet/depth']) {
    mkdirSync(join(root, sub), { recursive: true });
  }
  const pipes = [
    ...['a.safetensors', 'b.ckpt', 'c.pt', 'checkpoints/d.safetensors', 'checkpoints/e.ckpt', 'loras/f.safetensors'],
    ...['vae_approx/taesd_decoder.safetensors', 'diffusers/model_index.json', 'controlnet/depth/config.json'],
  ];
  execFileSync(
    'mkfifo',
    pipes.map((path) => join(root, path)),
  );

  const [models, installed] = await Promise.all([
    server.ask('GET', '/api/models'),
    server.ask('GET', '/api/models/installed'),
  ]);

  expect([models.status, installed.status]).toEqual([200, 200]);
  const problems = installed.body.models.map((model: { name: string; problem?: string }) => [
    model.name,
    model.problem,
  ]);
  expect(problems).toContainEqual(['f.safetensors', expect.stringContaining('It has no weights')]);
  expect(problems).toContainEqual(['kite.safetensors', undefined]);
});

function newFolder(name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
}

/** A folder of models in which is nothing but a LoRA, on the server of all tests of this file. */
async function startWithLora(metadata: Readonly<Record<string, string>> = {}) {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true });
  const folder = join(root, 'loras');
  mkdirSync(folder);
  writeFileSync(join(folder, 'kite.safetensors'), loraFile(768, metadata));
  const server = await sharedServer();
  const list = async (): Promise<Answer['body'][]> =>
    (await server.ask('GET', '/api/models/installed?type=lora')).body.models;
  return { server, folder, list };
}
