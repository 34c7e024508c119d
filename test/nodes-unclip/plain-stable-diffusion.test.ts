import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Checkpoint, CheckpointError, type RgbImage, type Tensor, tensor } from '@unclip-studio/nodes-unclip';
import {
  type Conditioning,
  clipImageEmbed,
  concatRows,
  type Generator,
  imagePrior,
  type Latent,
  loadModel,
  SamplingInputError,
  textEncode,
  unetSample,
  vaeDecode,
  vaeEncode,
} from '@unclip-studio/nodes-unclip/testing';
import { decodeImage, openLocalCheckpoint } from '@unclip-studio/server';
import { describe, expect, test } from 'vitest';
import { readGoldenSafetensors } from '../parity/golden-safetensors.js';
import { encodeText } from '../support/encode-text.js';
import { evaluateNode, openTestCheckpoint, plainPrompt } from '../support/evaluate-node.js';
import { safetensorsFromHeader } from '../support/safetensors-file.js';
import { tempFolder } from '../support/temp-folder.js';
import { unclip } from '../support/unclip.js';

// Checkpoints and images are made by tools/reference/plain_sd.py with diffusers 0.42.1, torch 2.13, CPU, float32.
const FOLDER = fileURLToPath(new URL('../fixtures/plain-sd', import.meta.url));
const ASKED = { prompt: 'a red heart', negativePrompt: 'blue' };
const SETTINGS = { scheduler: 'checkpoint', steps: 5, guidanceScale: 4, seed: 7 };

type Drawn = { readonly latent: Latent; readonly generator: Generator };

const open = (path: string): Promise<Checkpoint> => openLocalCheckpoint('plain', join(FOLDER, path));
const source = await decodeImage(readFileSync(join(FOLDER, 'picture.png')), 'picture.png');

async function promptOf(checkpoint: Checkpoint): Promise<Conditioning> {
  const encoded = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text: checkpoint.text }, ASKED);
  return encoded.conditioning;
}

/** Latent and image, as text to image, or from the fixture's image. */
async function draw(checkpoint: Checkpoint, from: 'text' | 'picture') {
  const prompt = await promptOf(checkpoint);
  const start =
    from === 'text'
      ? {}
      : await evaluateNode<Drawn>(vaeEncode, { vae: checkpoint.vae, image: [source] }, { seed: SETTINGS.seed });
  const params = from === 'text' ? SETTINGS : { ...SETTINGS, scheduler: 'ddim', denoise: 0.6 };
  const { latent } = await evaluateNode<Drawn>(unetSample, { unet: checkpoint.unet, prompt, ...start }, params);
  const { image } = await evaluateNode<{ image: readonly RgbImage[] }>(vaeDecode, { vae: checkpoint.vae, latent });
  return { latent: latent.samples.data, image: image[0] as RgbImage };
}

function largest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  return Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}

describe.each(['tiny-sd1', 'tiny-sd2'])('%s', (name) => {
  const golden = readGoldenSafetensors(join(FOLDER, `${name}.safetensors`));

  test.each(['text', 'picture'] as const)('from %s draws what diffusers draws', async (from) => {
    const { latent, image } = await draw(await open(name), from);

    const expected = golden.get(`${from}_latent`)?.data as Float32Array;
    // diffusers hands the latent out as it left the scheduler, times the scaling factor.
    expect(largest(latent, expected)).toBeLessThan(1e-4);
    const planes = golden.get(`${from}_image`)?.data as Float32Array;
    const size = image.width * image.height;
    const bytes = Array.from({ length: 3 * size }, (_, i) =>
      Math.round(255 * (planes[(i % 3) * size + Math.floor(i / 3)] ?? 0)),
    );
    // A value that lies between two shades may be rounded to either.
    expect(largest(image.data, bytes)).toBeLessThanOrEqual(1);
  });

  test('opens as what it is', async () => {
    const checkpoint = await open(name);

    expect([checkpoint.seesImages, checkpoint.unet.config.classEmbedDim]).toEqual([false, null]);
  });
});

test('in one file with LDM names it draws the same', async () => {
  const folder = await draw(await open('tiny-sd1'), 'picture');
  const file = await draw(await open('one-file/tiny-sd1.safetensors'), 'picture');

  expect(file).toEqual(folder);
});

test('they are found, listed and inspected like others, in either layout', async () => {
  const list = await unclip(['models', 'list', '--models', FOLDER, '--models', join(FOLDER, 'one-file')]);
  const inspect = await unclip(['models', 'inspect', join(FOLDER, 'tiny-sd1')]);

  expect(list.stdout).toMatch(/tiny-sd1\n.*tiny-sd1\.safetensors\n.*tiny-sd2/);
  expect([inspect.code, inspect.stdout]).toEqual([
    0,
    expect.stringContaining('plain Stable Diffusion: no image embeddings, text states of 24'),
  ]);
});

