import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, type Tensor } from '@unclip-studio/nodes-unclip';
import { type Conditioning, roundToFloat16, textEncode } from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, createOrtSessions } from '@unclip-studio/server';
import { afterAll, describe, expect, test } from 'vitest';
import { openSmallCheckpoint, SMALL_CHECKPOINT } from '../../support/checkpoint-copy.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { readTensors, safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';

const sessions = createOrtSessions();
afterAll(() => sessions.close());

const { text } = await openSmallCheckpoint();
const width = text.config.hiddenSize;

const table = Object.entries(readTensors(readFileSync(join(SMALL_CHECKPOINT, 'text_encoder/model.safetensors')))).find(
  ([name]) => name.endsWith('token_embedding.weight'),
)?.[1] as TensorBytes;

/** The vectors that the text encoder has for the tokens of some words, as a textual inversion. */
function vectorsOf(words: string): TensorBytes {
  const ids = text.tokenizer.encode(words).slice(1, -1);
  const bytes = ids.map((id) => table.data.subarray(id * width * 4, (id + 1) * width * 4));
  return { dtype: 'F32', shape: [ids.length, width], data: Buffer.concat(bytes) };
}

function serviceWith(embeddings: Readonly<Record<string, Readonly<Record<string, TensorBytes>>>>) {
  const root = tempFolder();
  mkdirSync(join(root, 'embeddings'));
  for (const [name, tensors] of Object.entries(embeddings)) {
    writeFileSync(join(root, 'embeddings', `${name}.safetensors`), safetensorsFile(tensors));
  }
  return createCheckpointService({ roots: [root] });
}

async function encode(params: object, checkpoints = serviceWith({})): Promise<{ positive: Tensor; negative: Tensor }> {
  const encoded = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text }, params, { checkpoints });
  const { conditioning } = encoded;
  return conditioning as unknown as { positive: Tensor; negative: Tensor };
}

describe('a word that is replaced by the vectors of other words is encoded like those', () => {
  test.each([
    ['a photo of embedding:pets here', 'a photo of red cat here'],
    ['embedding:pets', 'red cat'],
    ['night, embedding:pets, sharp', 'night, red cat, sharp'],
    ['a photo of <pets> here', 'a photo of red cat here'],
    ['a photo of <PETS>, x<pets>y', 'a photo of red cat, x red cat y'],
  ])('%s', async (prompt, words) => {
    const service = serviceWith({
      pets: { '<pets>': vectorsOf('red cat') },
      PETS: { emb_params: vectorsOf('red cat') },
    });

    const encoded = await encode({ prompt, negativePrompt: prompt }, service);

    const expected = await encode({ prompt: words, negativePrompt: words });
    expect(encoded).toEqual(expected);
  });

  test('also with weights and in parts', async () => {
    const service = serviceWith({ pets: { '<pets>': vectorsOf('red cat') } });
    const settings = { weighting: 'parentheses', longPrompts: 'in parts' };

    const encoded = await encode({ prompt: 'a (embedding:pets:1.3) here', ...settings }, service);

    expect(encoded).toEqual(await encode({ prompt: 'a (red cat:1.3) here', ...settings }));
  });

  test('of one vector without an axis', async () => {
    const { data } = vectorsOf('b');
    const service = serviceWith({ letter: { '<letter>': { dtype: 'F32', shape: [width], data } } });

    expect(await encode({ prompt: 'a <letter>' }, service)).toEqual(await encode({ prompt: 'a b' }));
  });
});

describe('a textual inversion in a pickle', () => {
  const { dtype, shape, data } = vectorsOf('red cat');
  const byColumns = { dtype, shape, data: transposed(data, width), strides: [1, shape[0] as number] };

  test.each([
    ['pets.bin', 'of diffusers', torchFile({ '<pets>': { dtype, shape, data } })],
    ['pets.pt', 'of AUTOMATIC1111', torchFile({ '*': { dtype, shape, data } }, 'string_to_param')],
    ['pets.pt', 'of older trainers', torchFile({ '*': { dtype, shape, data } }, 'string_to_param', { isModule: true })],
    ['pets.pt', 'stored by columns', torchFile({ '<pets>': byColumns })],
  ])('%s %s is replaced by the same words, with the same identity', async (file, _, bytes) => {
    const [pickled, plain] = [tempFolder(), serviceWith({ pets: { '<pets>': vectorsOf('red cat') } })];
    mkdirSync(join(pickled, 'embeddings'));
    writeFileSync(join(pickled, 'embeddings', file), bytes);
    const service = createCheckpointService({ roots: [pickled] });

    expect(await encode({ prompt: 'a embedding:pets' }, service)).toEqual(await encode({ prompt: 'a red cat' }));
    expect(await service.identify('pets', 'embedding')).toBe(await plain.identify('pets', 'embedding'));
    const refused = createCheckpointService({ roots: [pickled], pickles: false }).identify('pets', 'embedding');
    await expect(refused).rejects.toThrow(`${file}: this is a pickle, and they are switched off`);
  });

  test('gives way to a .safetensors of its name', async () => {
    const root = tempFolder();
    mkdirSync(join(root, 'embeddings'));
    writeFileSync(join(root, 'embeddings', 'pets.pt'), torchFile({ '<pets>': vectorsOf('blue dog') }));
    writeFileSync(join(root, 'embeddings', 'pets.safetensors'), safetensorsFile({ '<pets>': vectorsOf('red cat') }));

    const encoded = await encode({ prompt: 'a embedding:pets' }, createCheckpointService({ roots: [root] }));

    expect(encoded).toEqual(await encode({ prompt: 'a red cat' }));
  });
});

