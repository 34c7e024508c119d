import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Embed } from '@unclip-studio/nodes-unclip';
import {
  applyLora,
  type Conditioning,
  clipImageEmbed,
  imageConditioning,
  type Latent,
  requireUnclip,
  textEncode,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import { createCheckpointService, openLocalCheckpoint } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { SMALL_CHECKPOINT } from '../support/checkpoint-copy.js';
import { imageVariationsCheckpoint, plainWithEncoder } from '../support/checkpoints-with-encoder.js';
import { evaluateNode, openTestCheckpoint, plainPrompt } from '../support/evaluate-node.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclip } from '../support/unclip.js';

// That it draws what diffusers draws is shown by the golden stages image_variations and image_variations_unet.

const open = async (folder = imageVariationsCheckpoint()) => requireUnclip(await openLocalCheckpoint('tiny', folder));

const image = (level: number) => ({ width: 4, height: 4, data: new Uint8Array(48).fill(level) });

async function conditioningOf(levels: readonly number[]): Promise<Conditioning> {
  const { vision } = await open();
  const { embed } = await evaluateNode<{ embed: Embed }>(clipImageEmbed, { vision, image: levels.map(image) });
  return (await evaluateNode<{ conditioning: Conditioning }>(imageConditioning, { embed })).conditioning;
}

const NO_TEXT =
  'Checkpoint "tiny" draws variations of images: it takes no prompts and has no text encoder. ' +
  'Connect CLIP Image Embed and then Image Conditioning to the sampler’s prompt, in place of Text Encode.';

test('each image is one token of the conditioning, and zeros are what to stay away from', async () => {
  const { positive, negative } = plainPrompt(await conditioningOf([0, 255]));

  expect(positive.dims).toEqual([2, 1, 24]);
  expect(new Set(positive.data).size).toBeGreaterThan(24);
  expect(negative).toEqual({ ...positive, data: new Float32Array(48) });
});

test('images of several rows are drawn together as they are alone', async () => {
  const { unet } = await open();
  const draw = async (levels: readonly number[]) => {
    const prompt = await conditioningOf(levels);
    const settings = { scheduler: 'ddim', steps: 2, sameNoise: true, width: 32, height: 32 };
    return (await evaluateNode<{ latent: Latent }>(unetSample, { unet, prompt }, settings)).latent.samples;
  };

  const both = await draw([0, 255]);
  const alone = [await draw([0]), await draw([255])];

  expect(both.dims).toEqual([2, 4, 16, 16]);
  const joined = alone.flatMap(({ data }) => [...data]);
  for (const [i, value] of both.data.entries()) expect(value).toBeCloseTo(joined[i] as number, 4);
});

describe('text', () => {
  test('is refused where a Text Encode is connected, before anything runs', async () => {
    const folder = imageVariationsCheckpoint();
    const { code, stderr } = await unclip([
      ...['run', 'workflows/text-to-image.json', '--models', dirname(folder), '--set', 'model.checkpoint=tiny'],
      ...['--device', 'cpu', '--out', tempFolder()],
    ]);

    expect([code, stderr]).toEqual([2, expect.stringContaining(NO_TEXT)]);
  });

  test('using its text encoder anyway is reported', async () => {
    const { text, unet } = await open();
    const lora = { name: 'a', identity: 'a', family: undefined, modules: async () => [] };
    const services = { checkpoints: { openModel: async () => lora } } as never;

    await expect(evaluateNode(textEncode, { text })).rejects.toThrow(NO_TEXT);
    await expect(evaluateNode(applyLora, { unet, text }, {}, services)).rejects.toThrow(NO_TEXT);
  });

  test('of another checkpoint is refused by the sampler', async () => {
    const { unet } = await open();
    const plain = await openLocalCheckpoint('plain', plainWithEncoder());
    const { conditioning: prompt } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, plain);

    await expect(evaluateNode(unetSample, { unet, prompt }, { steps: 1 })).rejects.toThrow(
      'UNetSample: "tiny" draws variations of images and takes no text. Connect CLIP Image Embed and then Image ' +
        'Conditioning to the prompt, from the same LoadModel.',
    );
  });
});

test('it is listed, inspected and found in a cache of Hugging Face', async () => {
  const root = tempFolder();
  const snapshot = join(root, 'models--maker--variations/snapshots/1');
  cpSync(imageVariationsCheckpoint(), snapshot, { recursive: true });

  const list = await unclip(['models', 'list', '--models', root]);
  const inspect = await unclip(['models', 'inspect', 'maker/variations', '--models', root]);

  expect(list.stdout).toContain('maker/variations');
  expect([inspect.code, inspect.stdout]).toEqual([
    0,
    expect.stringContaining('image variations: image embeddings of 24 in the place of text'),
  ]);
});

test('everything missing or incompatible is reported at once', async () => {
  const folder = imageVariationsCheckpoint();
  rmSync(join(folder, 'feature_extractor'), { recursive: true });
  await expect(open(folder)).rejects.toThrow(
    /folder of StableDiffusionImageVariationPipeline, but feature_extractor is missing/,
  );

  const other = imageVariationsCheckpoint();
  cpSync(join(SMALL_CHECKPOINT, 'unet'), join(other, 'unet'), { recursive: true });
  await expect(open(other)).rejects.toThrow(/"class_embed_type" is that of an unCLIP model/);
});

describe('a plain checkpoint with an image encoder in its folder', () => {
  test('hands it out, and stays plain', async () => {
    const checkpoint = await openLocalCheckpoint('tiny', plainWithEncoder());
    const { vision } = await openTestCheckpoint();

    expect(checkpoint.seesImages).toBe(false);
    expect(checkpoint.vision).toMatchObject({ identity: vision.identity, embeds: { identity: checkpoint.identity } });
  });

  test('counts by it', async () => {
    const [one, other, without] = [plainWithEncoder(), plainWithEncoder(), plainWithEncoder()];
    const path = join(other, 'image_encoder/model.safetensors');
    const bytes = readFileSync(path);
    bytes[bytes.length - 1] = 255 - (bytes.at(-1) ?? 0);
    writeFileSync(path, bytes);
    rmSync(join(without, 'image_encoder'), { recursive: true });
    const identities = await Promise.all(
      [one, other, without].map(async (folder) => (await openLocalCheckpoint('tiny', folder)).identity),
    );

    expect(new Set(identities).size).toBe(3);
  });

  test('that is broken draws by prompts all the same', async () => {
    const folder = plainWithEncoder();
    rmSync(join(folder, 'image_encoder/model.safetensors'));
    const service = createCheckpointService({ roots: [dirname(folder)] });

    expect((await service.open('tiny')).text.config.hiddenSize).toBe(24);
    expect(await service.missingOutputs('tiny')).toEqual({
      'vision-model': {
        absent: expect.stringMatching(/^Its image encoder cannot be used: .*image_encoder/),
        because: expect.objectContaining({ code: 'model-file', fault: 'missing', file: 'image_encoder' }),
      },
    });
  });
});
