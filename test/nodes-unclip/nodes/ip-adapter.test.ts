import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type Embed,
  type RgbImage,
  type SamplingStates,
  type Tensor,
  unclipPortTypes,
} from '@unclip-studio/nodes-unclip';
import {
  applyIpAdapter,
  type Conditioning,
  conditioningCombine,
  conditioningSetArea,
  type ImagePrompt,
  type IpAdapterModel,
  ipAdapterEncode,
  textEncode,
  type UnetModel,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import {
  createCheckpointService,
  createOrtSessions,
  createResultStore,
  createSamplingStates,
  openLocalCheckpoint,
} from '@unclip-studio/server';
import { afterAll, describe, expect, test } from 'vitest';
import { plainWithEncoder } from '../../support/checkpoints-with-encoder.js';
import { evaluateNode } from '../../support/evaluate-node.js';
import { ipAdapterTensors } from '../../support/ip-adapter-file.js';
import { longTest } from '../../support/long-suite.js';
import { safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { torchFile } from '../../support/torch-file.js';

// That it draws what diffusers draws is shown by the golden stages ip_adapter and ip_adapter_image.

const ROOT = mkdtempSync(join(tmpdir(), 'unclip-test-'));
afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

const { unet, text, vision } = await openLocalCheckpoint('tiny', plainWithEncoder(ROOT));
if ('absent' in vision) throw new Error(vision.absent);
const { projectionDim, hiddenSize } = vision.config;
const PLAIN = ipAdapterTensors(unet, { kind: 'plain', imageWidth: projectionDim });
const PLUS = ipAdapterTensors(unet, { kind: 'plus', imageWidth: hiddenSize, seed: 2 });

const sessions = createOrtSessions();
afterAll(() => sessions.close());

type Tensors = Readonly<Record<string, TensorBytes>>;

/** A service that knows adapters of these tensors or bytes, by the names of their files. */
function serviceWith(files: Readonly<Record<string, Tensors | Uint8Array>>, root = tempFolder()) {
  for (const [name, content] of Object.entries(files)) {
    const path = join(root, 'ipadapter', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content instanceof Uint8Array ? content : safetensorsFile(content));
  }
  return createCheckpointService({ roots: [root] });
}

const service = serviceWith({ 'plain.safetensors': PLAIN, 'plus.safetensors': PLUS }, ROOT);
const open = (name: string, from = service): Promise<IpAdapterModel> => from.openModel('ip-adapter', name);

const image = (level: number): RgbImage => ({ width: 4, height: 4, data: new Uint8Array(48).fill(level) });

async function encode(adapter: IpAdapterModel, levels: readonly number[], more: object = {}): Promise<ImagePrompt> {
  const inputs = { adapter, vision, image: levels.map(image), ...more };
  return (await evaluateNode<{ imagePrompt: ImagePrompt }>(ipAdapterEncode, inputs)).imagePrompt;
}

async function apply(to: UnetModel, imagePrompt: ImagePrompt, params: object = {}): Promise<UnetModel> {
  return (await evaluateNode<{ unet: UnetModel }>(applyIpAdapter, { unet: to, imagePrompt }, params)).unet;
}

const { conditioning: prompt } = await evaluateNode<{ conditioning: Conditioning }>(textEncode, { text });

/** The latents after each step. */
async function draw(
  model: UnetModel,
  params: object = {},
  inputs: object = {},
  services: { readonly samplingStates?: SamplingStates } = {},
): Promise<readonly Tensor[]> {
  const seen: Tensor[] = [];
  const defaults = Object.fromEntries(Object.entries(unetSample.params).map(([key, param]) => [key, param.default]));
  await unetSample.evaluate(
    {
      inputs: { unet: model, prompt, ...inputs },
      params: { ...defaults, scheduler: 'ddim', steps: 4, guidanceScale: 4, width: 32, height: 32, ...params },
    },
    {
      signal: new AbortController().signal,
      services: { inference: sessions, ...services } as never,
      progress() {},
      preview: (value) => seen.push((value as unknown as { latent: Tensor }).latent),
      publish() {},
    },
  );
  return seen;
}

function distance(a: Tensor | undefined, b: Tensor | undefined): number {
  expect(a?.dims).toEqual(b?.dims);
  return (a?.data ?? new Float32Array()).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (b?.data[i] ?? Number.NaN))),
    0,
  );
}

