import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCheckpointService } from '@unclip-studio/server';
import { expect, test } from 'vitest';
import { CheckpointCopy } from '../../support/checkpoint-copy.js';
import { loraFile } from '../../support/lora-file.js';
import { readTensors, safetensorsFromHeader } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';
import { unclip } from '../../support/unclip.js';

const PRIOR = fileURLToPath(new URL('../../golden/checkpoints/tiny-karlo-prior', import.meta.url));
const SINGLE = fileURLToPath(new URL('../../golden/checkpoints/tiny-unclip-h.single.safetensors', import.meta.url));

test('a sound folder is described by layout, parts, model, size and memory', async () => {
  const { code, stdout, stderr } = await unclip(['models', 'inspect', 'emoji-unclip']);

  expect([code, stderr]).toEqual([0, '']);
  const rows = stdout.trimEnd().split('\n').slice(1);
  expect(rows.map((row) => row.trim().split(/ {2,}/)[0])).toEqual(
    'layout image_encoder text_encoder unet vae model image scheduler statistics memory state'.split(' '),
  );
  expect(stdout).toMatch(/^ {2}layout +diffusers folder$/m);
  expect(stdout).toMatch(/^ {2}unet +11\.0 M parameters, F16, 22\.0 MB, unet\/diffusion_pytorch_model\.safetensors$/m);
  expect(stdout).toMatch(/^ {2}memory +about [\d.]+ MB with all models loaded, [\d.]+ MB with one at a time$/m);
});

test('a checkpoint in one file is described by its parts as well', async () => {
  const { code, stdout } = await unclip(['models', 'inspect', SINGLE]);

  expect(code).toBe(0);
  expect(stdout).toMatch(/^ {2}layout +one file with LDM names$/m);
  expect(stdout).toMatch(/^ {2}text_encoder +0\.1 M parameters, F32, 0\.2 MB, tiny-unclip-h\.single\.safetensors$/m);
});

test('of weights in two precisions the full ones are read, and the others are named', async () => {
  const copy = new CheckpointCopy();
  const file = (variant: string) => copy.path(`vae/diffusion_pytorch_model${variant}.safetensors`);
  copyFileSync(file(''), file('.fp16'));
  copyFileSync(file(''), file('.bf16'));

  const { code, stdout } = await unclip(['models', 'inspect', copy.folder]);

  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^ {2}vae .*, vae\/diffusion_pytorch_model\.safetensors \(not read: vae\/diffusion_pytorch_model\.fp16\.safetensors, vae\/diffusion_pytorch_model\.bf16\.safetensors\)$/m,
  );
  expect(stdout.match(/not read/g)).toHaveLength(1);
});

test('of a broken folder the parts that can be read are shown, and then all that is wrong', async () => {
  const copy = new CheckpointCopy();
  copy.remove('vae/diffusion_pytorch_model.safetensors');
  copy.remove('unet/config.json');

  const { code, stdout, stderr } = await unclip(['models', 'inspect', copy.folder]);

  expect(code).toBe(2);
  expect(stdout).toMatch(/^ {2}vae +cannot be read$/m);
  expect(stdout).toMatch(/^ {2}unet +0\.4 M parameters/m);
  expect(stderr).toMatch(/unet\/config\.json: expected this file, got none/);
  expect(stderr).toMatch(/vae: expected diffusion_pytorch_model\.safetensors/);
});

test('files without weights are rejected with the reason, whatever their names', async () => {
  const folder = tempFolder();
  const pickle = join(folder, 'sd21-unclip-h.ckpt');
  writeFileSync(pickle, '');
  const disguised = join(folder, 'sd21-unclip-h.safetensors');
  // The first bytes of a zip, which is what torch.save writes.
  writeFileSync(disguised, 'PK\u0003\u0004aaaaaaaaaaaaaaaa');

  const [named, hidden] = await Promise.all([
    unclip(['models', 'inspect', pickle]),
    unclip(['models', 'inspect', disguised]),
  ]);

  expect([named.code, hidden.code]).toEqual([2, 2]);
  expect(named.stderr).toMatch(/sd21-unclip-h\.ckpt: not a file of torch\.save\. Of pickles only the tensors are read/);
  expect(hidden.stderr).toMatch(
    /^sd21-unclip-h\.safetensors: this is a zip archive or a pickle, and no safetensors file\. /,
  );
});