test('in one file whose text model lacks its prefix it is the same', async () => {
  const folder = tempFolder();
  cpSync(join(FOLDER, 'one-file'), folder, { recursive: true });
  const bytes = readFileSync(join(folder, 'tiny-sd1.safetensors'));
  const end = 8 + Number(bytes.readBigUInt64LE(0));
  const header = bytes
    .toString('utf8', 8, end)
    .replaceAll('stage_model.transformer.text_model.', 'stage_model.transformer.');
  writeFileSync(join(folder, 'tiny-sd1.safetensors'), safetensorsFromHeader(header, bytes.subarray(end)));

  const bare = await openLocalCheckpoint('bare', join(folder, 'tiny-sd1.safetensors'));

  const whole = await open('one-file/tiny-sd1.safetensors');
  expect([bare.text.config, bare.text.identity]).toEqual([whole.text.config, whole.text.identity]);
  expect(await encodeText(bare)).toEqual(await encodeText(whole));
});

test('a published model in one file needs to say only what its weights do not', async () => {
  const folder = tempFolder();
  cpSync(join(FOLDER, 'one-file/tiny-sd1.safetensors'), join(folder, 'alone.safetensors'));

  await expect(openLocalCheckpoint('alone', join(folder, 'alone.safetensors'))).rejects.toThrow(
    /attn2\.to_k\.weight" has 24 columns, and not 768\. .*put unet\/config\.json of the model into the folder "alone" next to it/,
  );
});

describe('where images should guide', () => {
  test('the workflow is refused before anything runs', async () => {
    const { code, stderr } = await unclip([
      ...['run', 'workflows/image-variations.json', '--models', FOLDER, '--set', 'model.checkpoint=tiny-sd1'],
      ...['--device', 'cpu', '--out', tempFolder()],
    ]);

    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        'Node "embed" (CLIPImageEmbed), input "vision": node "model" has no value at "vision". ' +
          'Checkpoint "tiny-sd1" is a plain Stable Diffusion: it has no image encoder',
      ),
    ]);
  });

  const message =
    'Checkpoint "plain" is a plain Stable Diffusion: it has no image encoder, and images cannot guide it. ' +
    'Choose an unCLIP checkpoint here, or guide this one by a prompt and a latent image. For IP-Adapter use Load CLIP Vision.';

  test('problems of its missing part are reported', async () => {
    const none = () => Promise.reject(new Error());
    const services = {
      checkpoints: { open: () => open('tiny-sd1'), openPrior: none, openModel: none, saveModel: none },
    };
    const { vision } = await evaluateNode<{ vision: object }>(loadModel, {}, {}, services);

    await expect(evaluateNode(clipImageEmbed, { vision, image: [source] })).rejects.toThrow(
      new CheckpointError(message),
    );
    await expect(evaluateNode(imagePrior, { vision, prior: { checkpoint: {} } })).rejects.toThrow(
      new CheckpointError(message),
    );
  });

  test('the sampler refuses them, and prompts of other text models', async () => {
    const checkpoint = await open('tiny-sd1');
    const other = await open('tiny-sd2');
    const unclip = await openTestCheckpoint();
    const inputs = { unet: checkpoint.unet, prompt: await promptOf(checkpoint) };
    const led = (width: number) => ({
      classLabels: tensor([1, width], new Float32Array(width)),
      space: unclip.vision.embeds,
    });
    const sample = (more: object) => evaluateNode(unetSample, { ...inputs, ...more }, SETTINGS);

    await expect(sample({ image: led(256) })).rejects.toThrow(
      new SamplingInputError(
        'UNetSample: images cannot guide the checkpoint "plain", a plain Stable Diffusion. Disconnect the image, or choose an unCLIP checkpoint.',
      ),
    );
    await expect(sample({ laterImage: led(256) })).rejects.toThrow(/Disconnect the later image/);
    await expect(sample({ prompt: await promptOf(other) })).rejects.toThrow(
      new SamplingInputError(
        'UNetSample: the prompt was encoded by another text model: its states are 32 wide, and "plain" takes 24. ' +
          'Give it its own TextEncode, from the same LoadModel.',
      ),
    );
    await expect(sample({ unet: unclip.unet, prompt: await promptOf(unclip), image: led(64) })).rejects.toThrow(
      /the image was made for another checkpoint: it is 64 wide, and "test" takes 48/,
    );
  });
});

