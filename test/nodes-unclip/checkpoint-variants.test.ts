import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLocalPrior } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { CheckpointCopy, openSmallCheckpoint } from '../support/checkpoint-copy.js';
import { encodeText } from '../support/encode-text.js';
import { BUNDLED_MODEL } from '../support/evaluate-node.js';
import { cutOff, inType, mapTensors, type Tensors, zeros } from '../support/float-types.js';

// Checkpoints that diffusers 0.42.1 and transformers 5.23 read, and their origin; the numbers must be those of the
// small one, which is stored in single precision.

const TEXT = 'text_encoder/model.safetensors';
const VISION = 'image_encoder/model.safetensors';
const TEXTS = ['a red heart', 'Ünïcödé 👍 !!', "it's 1,000 <|endoftext|> dogs", ''];

describe('a tokenizer that is saved as tokenizer.json alone', () => {
  test.each([
    ['pairs', (merge: readonly [string, string]): unknown => merge],
    ['texts', (merge: readonly [string, string]): unknown => merge.join(' ')],
  ])('gives the same ids, with its merges as %s', async (_, toMerge) => {
    const copy = copyWithTokenizerJson();
    for (const file of ['vocab.json', 'merges.txt', 'special_tokens_map.json']) copy.remove(`tokenizer/${file}`);
    const { model } = JSON.parse(readFileSync(copy.path('tokenizer/tokenizer.json'), 'utf8')) as {
      readonly model: { readonly merges: readonly [string, string][] };
    };
    copy.editJson('tokenizer/tokenizer.json', { model: { ...model, merges: model.merges.map(toMerge) } });
    // As transformers 5 writes it: names only.
    const names = {
      bos_token: '<|startoftext|>',
      eos_token: '<|endoftext|>',
      unk_token: '<|endoftext|>',
      pad_token: '!',
    };
    copy.write('tokenizer/tokenizer_config.json', JSON.stringify({ ...names, model_max_length: 32 }));

    const { tokenizer } = (await copy.open()).text;

    const expected = (await copyWithTokenizerJson().open()).text.tokenizer;
    expect(TEXTS.map((text) => tokenizer.encodePadded(text))).toEqual(TEXTS.map((text) => expected.encodePadded(text)));
  });

  test('serves a prior too', async () => {
    const copy = copyWithTokenizerJson();
    const expected = (await openLocalPrior('tiny', copy.folder)).tokenizer.encode('a red heart');
    for (const file of ['vocab.json', 'merges.txt', 'special_tokens_map.json']) copy.remove(`tokenizer/${file}`);

    expect((await openLocalPrior('tiny', copy.folder)).tokenizer.encode('a red heart')).toEqual(expected);
  });

  test('is refused with the reason if it is none of CLIP’s', async () => {
    const copy = copyWithTokenizerJson();
    copy.remove('tokenizer/vocab.json');
    copy.editJson('tokenizer/tokenizer.json', { model: { type: 'Unigram', vocab: {}, merges: [] } });

    expect(await copy.problem()).toContain('tokenizer/tokenizer.json: expected a BPE model with the suffix "</w>"');
  });
});

describe('Python’s JSON', () => {
  test('NaN and the infinities are read, and a scheduler works with what it needs', async () => {
    const copy = new CheckpointCopy();
    const path = 'scheduler/scheduler_config.json';
    const text = readFileSync(copy.path(path), 'utf8');
    copy.write(
      path,
      text.replace('{', '{"lambda_min_clipped": -Infinity, "dynamic_thresholding_ratio2": NaN, "a": Infinity,'),
    );

    const { scheduler } = (await copy.open()).unet;

    expect(scheduler).toMatchObject({ lambda_min_clipped: Number.NEGATIVE_INFINITY, a: Number.POSITIVE_INFINITY });
  });

  test.each(['utf8', 'utf16le'] as const)('a byte order mark in %s is accepted', async (encoding) => {
    const copy = new CheckpointCopy();
    for (const path of ['unet/config.json', 'scheduler/scheduler_config.json', 'tokenizer/vocab.json']) {
      copy.write(path, Buffer.from(`\uFEFF${readFileSync(copy.path(path), 'utf8')}`, encoding));
    }

    expect((await copy.open()).unet.scheduler).toEqual((await openSmallCheckpoint()).unet.scheduler);
  });

  test('a setting that is needed and holds none is refused by name', async () => {
    const copy = new CheckpointCopy();
    const path = 'unet/config.json';
    copy.write(path, readFileSync(copy.path(path), 'utf8').replace(/"norm_num_groups": \d+/, '"norm_num_groups": NaN'));

    expect(await copy.problem()).toContain('"norm_num_groups": expected a whole number above 0, got NaN');
  });

  test('an error is reported with its position', async () => {
    const copy = new CheckpointCopy();
    copy.write('vae/config.json', '{\n  "a": nan\n}');

    expect(await copy.problem()).toContain(
      'vae/config.json: expected JSON, got other text (line 2, column 8: expected a value, got "nan")',
    );
  });
});