test('a checkpoint of torch.save is inspected like one of safetensors, unless pickles are switched off', async () => {
  const copy = new CheckpointCopy();
  const tensors = readTensors(readFileSync(copy.path('vae/diffusion_pytorch_model.safetensors')));
  copy.remove('vae/diffusion_pytorch_model.safetensors');
  writeFileSync(copy.path('vae/diffusion_pytorch_model.bin'), torchFile(tensors));

  const [read, refused] = [
    await unclip(['models', 'inspect', copy.folder]),
    await unclip(['models', 'inspect', copy.folder, '--no-pickle']),
  ];

  expect(read.stdout).toMatch(/^ {2}state +complete: /m);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(
    /vae\/diffusion_pytorch_model\.bin: this is a pickle, and they are switched off\. Leave out --no-pickle/,
  );
});

test('--no-pickle holds for what check and verify read as well', async () => {
  const copy = new CheckpointCopy();
  const tensors = readTensors(readFileSync(copy.path('vae/diffusion_pytorch_model.safetensors')));
  copy.remove('vae/diffusion_pytorch_model.safetensors');
  writeFileSync(copy.path('vae/diffusion_pytorch_model.bin'), torchFile(tensors));
  const folder = tempFolder();
  copyFileSync(fileURLToPath(new URL('../fixtures/pictures/exif-6.jpg', import.meta.url)), join(folder, 'photo.jpg'));
  const nodes = {
    model: { type: 'LoadModel', params: { checkpoint: 'tiny' } },
    photo: { type: 'LoadImage', params: { image: 'photo.jpg' } },
    small: { type: 'ImageResize', inputs: { image: 'photo.image' }, params: { width: 32, height: 32, fit: 'stretch' } },
    encode: { type: 'VAEEncode', inputs: { image: 'small.image', vae: 'model.vae' } },
    decode: { type: 'VAEDecode', inputs: { latent: 'encode.latent', vae: 'model.vae' } },
    save: { type: 'SaveImage', inputs: { image: 'decode.image' }, params: { name: 'made' } },
  };
  writeFileSync(join(folder, 'w.json'), JSON.stringify({ format: 'unclip-workflow', version: 1, nodes }));
  const models = ['--models', dirname(copy.folder)];
  const inFolder = { cwd: folder };
  await unclip(['run', 'w.json', '--out', '.', ...models], inFolder);

  const [checked, verified] = [
    await unclip(['check', 'w.json', ...models], inFolder),
    await unclip(['verify', 'made-0001.png', ...models], inFolder),
  ];
  const [uncheckable, unverifiable] = [
    await unclip(['check', 'w.json', '--no-pickle', ...models], inFolder),
    await unclip(['verify', 'made-0001.png', '--no-pickle', ...models], inFolder),
  ];

  expect([checked.code, checked.stderr]).toEqual([0, '']);
  expect(uncheckable.stderr).toContain('this is a pickle, and they are switched off');
  expect(verified.stdout).toContain('checkpoint "tiny": is here, and the same.');
  expect(unverifiable.stdout).toContain('checkpoint "tiny": not here, so it cannot be compared.');
});

test('a model of another kind in one file is reported as unsupported', async () => {
  const file = join(tempFolder(), 'other.safetensors');
  copyFileSync(
    fileURLToPath(new URL('../../../models/emoji-unclip/unet/diffusion_pytorch_model.safetensors', import.meta.url)),
    file,
  );

  const { code, stderr } = await unclip(['models', 'inspect', file]);

  expect(code).toBe(2);
  expect(stderr).toMatch(/^other\.safetensors: expected a whole checkpoint, got a UNet\. Choose a whole checkpoint\./);
});