const plain = await encode(await open('plain'), [200]);
const plus = await encode(await open('plus'), [90]);
const without = await draw(unet);

describe('images guide the result', () => {
  test.each([
    ['a plain adapter', plain],
    ['a plus adapter', plus],
  ])('by %s', async (_, imagePrompt) => {
    const drawn = await draw(await apply(unet, imagePrompt));

    expect(distance(drawn.at(-1), without.at(-1))).toBeGreaterThan(1e-2);
  });

  test('more, the larger the scale', async () => {
    const far = await Promise.all(
      [0.2, 0.6, 1].map(async (scale) => {
        const [first] = await draw(await apply(unet, plain, { scale }), { steps: 1 });
        return distance(first, (await draw(unet, { steps: 1 }))[0]);
      }),
    );

    expect(far).toEqual([...far].sort((a, b) => a - b));
    expect(far[0]).toBeGreaterThan(1e-4);
  });

  longTest('where prompts have areas, where deep layers are reused, and with ComfyUI’s numbers', async () => {
    const led = await apply(unet, plain);
    const params = { x: 0, y: 0, width: 16, height: 32 };
    const part = await evaluateNode<{ conditioning: Conditioning }>(
      conditioningSetArea,
      { conditioning: prompt },
      params,
    );
    const parts = await evaluateNode<{ conditioning: Conditioning }>(conditioningCombine, {
      first: prompt,
      second: part.conditioning,
    });
    for (const [params, inputs] of [
      [{}, { prompt: parts.conditioning }],
      [{ deepEvery: 2 }, {}],
      [{ numerics: 'comfyui', eta: 0 }, {}],
    ]) {
      const [drawn, other] = [await draw(led, params, inputs), await draw(unet, params, inputs)];
      expect(distance(drawn.at(-1), other.at(-1))).toBeGreaterThan(1e-3);
    }
  });

  test('together, where there are several: the order of neither images nor adapters makes a difference', async () => {
    const adapter = await open('plain');
    const [one, other] = [await encode(adapter, [0, 255]), await encode(adapter, [255, 0])];
    const [first, second] = [await draw(await apply(unet, one)), await draw(await apply(unet, other))];
    expect(one.guided.dims[1]).toBe(2 * (plain.guided.dims[1] ?? 0));
    expect(distance(first.at(-1), second.at(-1))).toBeLessThan(1e-4);
    expect(distance(first.at(-1), (await draw(await apply(unet, plain))).at(-1))).toBeGreaterThan(1e-3);

    const [ab, ba] = [await apply(await apply(unet, plain), plus), await apply(await apply(unet, plus), plain)];
    expect(await draw(ab)).toEqual(await draw(ba));
  });

  test('as a copy of an image counts as the image', async () => {
    const twice = await encode(await open('plain'), [200, 200]);

    const drawn = await draw(await apply(unet, twice));

    expect(distance(drawn.at(-1), (await draw(await apply(unet, plain))).at(-1))).toBeLessThan(1e-4);
  });
});

describe('without effect it is the model without it', () => {
  const shape = { n: 2, h: 4, w: 4, t: 77 };

  test.each([
    ['at scale 0', { scale: 0 }],
    ['where it ends as it begins', { start: 0.5, end: 0.5 }],
  ])('%s', async (_, params) => {
    const applied = await apply(unet, plain, params);

    expect(applied).toBe(unet);
    expect(applied.request(shape).build().bytes).toEqual(unet.request(shape).build().bytes);
  });

  test('with effect it has its own inputs, and keeps them with a LoRA and other settings of the model', async () => {
    const applied = await apply(unet, plain);
    const key = applied.request(shape).key;
    const changed = { ...applied, scheduler: {}, guidanceRescale: 0.5 };
    const adapted = changed.adapt({ identity: 'none', strength: 0, weights: new Map() });

    expect(key).not.toBe(unet.request(shape).key);
    expect(adapted.request(shape).key).toBe(key);
    expect(adapted).toMatchObject({ scheduler: {}, guidanceRescale: 0.5 });
    expect(adapted.withImagePrompt({ imagePrompt: plus, scale: 1, span: { from: 0, to: 1 } })).toMatchObject({
      guidanceRescale: 0.5,
      imagePrompts: [{ imagePrompt: plain }, { imagePrompt: plus }],
    });
  });
});

