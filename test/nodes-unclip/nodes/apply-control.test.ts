import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  InferenceError,
  type InferenceService,
  PORT_CODECS,
  type RgbImage,
  type SamplingStates,
  type Tensor,
} from '@unclip-studio/nodes-unclip';
import {
  applyControl,
  type Conditioning,
  conditioningCombine,
  conditioningSetArea,
  loadControlNet,
  partsOf,
  unetSample,
} from '@unclip-studio/nodes-unclip/testing';
import {
  createCheckpointService,
  createOrtSessions,
  createResultStore,
  createSamplingStates,
} from '@unclip-studio/server';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeTestGuides, evaluateNode, openTestCheckpoint } from '../../support/evaluate-node.js';
import { longTest } from '../../support/long-suite.js';
import { randomTensor } from '../../support/random-tensor.js';
import { safetensorsFile, type TensorBytes } from '../../support/safetensors-file.js';
import { tempFolder } from '../../support/temp-folder.js';
import { type ControlNetForm, controlNetRoot, tinyControlNet, writeControlNet } from '../../support/tiny-controlnet.js';

const sessions = createOrtSessions();
afterAll(() => sessions.close());
const checkpoint = await openTestCheckpoint();
const guides = await encodeTestGuides(checkpoint);

const root = controlNetRoot({
  first: { seed: 1 },
  second: { seed: 2 },
  shuffle: { seed: 3, changes: { global_pool_conditions: true } },
});
const checkpoints = createCheckpointService({ roots: [root] });
const services = { checkpoints };

type Net = Awaited<ReturnType<typeof load>>;

async function load(file: string) {
  const { controlnet } = await evaluateNode<{
    controlnet: Awaited<ReturnType<typeof checkpoints.openModel<'controlnet'>>>;
  }>(loadControlNet, {}, { file }, services);
  return controlnet;
}

const [first, second] = [await load('first'), await load('second')];

function imageOf(seed: number, width = 40, height = 48): RgbImage {
  const { data } = randomTensor([3 * width * height], seed);
  return { width, height, data: Uint8Array.from(data, (value) => 128 + 40 * value) };
}

const edges = imageOf(7);

async function steer(prompt: Conditioning, controlnet: Net, params: object = {}, image: readonly RgbImage[] = [edges]) {
  const inputs = { conditioning: prompt, controlnet, image };
  return (await evaluateNode<{ conditioning: Conditioning }>(applyControl, inputs, params)).conditioning;
}

interface Run {
  readonly model: string;
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/** What is drawn, and what was run for it. */
async function draw(
  prompt: Conditioning,
  params: object = {},
  others: { inference?: InferenceService; samplingStates?: SamplingStates } = {},
) {
  const runs: Run[] = [];
  const { inference: given = sessions } = others;
  const inference: InferenceService = {
    ...given,
    run(model, feeds) {
      runs.push({ model: model.key.replace(/ cpu .*/, ''), feeds: feeds as Run['feeds'] });
      return given.run(model, feeds);
    },
  };
  const { latent } = await evaluateNode<{ latent: { samples: Tensor } }>(
    unetSample,
    { unet: checkpoint.unet, image: guides.image, prompt },
    { steps: 4, width: 48, height: 40, guidanceScale: 4, ...params },
    { ...others, inference },
  );
  return { samples: latent.samples, nets: runs.filter(({ model }) => model.startsWith('controlnet')), runs };
}

const bytesOf = ({ data }: Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex');

function farApart(a: Tensor, b: Tensor): number {
  return a.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (b.data[i] as number))), 0);
}