test('a file of another kind that is put where checkpoints are says what it is', async () => {
  const file = join(tempFolder(), 'kite.safetensors');
  writeFileSync(file, loraFile(768));

  const { problem } = await inspect(file);

  expect(problem).toMatch(
    /^kite\.safetensors: expected a whole checkpoint, got a LoRA for Stable Diffusion 1\. Choose/,
  );
});

test('a name that nothing has is answered with those there are', async () => {
  const { code, stderr } = await unclip(['models', 'inspect', 'nowhere']);

  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^There is no folder or file "nowhere", and no checkpoint of that name\. The checkpoints are: .*emoji-unclip/,
  );
});

test.each([
  ['_class_name', 'CogVideoXDDIMScheduler', /scheduler "CogVideoXDDIMScheduler" is not known; there are: /],
  ['use_flow_sigmas', true, /"use_flow_sigmas": expected false/],
  ['beta_schedule', 'exotic', /"beta_schedule": expected one of/],
])('a checkpoint whose own scheduler has %s %j is not called complete', async (key, value, expected) => {
  const copy = new CheckpointCopy();
  copy.editJson('scheduler/scheduler_config.json', { _class_name: 'EulerDiscreteScheduler', [key]: value });

  const { lines, problem } = await inspect(copy.folder);

  expect(problem).toMatch(/^scheduler\/scheduler_config\.json: /);
  expect(problem).toMatch(expected);
  expect(lines.join('\n')).not.toContain('complete');
  expect(lines.join('\n')).toMatch(/unet +0\.4 M parameters/);
});

test('a DPM++ scheduler as diffusers saves it is complete', async () => {
  const copy = new CheckpointCopy();
  copy.editJson('scheduler/scheduler_config.json', {
    _class_name: 'DPMSolverMultistepScheduler',
    lambda_min_clipped: 0,
  });
  const text = readFileSync(copy.path('scheduler/scheduler_config.json'), 'utf8');
  copy.write(
    'scheduler/scheduler_config.json',
    text.replace('"lambda_min_clipped":0', '"lambda_min_clipped": -Infinity'),
  );

  const { lines, problem } = await inspect(copy.folder);

  expect(problem).toBe('');
  expect(lines.at(-1)).toMatch(
    /state +complete: all weights exist with the right shapes, and its own scheduler can be used/,
  );
});

test('a prior is inspected too, with a checkpoint and alone', async () => {
  const copy = new CheckpointCopy();
  copy.editJson('prior_scheduler/scheduler_config.json', { beta_schedule: 'exotic' });

  const [beside, alone] = [await inspect(copy.folder), await inspect(PRIOR)];

  expect(beside.problem).toMatch(/^prior_scheduler\/scheduler_config\.json: .*"beta_schedule": expected one of/);
  expect(beside.lines.join('\n')).not.toContain('complete');
  expect([alone.problem, alone.lines.slice(2)]).toEqual([
    '',
    [expect.stringMatching(/model +prior: image embeddings of \d+/), expect.stringMatching(/state +complete/)],
  ]);
});