/** float32 rows of some width, column by column. */
function transposed(bytes: Uint8Array, columns: number): Uint8Array {
  const from = new Uint32Array(Uint8Array.from(bytes).buffer);
  const rows = from.length / columns;
  const to = from.map((_, i) => from[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  return new Uint8Array(to.buffer);
}

describe('with ComfyUI’s numbers', () => {
  // Weights are rounded there, and embeddings are not.
  const rounded = (words: string): TensorBytes => {
    const vectors = vectorsOf(words);
    const values = new Float32Array(Uint8Array.from(vectors.data).buffer).map(roundToFloat16);
    return { ...vectors, data: new Uint8Array(values.buffer) };
  };
  const params = (prompt: string) => ({ prompt, negativePrompt: prompt, numerics: 'comfyui' });

  test.each([
    ['a name after a space reaches to the next one', 'a embedding:pets b', 'a red cat b'],
    ['a comma behind a name is text', 'a embedding:pets, b', 'a red cat, b'],
    ['weights count', 'a (embedding:pets:1.3) b', 'a (red cat:1.3) b'],
    ['a name that no file has is dropped', 'a embedding:nobody b', 'a b'],
    ['with its comma kept', 'a embedding:nobody, b', 'a, b'],
    ['what follows no space is words', 'a,embedding:pets', 'a,embedding :pets'],
    ['angle brackets are words', 'a <pets> b', 'a < pets > b'],
  ])('%s', async (_, prompt, words) => {
    const service = serviceWith({ pets: { '<pets>': rounded('red cat') } });

    expect(await encode(params(prompt), service)).toEqual(await encode(params(words)));
  });

  describe('vectors of another width', () => {
    const ofAnother = (n: number): TensorBytes => ({ dtype: 'F32', shape: [n, 5], data: new Uint8Array(4 * n * 5) });
    const tokens = vectorsOf('red cat').shape[0] as number;
    const service = () => serviceWith({ wide: { '<wide>': ofAnother(tokens) } });

    test('are left out', async () => {
      expect(await encode(params('a embedding:wide b'), service())).toEqual(await encode(params('a b')));
    });

    // ComfyUI weights positions, and pads the row at its end for what it left out.
    test('weights stay where the vectors were', async () => {
      const encoded = await encode(params('(embedding:wide:1.5) red cat'), service());

      expect(encoded).toEqual(await encode(params('(red cat:1.5)')));
    });

    test('the user is told, as for a name without a file', async () => {
      const notices: unknown[] = [];
      const inference = { run: sessions.run, notice: (...notice: unknown[]) => notices.push(...notice) };
      const services = { checkpoints: service(), inference };
      await evaluateNode(textEncode, { text }, params('a embedding:wide b embedding:nobody'), services);

      expect(notices).toEqual([
        'Embedding "nobody": there is no file of this name. It is left out of the prompt, as in ComfyUI.',
        { code: 'embedding-left-out', name: 'nobody' },
        `Embedding "wide": its vectors have 5 values, and the text encoder of "tiny" takes ${width}. ` +
          'It is left out of the prompt, as in ComfyUI.',
        { code: 'embedding-left-out', name: 'wide', model: 'tiny' },
      ]);
    });
  });

  test('an existing but broken file is reported', async () => {
    const service = serviceWith({ pets: { a: vectorsOf('red'), b: vectorsOf('cat') } });

    await expect(encode(params('a embedding:pets'), service)).rejects.toThrow('expected one tensor of vectors');
  });
});

describe('a file that is not an embedding for this model is rejected', () => {
  const zeros = (...shape: readonly number[]): TensorBytes => ({
    dtype: 'F32',
    shape,
    data: new Uint8Array(4 * shape.reduce((size, dim) => size * dim, 1)),
  });

  test.each([
    ['a name that no file has', {}, 'No embedding is called "mine"; there are none in'],
    [
      'vectors of another width',
      { mine: { '<mine>': zeros(2, 5) } },
      'Embedding "mine": its vectors have 5 values, and the text encoder of "tiny" takes',
    ],
    [
      'vectors of another family',
      { mine: { '<mine>': zeros(2, 1024) } },
      'Embedding "mine": its vectors have 1024 values (Stable Diffusion 2), and the text encoder of "tiny" takes',
    ],
    [
      'a LoRA',
      { mine: { 'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': zeros(1, 4) } },
      'expected a textual inversion, got a LoRA',
    ],
    [
      'one for two text encoders',
      { mine: { clip_l: zeros(1, 4), clip_g: zeros(1, 8) } },
      'it was made for Stable Diffusion XL, which has two text encoders',
    ],
    [
      'other tensors',
      { mine: { a: zeros(1, 4), b: zeros(1, 4) } },
      'expected one tensor of vectors, got "a" [1, 4], "b"',
    ],
  ])('%s', async (_, files, words) => {
    const encoded = encode({ prompt: 'a embedding:mine' }, serviceWith(files));

    await expect(encoded).rejects.toThrow(CheckpointError);
    await expect(encoded).rejects.toThrow(words);
  });

  test('text in angle brackets that holds a colon, and other characters, are words as before', async () => {
    await expect(encode({ prompt: '<lora:ink:1> <3 a < b >' })).resolves.toBeDefined();
  });
});