describe('a ControlNet', async () => {
  const plain = await draw(guides.prompt);

  test('changes what is drawn, and another image changes it otherwise', async () => {
    const one = await draw(await steer(guides.prompt, first));
    const other = await draw(await steer(guides.prompt, first, {}, [imageOf(8)]));

    expect(farApart(one.samples, plain.samples)).toBeGreaterThan(1e-2);
    expect(farApart(one.samples, other.samples)).toBeGreaterThan(1e-3);
  });

  test('with strength 0 gives the bytes of a run without it, and asks no net', async () => {
    const drawn = await draw(await steer(guides.prompt, first, { strength: 0 }));

    expect(bytesOf(drawn.samples)).toBe(bytesOf(plain.samples));
    expect(drawn.runs.map(({ model }) => model)).toEqual(plain.runs.map(({ model }) => model));
  });

  test('runs once per step, for both halves of guidance together', async () => {
    const { nets } = await draw(await steer(guides.prompt, first));

    expect(nets.map(({ feeds }) => feeds['sample']?.dims[0])).toEqual([2, 2, 2, 2]);
    expect(nets[0]?.feeds['hint']?.dims).toEqual([2, 3, 40, 48]);
  });

  test('in guess mode runs for the guided half only, and weakens its output for the outer layers', async () => {
    const { nets } = await draw(await steer(guides.prompt, first, { guessMode: true, strength: 2 }));

    expect(nets.map(({ feeds }) => feeds['sample']?.dims[0])).toEqual([1, 1, 1, 1]);
    const scales = [...(nets[0]?.feeds['scales']?.data ?? [])];
    expect(scales.at(0)).toBeCloseTo(0.2, 6);
    expect(scales.at(-1)).toBeCloseTo(2, 6);
    expect(scales).toEqual([...scales].sort((a, b) => a - b));
  });

  test.each([
    [{ start: 0, end: 1 }, 4],
    [{ start: 0.25, end: 0.75 }, 2],
    [{ start: 0.3, end: 0.7 }, 0],
    [{ start: 0.5, end: 1 }, 2],
    [{ start: 0, end: 0.2 }, 0],
  ])('with %o is computed at %i of 4 steps', async (span, times) => {
    const { nets } = await draw(await steer(guides.prompt, first, span));

    expect(nets).toHaveLength(times);
  });

  test('outside of its steps leaves the steps as they are without it', async () => {
    const late = await steer(guides.prompt, first, { start: 0.75 });
    const shown = async (prompt: Conditioning) => {
      const { runs } = await draw(prompt);
      return runs.filter(({ model }) => model.startsWith('unet')).map(({ feeds }) => feeds['sample'] as Tensor);
    };
    const [without, withControl] = [await shown(guides.prompt), await shown(late)];

    for (const step of [0, 1, 2, 3])
      expect(bytesOf(withControl[step] as Tensor)).toBe(bytesOf(without[step] as Tensor));
    const [drawn, drawnLate] = [plain.samples, (await draw(late)).samples];
    expect(farApart(drawn, drawnLate)).toBeGreaterThan(1e-3);
  });

  test('counts the calls of a run from its start, also when the run continues after an interruption', async () => {
    const prompt = await steer(guides.prompt, first, { start: 0.5, end: 0.9 });
    const whole = await draw(prompt, { steps: 8 });
    const store = createResultStore({ folder: tempFolder(), maxBytes: 1e9 });
    const samplingStates = createSamplingStates(store, async () => 'cpu');
    let calls = 0;
    const breaking: InferenceService = {
      ...sessions,
      run(model, feeds) {
        if (model.key.startsWith('unet') && ++calls > 5) throw new Error('broken off');
        return sessions.run(model, feeds);
      },
    };
    await expect(draw(prompt, { steps: 8 }, { inference: breaking, samplingStates })).rejects.toThrow('broken off');
    await store.flush();

    const resumed = await draw(prompt, { steps: 8 }, { samplingStates });

    expect(resumed.runs.filter(({ model }) => model.startsWith('unet')).length).toBeLessThan(8);
    expect(bytesOf(resumed.samples)).toBe(bytesOf(whole.samples));
  });

  test('is another state for the sampler with another image, strength or span', async () => {
    const named = new Set<string>();
    const samplingStates: SamplingStates = {
      nameOf: (text, arrays) => `${text}${arrays.map((array) => array.join()).join(' ')}`,
      has: () => false,
      read: async () => undefined,
      write: (name) => void named.add(name),
    };
    const variants: [object, RgbImage][] = [
      [{}, edges],
      [{}, imageOf(8)],
      [{ strength: 0.9 }, edges],
      [{ end: 0.75 }, edges],
      [{ guessMode: true }, edges],
    ];
    for (const [params, image] of variants) {
      await draw(await steer(guides.prompt, first, params, [image]), { steps: 2 }, { samplingStates });
    }
    expect(named.size).toBe(variants.length);
  });

  test('and a second one give the same bytes in either order', async () => {
    const [one, two] = [{ strength: 0.7 }, { strength: 0.4, end: 0.5 }];
    const other = [imageOf(8)];
    const forwards = await steer(await steer(guides.prompt, first, one), second, two, other);
    const backwards = await steer(await steer(guides.prompt, second, two, other), first, one);

    const [drawn, turned] = [await draw(forwards), await draw(backwards)];
    expect(bytesOf(drawn.samples)).toBe(bytesOf(turned.samples));
    expect(drawn.nets).toHaveLength(4 + 2);
    const alone = await draw(await steer(guides.prompt, first, one));
    expect(farApart(drawn.samples, alone.samples)).toBeGreaterThan(1e-3);
  });

  test('sees of its image what the area of its prompt holds', async () => {
    const prompt = await steer(guides.prompt, first);
    const { conditioning: part } = await evaluateNode<{ conditioning: Conditioning }>(
      conditioningSetArea,
      { conditioning: prompt },
      { left: 50, top: 0, width: 50, height: 100 },
    );
    const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(conditioningCombine, {
      first: guides.prompt,
      second: part,
    });
    const { nets, runs } = await draw(conditioning, { guidanceScale: 1 });

    expect(nets.map(({ feeds }) => feeds['hint']?.dims)).toEqual(Array(4).fill([1, 3, 40, 24]));
    // The other prompt goes through the same UNet, and gets nothing of the net.
    const others = runs.filter(({ model, feeds }) => model.startsWith('unet') && feeds['sample']?.dims[3] === 6);
    expect(others.every(({ feeds }) => feeds['mid_residual']?.data.every((value) => value === 0))).toBe(true);
  });

  test('without positions adds one value to all cells of a channel, as in guess mode', async () => {
    const { nets, runs } = await draw(await steer(guides.prompt, await load('shuffle')));

    expect(nets.map(({ feeds }) => feeds['sample']?.dims[0])).toEqual([1, 1, 1, 1]);
    const { data = new Float32Array(), dims = [] } =
      runs.find(({ model }) => model.startsWith('unet'))?.feeds['down_residual.0'] ?? {};
    const cells = (dims[2] ?? 0) * (dims[3] ?? 0);
    const guided = data.subarray(data.length / 2);
    expect(guided.every((value, i) => value === guided[i - (i % cells)])).toBe(true);
    expect(guided.some((value) => value !== 0)).toBe(true);
  });

  longTest('draws an image for each of several control images', async () => {
    const { samples, nets } = await draw(await steer(guides.prompt, first, {}, [edges, imageOf(8)]), { count: 2 });

    expect(samples.dims[0]).toBe(4);
    const hint = nets[0]?.feeds['hint'] as Tensor;
    const size = hint.data.length / 8;
    const rows = Array.from({ length: 8 }, (_, i) =>
      bytesOf({ ...hint, data: hint.data.slice(i * size, (i + 1) * size) }),
    );
    expect(rows.map((row) => rows.indexOf(row))).toEqual([0, 0, 2, 2, 0, 0, 2, 2]);
  });

  test('with reused deep layers only computes what they leave to it', async () => {
    const { nets } = await draw(await steer(guides.prompt, first), { deepEvery: 2 });

    expect(nets.map(({ model }) => model.split(' n=')[0])).toEqual([
      ...['controlnet', 'controlnet shallow', 'controlnet', 'controlnet shallow'],
    ]);
  });

  test('runs for half the rows if memory is short, with the same result', async () => {
    const prompt = await steer(guides.prompt, first, { guessMode: true });
    const whole = await draw(prompt);
    const small: InferenceService = {
      ...sessions,
      notice() {},
      async run(model, feeds) {
        if (model.key.includes('n=2')) throw new InferenceError('bad_alloc', { isOutOfMemory: true });
        return sessions.run(model, feeds);
      },
    };
    const halves = await draw(prompt, {}, { inference: small });

    expect(farApart(halves.samples, whole.samples)).toBeLessThan(1e-4);
    expect(halves.nets.every(({ model }) => model.includes('n=1'))).toBe(true);
  });

  test('guides a conditioning that is stored and read again', async () => {
    const prompt = await steer(guides.prompt, first, { strength: 0.5, start: 0.25, guessMode: true });
    const codec = PORT_CODECS.get('conditioning');
    const stored = codec?.encode(prompt);
    const asked: string[] = [];
    const kept = { fields: JSON.parse(JSON.stringify(stored?.fields)), arrays: stored?.arrays ?? [] };
    const read = await codec?.decode(kept, {
      rebind: () => Promise.reject(new Error('none')),
      async rebindModel(kind, name, identity) {
        asked.push(`${kind} ${name} ${identity === first.identity}`);
        return checkpoints.openModel(kind, name);
      },
    });

    expect(asked).toEqual(['controlnet first true']);
    expect(bytesOf((await draw(read as Conditioning)).samples)).toBe(bytesOf((await draw(prompt)).samples));
  });

  test('leaves both sides of a combined prompt as one, if they are equal', async () => {
    const prompt = await steer(guides.prompt, first);
    const { conditioning } = await evaluateNode<{ conditioning: Conditioning }>(conditioningCombine, {
      first: prompt,
      second: prompt,
    });
    expect(partsOf(conditioning.positive)).toHaveLength(1);
    expect(partsOf(conditioning.negative)).toHaveLength(1);
  });

  test('that starts as it ends says that it steers at no step', async () => {
    const told: string[] = [];
    const inference = { ...sessions, notice: (words: string) => told.push(words) };
    const inputs = { conditioning: guides.prompt, controlnet: first, image: [edges] };
    for (const end of [0.5, 0.6]) await evaluateNode(applyControl, inputs, { start: 0.5, end }, { inference });

    expect(told).toEqual([
      'Apply ControlNet: the start and the end are both 0.5, so the control image guides at no step. Raise the end.',
    ]);
  });

  test('with an end before its start is rejected', async () => {
    await expect(steer(guides.prompt, first, { start: 0.6, end: 0.4 })).rejects.toThrow(
      'Apply ControlNet: the end 0.4 is before the start 0.6. Raise the end.',
    );
  });
});

