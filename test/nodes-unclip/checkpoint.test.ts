import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { CheckpointError } from '@unclip-studio/nodes-unclip';
import { requireUnclip } from '@unclip-studio/nodes-unclip/testing';
import { describe, expect, test } from 'vitest';
import { CheckpointCopy, openFolder, openSmallCheckpoint } from '../support/checkpoint-copy.js';
import { BUNDLED_MODEL } from '../support/evaluate-node.js';
import { tempFolder } from '../support/temp-folder.js';

const RESTORE = 'Copy or download the checkpoint again';
const UNET = 'unet/diffusion_pytorch_model.safetensors';

test('the bundled checkpoint opens and reports its sizes', async () => {
  const checkpoint = requireUnclip(await openFolder(BUNDLED_MODEL));

  const { vision, unet, text } = checkpoint;
  expect([vision.embeds.width, unet.config.sampleSize]).toEqual([128, 12]);
  expect(unet.latents).toMatchObject({ channels: 4, pixelsPerCell: 8 });
  expect(vision.embeds.normalizer.mean.length).toBe(128);
  expect(vision.embeds.normalizer.std.every((value) => value > 0)).toBe(true);
  expect(unet.latents.preview?.matrix.length).toBe(4);
  expect(unet.scheduler['prediction_type']).toBe('v_prediction');
  expect(text.tokenizer.maxLength).toBe(32);
});

test('a model is built to the same bytes every time', async () => {
  const [one, other] = [await openSmallCheckpoint(), await openSmallCheckpoint()];
  const shape = { n: 2, h: 16, w: 12, t: 32 };

  const [first, again, second] = [one.unet.request(shape), one.unet.request(shape), other.unet.request(shape)];

  expect(second.key).toBe(first.key);
  expect(Buffer.from(again.build().bytes).equals(first.build().bytes)).toBe(true);
  expect(Buffer.from(second.build().bytes).equals(first.build().bytes)).toBe(true);
});

test('models of other sizes, parts or outputs have their own keys', async () => {
  const checkpoint = await openSmallCheckpoint();
  const keys = [
    checkpoint.unet.request({ n: 2, h: 16, w: 12, t: 32 }),
    checkpoint.unet.request({ n: 2, h: 12, w: 16, t: 32 }),
    checkpoint.unet.request({ n: 2, h: 16, w: 12, t: 32 }, { moduleResults: ['mid_block'] }),
    checkpoint.vae.decoder({ n: 2, h: 16, w: 12 }),
    checkpoint.text.request(),
    checkpoint.text.request({ clipSkip: 1 }),
    checkpoint.vision.request(),
  ].map((model) => model.key);

  expect(new Set(keys).size).toBe(keys.length);
});

describe('the identity', () => {
  test('is that of the same files elsewhere', async () => {
    const copy = new CheckpointCopy();
    const before = await copy.open();

    renameSync(copy.folder, `${copy.folder}-moved`);

    expect((await openFolder(`${copy.folder}-moved`)).identity).toBe(before.identity);
  });

  test.each([
    ['a config', (copy: CheckpointCopy) => copy.editJson('scheduler/scheduler_config.json', { steps_offset: 2 })],
    ['the tokenizer', (copy: CheckpointCopy) => appendFileSync(copy.path('tokenizer/merges.txt'), 'q q\n')],
    ['one bit of a weight', (copy: CheckpointCopy) => copy.editTensors(UNET, flipBit)],
  ])('changes with %s', async (_, change) => {
    const copy = new CheckpointCopy();
    const before = await copy.open();

    change(copy);

    expect((await copy.open()).identity).not.toBe(before.identity);
  });

  test.each([
    [
      'who saved a config',
      (copy: CheckpointCopy) => copy.editJson('unet/config.json', { _diffusers_version: '0.99.0' }),
    ],
    [
      'a default that a config spells out',
      (copy: CheckpointCopy) => copy.editJson('vae/config.json', { in_channels: 3 }),
    ],
    ['line ends in the tokenizer', (copy: CheckpointCopy) => appendFileSync(copy.path('tokenizer/merges.txt'), '\r\n')],
    ['the time of a weight file', (copy: CheckpointCopy) => utimesSync(copy.path(UNET), 1, 1)],
    ['the order of its tensors', (copy: CheckpointCopy) => copy.editTensors(UNET, reversed)],
  ])('does not change with %s', async (_, change) => {
    const copy = new CheckpointCopy();
    const before = await copy.open();

    change(copy);

    expect((await copy.open()).identity).toBe(before.identity);
  });
});