test('anything in place of a checkpoint is named', async () => {
  const folder = tempFolder();
  const file = (name: string, content: string | Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 3460000000\n';
  symlinkSync('gone', join(folder, 'dangling.safetensors'));
  symlinkSync('loop', join(folder, 'loop'));
  mkdirSync(join(folder, 'folder.safetensors'));
  const piped = new CheckpointCopy();
  piped.remove('unet/config.json');
  for (const path of [piped.path('unet/config.json'), join(folder, 'pipe.safetensors')]) execFileSync('mkfifo', [path]);
  const cases: readonly (readonly [path: string, expected: RegExp])[] = [
    [
      file('lfs.safetensors', pointer),
      /Git LFS pointer, and not the file of 3460000000 bytes itself\. .*`git lfs pull`/,
    ],
    [file('page.safetensors', '<!doctype html><html>'), /this is an HTML page, and not the file itself/],
    [file('empty.safetensors', ''), /expected at least 8 bytes, got 0/],
    [file('notes.txt', 'notes'), /expected the folder of a checkpoint or a \.safetensors file, got another file/],
    [file('model.gguf', 'GGUF'), /expected the folder of a checkpoint or a \.safetensors file, got another file/],
    [join(folder, 'dangling.safetensors'), /is a link to nothing/],
    [join(folder, 'loop'), /is a link to nothing/],
    [join(folder, 'folder.safetensors'), /Expected a diffusers folder/],
    [folder, /Expected a diffusers folder/],
    [join(folder, 'pipe.safetensors'), /pipe\.safetensors: expected a file, got a pipe or a device/],
    [piped.folder, /unet\/config\.json: expected a file, got a pipe or a device/],
  ];

  for (const [path, expected] of cases)
    expect([path, (await inspect(path)).problem]).toEqual([path, expect.stringMatching(expected)]);
});

test('a file that may not be read is named', async ({ skip }) => {
  const copy = new CheckpointCopy();
  chmodSync(copy.path('unet/config.json'), 0);
  skip(process.getuid?.() === 0, 'root may read everything');

  expect((await inspect(copy.folder)).problem).toMatch(/unet\/config\.json: this may not be read/);
});

test('a cache with half a download says which file did not come, under the name of the repository', async () => {
  const copy = new CheckpointCopy();
  const repo = join(tempFolder(), 'models--acme--dangling');
  mkdirSync(join(repo, 'snapshots'), { recursive: true });
  copy.remove('unet/diffusion_pytorch_model.safetensors');
  symlinkSync('../../../../blobs/abx', copy.path('unet/diffusion_pytorch_model.safetensors'));
  renameSync(copy.folder, join(repo, 'snapshots', 'a'.repeat(40)));

  const { lines, problem } = await inspect(repo);

  expect(lines.join('\n')).toMatch(/unet +cannot be read/);
  expect(problem).toMatch(
    /unet\/diffusion_pytorch_model\.safetensors: this is a link to ".*blobs\/abx", which is not there\. The download was not finished/,
  );
});

test('a checkpoint in one file is found regardless of the case of its extension, and with any amount of metadata', async () => {
  const folder = tempFolder();
  const bytes = readFileSync(SINGLE);
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, end)) as Record<string, unknown>;
  delete header['__metadata__'];
  const notes = JSON.stringify({ __metadata__: { notes: 'x'.repeat(5_000_000) }, ...header });
  writeFileSync(join(folder, 'noted.safetensors'), safetensorsFromHeader(notes, bytes.subarray(end)));
  copyFileSync(SINGLE, join(folder, 'LOUD.SAFETENSORS'));

  expect(await createCheckpointService({ roots: [folder] }).list()).toEqual(['LOUD.SAFETENSORS', 'noted.safetensors']);
  for (const name of ['LOUD.SAFETENSORS', 'noted.safetensors']) {
    const { lines } = await inspect(join(folder, name));
    expect(lines[1]).toMatch(/layout +one file with LDM names/);
    expect(lines.join('\n')).toMatch(/text_encoder +0\.1 M parameters/);
  }
});

/** What the command prints, and its problem; any other end is a bug. */
async function inspect(path: string): Promise<{ readonly lines: readonly string[]; readonly problem: string }> {
  const { code, stdout, stderr } = await unclip(['models', 'inspect', path]);
  expect(code).toBe(stderr === '' ? 0 : 2);
  return { lines: stdout.trimEnd().split('\n'), problem: stderr };
}