describe('the file of a ControlNet', () => {
  test.each<[what: string, form: ControlNetForm, file: string]>([
    ['with diffusers’ names', 'diffusers', 'net.safetensors'],
    ['with LDM names', 'ldm', 'net.safetensors'],
    ['in a whole checkpoint', 'prefixed', 'net.safetensors'],
    ['that is a pickle', 'pickle', 'net.pth'],
  ])('%s is the same model as the folder', async (_, form, file) => {
    const folder = tempFolder();
    writeControlNet(folder, 'net', { form, seed: 1 });
    const opened = await createCheckpointService({ roots: [folder] }).openModel('controlnet', file);

    expect(opened.identity).toBe(first.identity);
    expect(opened.config).toEqual(first.config);
  });

  const tensorOf = (shape: readonly number[]): TensorBytes => {
    const size = shape.reduce((product, dim) => product * dim, 1);
    return { dtype: 'F16', shape, data: new Uint8Array(2 * size) };
  };

  test.each<[what: string, names: readonly string[], got: string]>([
    [
      'Stable Diffusion XL',
      ['controlnet_cond_embedding.conv_in.weight', 'add_embedding.linear_1.weight'],
      'expected a ControlNet for Stable Diffusion 1 or 2, got one for Stable Diffusion XL',
    ],
    ['Flux', ['controlnet_x_embedder.weight', 'double_blocks.0.x'], 'got one for Flux'],
    ['Stable Diffusion 3', ['controlnet_blocks.0.weight'], 'got one for Stable Diffusion 3'],
    ['a Control-LoRA', ['lora_controlnet', 'input_hint_block.0.weight'], 'got a Control-LoRA, which is not supported'],
    ['a T2I-Adapter', ['adapter.body.0.in_conv.weight'], 'got a T2I-Adapter, which is not supported'],
    ['a VAE', ['decoder.conv_in.weight'], 'got a VAE'],
  ])('of %s is refused by name', async (_, names, got) => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'controlnet'));
    const tensors = Object.fromEntries(names.map((name) => [name, tensorOf([2, 2])]));
    writeFileSync(join(folder, 'controlnet', 'other.safetensors'), safetensorsFile(tensors));

    await expect(createCheckpointService({ roots: [folder] }).openModel('controlnet', 'other')).rejects.toThrow(got);
  });

  test('that lacks a tensor is refused with its name', async () => {
    const folder = tempFolder();
    const { config, tensors } = tinyControlNet();
    const { 'controlnet_mid_block.bias': _, ...rest } = tensors;
    mkdirSync(join(folder, 'controlnet', 'broken'), { recursive: true });
    writeFileSync(join(folder, 'controlnet', 'broken', 'config.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'controlnet', 'broken', 'diffusion_pytorch_model.safetensors'), safetensorsFile(rest));

    await expect(createCheckpointService({ roots: [folder] }).openModel('controlnet', 'broken')).rejects.toThrow(
      'controlnet_mid_block.bias',
    );
  });

  test('of Stable Diffusion 2 is refused by a model for text of another width, with both names', async () => {
    const wide = { ...first, name: 'canny-sd21', config: { ...first.config, crossAttentionDim: 1024 } };
    const unet = { ...checkpoint.unet, name: 'dreams', config: { ...checkpoint.unet.config, crossAttentionDim: 768 } };
    const states = { dtype: 'float32', dims: [1, 77, 768], data: new Float32Array(77 * 768) } as const;
    const prompt = await steer({ positive: states, negative: states }, wide);

    await expect(evaluateNode(unetSample, { unet, prompt }, { steps: 1 })).rejects.toThrow(
      'UNetSample: the ControlNet "canny-sd21" was made for Stable Diffusion 2, and "dreams" is Stable Diffusion 1. ' +
        'Choose a ControlNet for it.',
    );
  });
});