test('a tokenizer is put into order once for as long as its files hold the same', async () => {
  const copy = new CheckpointCopy();
  const kept = new Map<string, string>();
  let computed = 0;
  const remember = async (key: string, compute: () => string) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    computed++;
    kept.set(key, compute());
    return kept.get(key) ?? '';
  };
  const open = () => openFolder(copy.folder, { remember });

  const first = await open();
  const again = await open();
  appendFileSync(copy.path('tokenizer/merges.txt'), 'q q\n');
  const changed = await open();

  expect(computed).toBe(2);
  expect(again.identity).toBe(first.identity);
  expect(again.text.tokenizer.encode('a cat')).toEqual(first.text.tokenizer.encode('a cat'));
  expect(changed.identity).not.toBe(first.identity);
});

test('all problems of a tokenizer are reported at once', async () => {
  const copy = new CheckpointCopy();
  copy.write('tokenizer/vocab.json', 'not JSON');
  rmSync(copy.path('tokenizer/merges.txt'));

  await expect(copy.open()).rejects.toThrow(/vocab\.json[\s\S]*merges\.txt/);
});

type Tensors = ReturnType<CheckpointCopy['tensors']>;

function flipBit(tensors: Tensors): Tensors {
  const [first] = Object.entries(tensors);
  if (first === undefined) throw new Error('no tensors');
  const [name, tensor] = first;
  const data = Uint8Array.from(tensor.data);
  data[0] = (data[0] ?? 0) ^ 1;
  return { ...tensors, [name]: { ...tensor, data } };
}

function reversed(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).reverse());
}

test('weights behind symbolic links, as a Hugging Face cache has them, are named by where they really are', async () => {
  const copy = new CheckpointCopy();
  const blobs = join(dirname(copy.folder), 'blobs');
  mkdirSync(blobs);
  renameSync(copy.path(UNET), join(blobs, 'abc123'));
  symlinkSync('../../blobs/abc123', copy.path(UNET));

  const built = (await copy.open()).unet.request({ n: 1, h: 4, w: 4, t: 32 }).build();

  expect(built.weightsFolder).toBe(blobs);
  expect(Buffer.from(built.bytes).includes('abc123')).toBe(true);
});

test('the fp16 files are used if there are no others, and on request', async () => {
  const copy = new CheckpointCopy();
  const half = 'unet/diffusion_pytorch_model.fp16.safetensors';
  renameSync(copy.path(UNET), copy.path(half));

  const built = (await copy.open()).unet.request({ n: 1, h: 4, w: 4, t: 32 }).build();

  expect(Buffer.from(built.bytes).includes('diffusion_pytorch_model.fp16.safetensors')).toBe(true);
});