describe('weights in other types', () => {
  test.each(['F64', 'F32', 'BF16', 'F8_E4M3', 'F8_E5M2'] as const)(
    '%s is widened to exactly its values',
    async (dtype) => {
      const [copy, expected] = [new CheckpointCopy(), new CheckpointCopy()];
      // Some types have fewer digits than the bundled weights.
      expected.editTensors(TEXT, (tensors) =>
        mapTensors(tensors, (one) => cutOff(one, dtype === 'F64' ? 'F32' : dtype)),
      );
      copy.editTensors(TEXT, (tensors) => mapTensors(tensors, (one) => inType(one, dtype)));

      expect(await encodeText(await copy.open())).toEqual(await encodeText(await expected.open()));
    },
  );

  test('statistics may be of any float type', async () => {
    const copy = new CheckpointCopy();
    copy.editTensors('image_normalizer/diffusion_pytorch_model.safetensors', (tensors) =>
      mapTensors(tensors, (one) => inType(one, 'F64')),
    );

    expect(await copy.open()).toMatchObject({
      vision: { embeds: { normalizer: (await openSmallCheckpoint()).vision.embeds.normalizer } },
    });
  });
});

describe('more than a model needs', () => {
  test('a projection in the text encoder is not read', async () => {
    const copy = new CheckpointCopy();
    copy.editTensors(TEXT, (tensors) => ({ ...tensors, 'text_projection.weight': zeros([128, 128]) }));

    expect(await encodeText(await copy.open())).toEqual(await encodeText(await openSmallCheckpoint()));
  });

  test('a number that a training tool left is not read', async () => {
    const copy = new CheckpointCopy();
    copy.editTensors('unet/diffusion_pytorch_model.safetensors', (tensors) => ({ ...tensors, num_updates: zeros([]) }));

    await expect(copy.open()).resolves.toMatchObject({ vision: { embeds: { width: 24 } } });
  });

  test('a whole CLIP model serves as image encoder, and as text encoder', async () => {
    const copy = new CheckpointCopy();
    const [text, vision] = [TEXT, VISION].map((file) => new CheckpointCopy().tensors(file));
    const prefixed = (tensors: Tensors = {}, prefix: string) =>
      Object.fromEntries(
        Object.entries(tensors).map(([name, tensor]) => [
          /_projection|^(?:text|vision)_model\./.test(name) ? name : prefix + name,
          tensor,
        ]),
      );
    const whole = {
      ...prefixed(vision, 'vision_model.'),
      ...prefixed(text, 'text_model.'),
      'text_projection.weight': zeros([128, 128]),
      logit_scale: zeros([]),
    };
    const configOf = (part: string) => JSON.parse(readFileSync(copy.path(`${part}/config.json`), 'utf8')) as object;
    const nested = {
      ...{ model_type: 'clip', architectures: ['CLIPModel'], projection_dim: 128 },
      ...{ vision_config: configOf('image_encoder'), text_config: configOf('text_encoder') },
    };
    for (const file of [TEXT, VISION]) copy.editTensors(file, () => whole);
    for (const part of ['text_encoder', 'image_encoder']) copy.write(`${part}/config.json`, JSON.stringify(nested));

    expect(await encodeText(await copy.open())).toEqual(await encodeText(await openSmallCheckpoint()));
  });

  test('"__metadata__": null is read, and so is a header of 30 MB', async () => {
    const copy = new CheckpointCopy();
    copy.editHeader(TEXT, (header) => header.replace(/"__metadata__":\{[^}]*\}/, '"__metadata__":null'));
    copy.editHeader(VISION, (header) =>
      header.replace(/"__metadata__":\{[^}]*\}/, `"__metadata__":{"notes":"${'x'.repeat(30_000_000)}"}`),
    );

    await expect(copy.open()).resolves.toMatchObject({ vision: { embeds: { width: 24 } } });
  });
});

/** Has tokenizer.json in addition to the older files, as transformers writes it. */
function copyWithTokenizerJson(): CheckpointCopy {
  const copy = new CheckpointCopy();
  cpSync(join(BUNDLED_MODEL, 'tokenizer'), copy.path('tokenizer'), { recursive: true });
  return copy;
}