describe('a latent that goes to another checkpoint', () => {
  const noise = (dims: readonly number[]): Tensor =>
    tensor(
      dims,
      Float32Array.from({ length: dims.reduce((product, dim) => product * dim, 1) }, (_, i) => Math.sin(i)),
    );

  test('is brought to its scaling factor', async () => {
    const [one, two] = [await open('tiny-sd1'), await open('tiny-sd2')];
    const samples = noise([1, 4, 8, 8]);
    const give = (latent: Latent) =>
      evaluateNode<Drawn>(unetSample, { unet: two.unet, prompt, latent }, { denoise: 0 });
    const prompt = await promptOf(two);

    const { latent: own } = await give({
      samples,
      space: { pixelsPerLatent: 2, scalingFactor: two.vae.latents.scalingFactor },
    });
    const { latent: brought } = await give({
      samples,
      space: { pixelsPerLatent: 2, scalingFactor: one.vae.latents.scalingFactor },
    });

    expect([one.vae.latents.scalingFactor, two.vae.latents.scalingFactor]).toEqual([0.18215, 0.25]);
    expect(own.samples).toEqual(samples);
    expect(
      largest(
        brought.samples.data,
        samples.data.map((value) => (value * 0.25) / 0.18215),
      ),
    ).toBeLessThan(1e-6);
  });

  test('is refused if its cells are of another size', async () => {
    const [plain, unclip] = [await open('tiny-sd1'), await openTestCheckpoint()];
    const { latent } = await evaluateNode<Drawn>(vaeEncode, { vae: unclip.vae, image: [source] });

    await expect(evaluateNode(vaeDecode, { vae: plain.vae, latent })).rejects.toThrow(
      new SamplingInputError(
        'VAEDecode: each cell of the latent covers 8 x 8 px, but for 2 x 2 to the checkpoint "plain". Their VAEs differ: ' +
          'decode the latent with the VAE it was made for, and encode the image with this one’s VAE Encode.',
      ),
    );
  });
});

describe('a list of generators and given noise', () => {
  // Golden: tools/reference/image_seeds.py with diffusers 0.42.1, torch 2.13, CPU, float32.
  const golden = JSON.parse(readFileSync(join(FOLDER, '../image-seeds.json'), 'utf8')) as Readonly<
    Record<string, { readonly shape: readonly number[]; readonly latents: readonly number[] }>
  >;
  const SEEDS = { seed: 5, seedPerImage: true };
  const CORNER: RgbImage = {
    ...{ width: 8, height: 8 },
    data: Uint8Array.from({ length: 3 * 64 }, (_, i) => {
      const [row, rest] = [Math.floor(i / 24), i % 24];
      return source.data[row * 3 * source.width + rest] ?? 0;
    }),
  };
  const NOISE = tensor(
    [2, 4, 4, 4],
    Float32Array.from({ length: 128 }, (_, i) => Math.sin(0.7 * i)),
  );

  async function encoded(checkpoint: Checkpoint, prompts: readonly string[]): Promise<Conditioning> {
    const all: Conditioning[] = [];
    for (const prompt of prompts) {
      const asked = { prompt, negativePrompt: '' };
      const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(
        textEncode,
        { text: checkpoint.text },
        asked,
      );
      all.push(conditioning);
    }
    const side = (name: 'positive' | 'negative') =>
      concatRows(
        'prompts',
        all.map((one) => plainPrompt(one)[name]),
      );
    return { positive: side('positive'), negative: side('negative') };
  }

  const sizeOf = (name: string) => (name.startsWith('seeds') ? { width: 8, height: 8 } : {});

  test.each([
    ['seeds.euler_a', 'tiny-sd1', ['a red heart'], { scheduler: 'euler-a', count: 2, ...SEEDS }],
    ['seeds.tcd', 'tiny-sd1', ['a red heart'], { scheduler: 'tcd', count: 2, eta: 0.3, ...SEEDS }],
    ['latents.euler', 'tiny-sd2', ['a red heart', 'blue'], { scheduler: 'euler' }],
    ['image.seeds.lcm', 'tiny-sd1', ['a red heart', 'blue'], { scheduler: 'lcm', denoise: 0.5 }],
  ] as const)('%s: the latents equal those of diffusers', async (name, folder, prompts, params) => {
    const checkpoint = await open(folder);
    const prompt = await encoded(checkpoint, prompts);
    const start = name.startsWith('image')
      ? await evaluateNode<Drawn>(vaeEncode, { vae: checkpoint.vae, image: [CORNER] }, { count: 2, ...SEEDS })
      : {};
    const noise = name.startsWith('latents') ? { noise: { samples: NOISE } } : {};

    const { latent } = await evaluateNode<Drawn>(
      unetSample,
      { unet: checkpoint.unet, prompt, ...start, ...noise },
      { steps: 4, guidanceScale: 3, ...sizeOf(name), ...params },
    );

    const { shape = [], latents = [] } = golden[name] ?? {};
    expect(latent.samples.dims).toEqual(shape);
    expect(largest(latent.samples.data, latents)).toBeLessThan(1e-3);
  });
});

test('a folder that declares itself a plain Stable Diffusion is one, regardless of other files in it', async () => {
  const folder = join(tempFolder(), 'tiny');
  cpSync(join(FOLDER, 'tiny-sd1'), folder, { recursive: true });
  mkdirSync(join(folder, 'image_encoder'));
  writeFileSync(join(folder, 'image_encoder/config.json'), '{}');

  expect((await openLocalCheckpoint('tiny', folder)).seesImages).toBe(false);
});