test('if it starts where it ends it says that it has no effect at any step, and if it ends before it starts it is rejected', async () => {
  const told: string[] = [];
  const inference = { ...sessions, notice: (words: string) => told.push(words) };
  const inputs = { unet, imagePrompt: plain };
  await evaluateNode(applyIpAdapter, inputs, { start: 0.5, end: 0.5 }, { inference });
  await evaluateNode(applyIpAdapter, inputs, { start: 0.5, end: 0.6 }, { inference });

  expect(told).toEqual([
    'Apply IP-Adapter: the start and the end are both 0.5, so the images guide at no step. Raise the end.',
  ]);
  await expect(apply(unet, plain, { start: 0.6, end: 0.4 })).rejects.toThrow(
    'Apply IP-Adapter: the end 0.4 is before the start 0.6. Raise the end.',
  );
});

test('it is active only from its start to its end', async () => {
  const late = await draw(await apply(unet, plain, { start: 0.5 }));
  const early = await draw(await apply(unet, plain, { end: 0.5 }));
  const whole = await draw(await apply(unet, plain));

  expect(distance(late[1], without[1])).toBeLessThan(1e-5);
  expect(distance(late[2], without[2])).toBeGreaterThan(1e-3);
  expect(distance(early[1], whole[1])).toBeLessThan(1e-5);
  expect(distance(early[3], whole[3])).toBeGreaterThan(1e-3);
});

test('a run that continues from a state has the images that the state was made with', async () => {
  const store = createResultStore({ folder: tempFolder(), maxBytes: 1e8 });
  const states = createSamplingStates(store);
  const [first, other] = [await apply(unet, plain), await apply(unet, plain, { start: 0.25 })];
  const expected = [await draw(first), await draw(other)];

  for (const [i, model] of [first, other, first, other].entries()) {
    const drawn = await draw(model, {}, {}, { samplingStates: states });
    await store.flush();
    expect(drawn.at(-1)).toEqual(expected[i % 2]?.at(-1));
  }
});

test('what to stay away from is what the adapter makes of zeros: an embedding, or pixels', async () => {
  const adapter = await open('plain');
  const zeros = { rows: { ...plain.guided, dims: [1, projectionDim], data: new Float32Array(projectionDim) } };
  const ofZeros = await encode(adapter, [], { embed: { ...zeros, space: vision.embeds } });
  expect(ofZeros.guided).toEqual(ofZeros.unguided);
  expect(plain.unguided).toEqual(ofZeros.guided);

  // Pixels are zero after their mean is taken off, so no grey image is it.
  expect(distance(plus.guided, plus.unguided)).toBeGreaterThan(1e-3);
  expect((await encode(await open('plus'), [7])).unguided).toEqual(plus.unguided);
});

test('embeddings in place of images make the same prompt', async () => {
  const adapter = await open('plain');
  const { image_embeds: rows } = await sessions.run(vision.request(), {
    pixel_values: { dtype: 'float32', dims: [1, 3, 48, 48], data: new Float32Array(3 * 48 * 48).fill(0.5) },
  });
  const embed = { rows, space: vision.embeds } as Embed;

  const { guided } = await encode(adapter, [], { embed, image: undefined, vision: undefined });

  expect(guided.dims).toEqual(plain.guided.dims);
  await expect(encode(await open('plus'), [], { embed })).rejects.toThrow(
    /"plus" is a plus adapter, which reads images directly and accepts no embeddings/,
  );
});

test('a stored image prompt equals the original', async () => {
  const port = unclipPortTypes.find(({ name }) => name === 'image-prompt');
  if (port?.name !== 'image-prompt') throw new Error('no such port type');
  const { fields, arrays } = port.codec.encode(plus);

  const read = await port.codec.decode({ fields: JSON.parse(JSON.stringify(fields)), arrays }, {} as never);

  expect(read).toEqual(plus);
});

test('pickles of torch.save, whose parts are separate dicts, are read like safetensors files', async () => {
  const pickles = serviceWith({ 'plain.bin': torchFile(PLAIN, undefined, { inParts: true }) });
  const adapter = await open('plain.bin', pickles);

  expect(adapter.identity).toBe((await open('plain')).identity);
  expect(await encode(adapter, [200])).toEqual({ ...plain, adapter: { ...plain.adapter, name: 'plain.bin' } });
});