describe('a broken folder is reported with file, expected, got and what to do', () => {
  test('an empty folder', async () => {
    const outcome = openFolder(tempFolder());

    await expect(outcome).rejects.toThrow(CheckpointError);
    await expect(outcome).rejects.toThrow(
      'Checkpoint "tiny": Expected a diffusers folder of StableUnCLIPImg2ImgPipeline, but feature_extractor, ' +
        'image_encoder, image_normalizer, image_noising_scheduler, scheduler, text_encoder, tokenizer, unet, vae ' +
        `are missing. ${RESTORE}.`,
    );
  });

  test('a missing component', async () => {
    const copy = new CheckpointCopy();
    copy.remove('image_normalizer');

    expect(await copy.problem()).toBe(
      'Checkpoint "tiny": Expected a diffusers folder of StableUnCLIPImg2ImgPipeline, but image_normalizer is missing. ' +
        `${RESTORE}.`,
    );
  });

  test('problems of several components at once', async () => {
    const copy = new CheckpointCopy();
    copy.remove('text_encoder/config.json');
    copy.write('vae/config.json', '{');
    copy.write('scheduler/scheduler_config.json', '[]');

    expect(await copy.problem()).toBe(
      [
        `Checkpoint "tiny": text_encoder/config.json: expected this file, got none. ${RESTORE}`,
        `vae/config.json: expected JSON, got other text (line 1, column 2: expected a key in double quotes, got the end of the text). ${RESTORE}`,
        `scheduler/scheduler_config.json: expected a JSON object. ${RESTORE}.`,
      ].join('\n'),
    );
  });

  test('a config with options that are not supported', async () => {
    const copy = new CheckpointCopy();
    copy.editJson('unet/config.json', { act_fn: 'mish', class_embed_type: 'timestep', norm_num_groups: 0 });

    expect(await copy.problem()).toBe(
      [
        'Checkpoint "tiny": unet/config.json: 3 problems. This program cannot run such a model; choose another checkpoint',
        '  "act_fn": expected "silu" or "swish", got "mish"',
        '  "norm_num_groups": expected a whole number above 0, got 0',
        '  "class_embed_type": expected "projection", got "timestep".',
      ].join('\n'),
    );
  });

  test('a weight file that was cut off', async () => {
    const copy = new CheckpointCopy();
    truncateSync(copy.path(UNET), 1_700_000);

    expect(await copy.problem()).toMatch(
      /^Checkpoint "tiny": unet\/diffusion_pytorch_model\.safetensors, tensor "up_blocks\.[\w.]+": expected data up to byte \d+, got a file of 1700000 bytes\. The file is damaged or was cut off; download or copy it again\.$/,
    );
  });

  test('tensors that are missing, unexpected or of another shape, all in one go', async () => {
    const copy = new CheckpointCopy();
    copy.editHeader(UNET, (header) =>
      header
        .replace('"conv_in.bias"', '"conv_on.bias"')
        .replace('"conv_out.bias":{"dtype":"F32","shape":[4]', '"conv_out.bias":{"dtype":"F32","shape":[2,2]')
        .replace('"conv_norm_out.bias":{"dtype":"F32"', '"conv_norm_out.bias":{"dtype":"I32"'),
    );

    expect(await copy.problem()).toBe(
      [
        `Checkpoint "tiny": ${UNET}: 4 problems. The weights do not match the config.json next to them`,
        '  missing tensor "conv_in.bias" [16]',
        '  tensor "conv_norm_out.bias": expected F64, F32, F16, BF16, F8_E4M3 or F8_E5M2, got I32',
        '  tensor "conv_out.bias": expected [4], got [2, 2]',
        '  unexpected tensor "conv_on.bias" [16].',
      ].join('\n'),
    );
  });

  test('statistics of another width', async () => {
    const copy = new CheckpointCopy();
    const file = 'image_normalizer/diffusion_pytorch_model.safetensors';
    copy.editHeader(file, (header) => header.replaceAll('[1,24]', '[24]'));

    expect(await copy.problem()).toBe(
      `Checkpoint "tiny": ${file}: tensor "mean": expected [1, 24], got [24]. ` +
        'The statistics do not fit the image encoder.',
    );
  });

  test('components out of different models', async () => {
    const copy = new CheckpointCopy();
    copy.editJson('feature_extractor/preprocessor_config.json', { crop_size: { height: 224, width: 224 } });

    expect(await copy.problem()).toBe(
      'Checkpoint "tiny": config.json files: feature_extractor "crop_size" is 224, but image_encoder "image_size" is 48. ' +
        'The components come from different models, or this is neither an unCLIP model nor a plain Stable Diffusion.',
    );
  });

  test('what is called a pickle and is none', async () => {
    const copy = new CheckpointCopy();
    renameSync(copy.path('text_encoder/model.safetensors'), copy.path('text_encoder/pytorch_model.bin'));

    expect(await copy.problem()).toBe(
      'Checkpoint "tiny": text_encoder/pytorch_model.bin: not a file of torch.save. ' +
        'Of pickles only the tensors are read, and nothing in them is run; get the .safetensors version of this one.',
    );
  });

  test('the folder of a pickle of the whole model', async () => {
    const folder = tempFolder();
    writeFileSync(join(folder, 'sd21-unclip-h.ckpt'), '');

    await expect(openFolder(folder)).rejects.toThrow(
      'Checkpoint "tiny": Expected a diffusers folder, got one with sd21-unclip-h.ckpt. Name that file.',
    );
  });

  test('a latent preview for another number of channels', async () => {
    const copy = new CheckpointCopy();
    copy.write('latent_preview.json', '{"matrix":[[1,2,3]],"bias":[0,0,0]}');

    expect(await copy.problem()).toBe(
      'Checkpoint "tiny": latent_preview.json: expected "matrix" with 4 rows of three numbers and "bias" with three ' +
        'numbers. Remove the file, or put it right.',
    );
  });
});