describe('refused is', () => {
  const problem = async (files: Readonly<Record<string, Tensors>>) => {
    const [name = ''] = Object.keys(files);
    return open(name, serviceWith(files)).catch((error: unknown) => String(error));
  };
  const { 'ip_adapter.5.to_v_ip.weight': __, ...incomplete } = PLAIN;
  const first = PLAIN['ip_adapter.1.to_k_ip.weight'] as TensorBytes;
  const renamed = (from: string, to: string) =>
    Object.fromEntries(Object.entries(PLAIN).map(([name, tensor]) => [name.replace(from, to), tensor]));

  test.each<[what: string, tensors: Tensors, why: RegExp]>([
    ['an incomplete file', incomplete, /missing tensor "ip_adapter\.5\.to_v_ip\.weight"/],
    ['a tensor too many', { ...PLAIN, 'ip_adapter.1.extra': first }, /unexpected tensor "ip_adapter\.1\.extra"/],
    ['a FaceID adapter', { ...PLAIN, 'ip_adapter.0.to_q_lora.down.weight': first }, /a FaceID adapter, which needs/],
    ['the projection of one', renamed('image_proj.proj.', 'image_proj.proj.0.'), /a FaceID adapter/],
    ['a full-face adapter', { ...PLAIN, 'image_proj.proj.3.weight': first }, /a full-face adapter/],
    ['a LoRA', { 'lora_unet_mid.lora_down.weight': first }, /expected an IP-Adapter, got a LoRA/],
    ['an adapter of Flux', { 'double_blocks.0.processor.ip.weight': first }, /got something for Flux/],
  ])('%s', async (_, tensors, why) => {
    expect(await problem({ 'a.safetensors': tensors })).toMatch(why);
  });

  test.each(['plain', 'plus'] as const)('a %s adapter of Stable Diffusion XL, with any image encoder', async (kind) => {
    const config = { ...unet.config, crossAttentionDim: 2048 };
    const tensors = ipAdapterTensors({ config }, { kind, imageWidth: 1280 });

    expect(await problem({ 'xl.safetensors': tensors })).toMatch(
      /expected an IP-Adapter for Stable Diffusion 1, got one for Stable Diffusion XL/,
    );
  });

  test('an adapter of another family, by its name', async () => {
    const config = { ...unet.config, crossAttentionDim: 1024 };
    const tensors = ipAdapterTensors({ config }, { kind: 'plain', imageWidth: projectionDim });
    const prompt = await encode(await open('two', serviceWith({ 'two.safetensors': tensors })), [1]);

    await expect(draw(await apply(unet, prompt))).rejects.toThrow(
      /^Apply IP-Adapter: "two" was made for Stable Diffusion 2, and "tiny" is a model that takes text of 24 values/,
    );
  });

  test('an adapter for a UNet with other layers', async () => {
    const [outermost, ...inner] = unet.config.levels;
    const config = { ...unet.config, levels: [{ ...outermost, layers: 3 }, ...inner] as const };
    const tensors = ipAdapterTensors({ config }, { kind: 'plain', imageWidth: projectionDim });
    const prompt = await encode(await open('a', serviceWith({ 'a.safetensors': tensors })), [1]);

    await expect(draw(await apply(unet, prompt))).rejects.toThrow(/"a" has other cross attentions \(\d+\) than "tiny"/);
  });

  test.each(['plain', 'plus'] as const)('a different image encoder than that of a %s adapter', async (kind) => {
    const tensors = ipAdapterTensors(unet, { kind, imageWidth: kind === 'plain' ? 1024 : 1280 });
    const adapter = await open('h', serviceWith({ 'h.safetensors': tensors }));

    await expect(encode(adapter, [1])).rejects.toThrow(
      kind === 'plain'
        ? /"h" takes embeddings of 1024 values \(CLIP ViT-H\), and these are of 24\. Connect the image encoder/
        : /"h" takes image tokens of 1280 values \(CLIP ViT-H\), and these are of 32\. Connect the image encoder/,
    );
  });

  test('no image, and no image encoder', async () => {
    const adapter = await open('plain');

    await expect(encode(adapter, [], { image: undefined })).rejects.toThrow(/no image\. Connect/);
    await expect(encode(adapter, [1], { vision: undefined })).rejects.toThrow(/no image encoder\. Connect/);
    await expect(encode(adapter, [1], { vision: { absent: 'It has none.' } })).rejects.toThrow('It has none.');
  });
});
