import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, planRun } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';
import { type UiNodeFacts, uiFile } from './ui-file.js';

const catalog = createCatalog(unclipNodes);

type Api = Readonly<
  Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>
>;

const SAMPLER = {
  ...{ seed: 1, steps: 20, cfg: 7.5, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
  ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
};

const PROMPT: Api = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lake', clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip: ['4', 1] } },
  '3': { class_type: 'KSampler', inputs: SAMPLER },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['8', 0] } },
};

function imported(file: object) {
  const { workflow, report } = importComfyUi(JSON.stringify(file));
  return { ...workflow, report, isPlanned: planRun(workflow, catalog).ok, exported: exportComfyUi(workflow).prompt };
}

function paramsOf({ nodes }: ReturnType<typeof imported>, type: string) {
  return Object.values(nodes).flatMap((node) => (node.type === type ? [node.params ?? {}] : []));
}

describe('files of ComfyUI of 2023', () => {
  test.each([
    ['v1-inference.yaml', undefined],
    ['anything_v3.yaml', -2],
    ['v1-inference_clip_skip_2_fp16.yaml', -2],
  ])('load a checkpoint with its config file %s, which chooses the layer %s', (config_name, lastLayer) => {
    const loader = { class_type: 'CheckpointLoader', inputs: { config_name, ckpt_name: 'base.ckpt' } };
    const file = imported({ ...PROMPT, '4': loader });
    expect(file.isPlanned).toBe(true);
    expect(paramsOf(file, 'TextEncode')[0]?.['lastLayer']).toBe(lastLayer);
    expect(file.exported['4']).toEqual(loader);
    expect(file.report.nodes.find(({ id }) => id === '4')?.likeness).toBe('exact');
  });

  test('with their own config file are reported as not read', () => {
    const inputs = { config_name: 'my-own.yaml', ckpt_name: 'base.ckpt' };
    const { report } = imported({ ...PROMPT, '4': { class_type: 'CheckpointLoader', inputs } });
    expect(report.nodes.find(({ id }) => id === '4')?.words).toContain('config file is not read');
  });

  test('name samplers as they were called then', () => {
    const inputs = { ...SAMPLER, sampler_name: 'sample_dpmpp_2m' };
    const file = imported({ ...PROMPT, '3': { class_type: 'KSampler', inputs } });
    expect(file.isPlanned).toBe(true);
    expect(paramsOf(file, 'UNetSample')[0]).toMatchObject({ numerics: 'comfyui', sampler: 'dpmpp_2m' });
    expect(file.exported['3']?.inputs['sampler_name']).toBe('sample_dpmpp_2m');
  });

  test('average prompts with a class whose name ended in a space', () => {
    const inputs = { conditioning_to: ['6', 0], conditioning_from: ['7', 0], conditioning_to_strength: 0.5 };
    const average = { class_type: 'ConditioningAverage ', inputs };
    const sampler = { class_type: 'KSampler', inputs: { ...SAMPLER, positive: ['10', 0] } };
    const file = imported({ ...PROMPT, '10': average, '3': sampler });
    expect(file.isPlanned).toBe(true);
    expect(file.exported['10']).toEqual(average);
  });
});

describe('the last layer of the text encoder', () => {
  const LAYER = { class_type: 'CLIPSetLastLayer', inputs: { stop_at_clip_layer: -2, clip: ['4', 1] } };
  const LORA_INPUTS = { lora_name: 'x.safetensors', strength_model: 1, strength_clip: 1, model: ['4', 0] };
  const behind = (clip: readonly [string, number]): Api => ({
    ...PROMPT,
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lake', clip } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip } },
  });

  test('counts for prompts behind a LoRA, and comes back where it was', () => {
    const lora = { class_type: 'LoraLoader', inputs: { ...LORA_INPUTS, clip: ['10', 0] } };
    const prompt = { ...behind(['11', 1]), '10': LAYER, '11': lora };
    const file = imported(prompt);
    expect(file.isPlanned).toBe(true);
    expect(paramsOf(file, 'TextEncode')[0]?.['lastLayer']).toBe(-2);
    expect(file.exported).toEqual(prompt);
  });

  test('is the one nearest to the prompt', () => {
    const lora = { class_type: 'LoraLoader', inputs: { ...LORA_INPUTS, clip: ['10', 0] } };
    const nearest = { class_type: 'CLIPSetLastLayer', inputs: { stop_at_clip_layer: -3, clip: ['11', 1] } };
    const prompt = { ...behind(['12', 0]), '10': LAYER, '11': lora, '12': nearest };
    const file = imported(prompt);
    expect(paramsOf(file, 'TextEncode')[0]?.['lastLayer']).toBe(-3);
    expect(file.exported).toEqual(prompt);
  });
});

test('a mask of one level and repeated images are nodes here, and come back', () => {
  const prompt: Api = {
    '1': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
    '2': { class_type: 'RepeatImageBatch', inputs: { image: ['1', 0], amount: 3 } },
    '3': { class_type: 'SolidMask', inputs: { value: 0.4, width: 640, height: 512 } },
    '4': { class_type: 'MaskToImage', inputs: { mask: ['3', 0] } },
    '5': { class_type: 'ImageBatch', inputs: { image1: ['2', 0], image2: ['4', 0] } },
    '6': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['5', 0] } },
  };
  const file = imported(prompt);
  expect(file.isPlanned).toBe(true);
  expect(paramsOf(file, 'ImageRepeat')).toEqual([{ times: 3 }]);
  expect(paramsOf(file, 'SolidMask')).toEqual([{ level: 0.4, width: 640, height: 512 }]);
  expect(file.exported).toEqual(prompt);
  expect(file.report.nodes.find(({ id }) => id === '3')?.likeness).toBe('exact');
});

describe('files of families that do not run here', () => {
  test.each([
    ['CLIPTextEncodeSDXL', 'Stable Diffusion XL'],
    ['EmptySD3LatentImage', 'Stable Diffusion 3'],
    ['FluxGuidance', 'Flux'],
    ['SVD_img2vid_Conditioning', 'videos'],
    ['EmptyHunyuanLatentVideo', 'videos'],
    ['GLIGENTextBoxApply', 'ConditioningSetArea'],
    ['HypernetworkLoader', 'Hypernetworks'],
  ])('say of %s that it is for %s', (type, words) => {
    const prompt = { ...PROMPT, '8': { class_type: type, inputs: { samples: ['3', 0] } } };
    const { report } = imported(prompt);
    expect(report.nodes.find(({ id }) => id === '8')?.words).toContain(words);
  });

  test.each([
    ['sd_xl_base_1.0.safetensors', 'Stable Diffusion XL'],
    ['dreamshaper-xl.safetensors', 'Stable Diffusion XL'],
    ['FLUX1/flux1-dev-fp8.safetensors', 'Flux'],
    ['svd_xt.safetensors', 'videos'],
    ['sd3.5_large.safetensors', 'Stable Diffusion 3'],
    ['v1-5-pruned-emaonly.ckpt', undefined],
    ['sd21-unclip-h.ckpt', undefined],
    ['pixlated.safetensors', undefined],
  ])('say it of the checkpoint %s', (ckpt_name, family) => {
    const { report } = imported({ ...PROMPT, '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name } } });
    const loader = report.nodes.find(({ id }) => id === '4');
    expect(loader?.words).toEqual(family === undefined ? '' : expect.stringContaining(family));
    expect(loader?.likeness).toBe(family === undefined ? 'exact' : 'alike');
  });
});

describe('what ComfyUI leaves aside', () => {
  test('an unfinished node that no output needs does not prevent a run, and is exported unchanged', () => {
    const half = { class_type: 'ConditioningCombine', inputs: { conditioning_1: ['6', 0] } };
    const encode = { class_type: 'VAEEncode', inputs: { pixels: ['8', 0] } };
    const prompt = { ...PROMPT, '20': half, '21': encode };
    const file = imported(prompt);
    expect(file.isPlanned).toBe(true);
    expect(file.exported).toEqual(prompt);
    expect(file.report.nodes.find(({ id }) => id === '21')?.words).toBe(
      'The image of VAEDecode 8 is rounded to 8 bits before it. Its vae is not connected, and nothing else needs it, so it is muted.',
    );
  });

  test('an output without an image is muted where another one has an image', () => {
    const idle = { class_type: 'SaveImage', inputs: { filename_prefix: 'idle' } };
    const file = imported({ ...PROMPT, '30': idle });
    expect(file.isPlanned).toBe(true);
    expect(paramsOf(file, 'SaveImage')).toHaveLength(2);
    expect(file.report.nodes.find(({ id }) => id === '30')?.words).toContain('is not connected');
    expect(imported({ ...PROMPT, '9': idle }).isPlanned).toBe(false);
  });

  test('an output behind an unfinished node is muted too', () => {
    const prompt: Api = {
      ...PROMPT,
      '20': { class_type: 'ImageInvert', inputs: {} },
      '30': { class_type: 'PreviewImage', inputs: { images: ['20', 0] } },
    };
    const file = imported(prompt);
    expect(file.isPlanned).toBe(true);
    expect(file.report.nodes.find(({ id }) => id === '30')?.words).toContain('A node before it is not connected');
    expect(file.exported).toEqual(prompt);
  });

  test('a bypassed node without a counterpart does not prevent a run', () => {
    const facts: Readonly<Record<string, UiNodeFacts>> = {
      '1': { type: 'LoadImage', widgets: ['a.png', 'image'], outputs: ['IMAGE', 'MASK'] },
      '2': { type: 'SaveImage', widgets: ['x'], links: { images: '1.0' } },
      '3': { type: 'EmptyLatentImage', widgets: [512, 512, 1], outputs: ['LATENT'], more: { mode: 4 } },
    };
    expect(imported(uiFile(facts)).isPlanned).toBe(true);
  });
});

test('an EmptyImage has its color in three numbers here, and some images of a batch are selected', () => {
  const prompt = {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 32, batch_size: 3, color: 0x0102ff } },
    '2': { class_type: 'ImageFromBatch', inputs: { image: ['1', 0], batch_index: 1, length: 2 } },
    '3': { class_type: 'PreviewImage', inputs: { images: ['2', 0] } },
  };
  const { workflow, report } = importComfyUi(JSON.stringify(prompt));

  expect(report.nodes.map(({ likeness }) => likeness)).toEqual(['exact', 'exact', 'exact']);
  expect(workflow.nodes['empty_1']?.params).toEqual({ width: 64, height: 32, count: 3, red: 1, green: 2, blue: 255 });
  expect(workflow.nodes['taken_2']?.params).toEqual({ first: 1, count: 2 });
  const { empty_1: empty = { type: '' } } = workflow.nodes;
  const greener = { ...empty, params: { ...empty.params, green: 3 } };
  const changed = { ...workflow, nodes: { ...workflow.nodes, empty_1: greener } };
  expect(exportComfyUi(workflow).prompt).toEqual(prompt);
  expect(exportComfyUi(changed).prompt['1']?.inputs).toMatchObject({ color: 0x0103ff });
});

test('a T2IAdapterLoader is a ControlNetLoader whose input had another name, and comes back as it was', () => {
  const prompt = { '1': { class_type: 'T2IAdapterLoader', inputs: { t2i_adapter_name: 'depth.pth' } } };
  const { workflow } = importComfyUi(JSON.stringify(prompt));
  const [[id, node] = ['', { type: '' }]] = Object.entries(workflow.nodes);

  expect(node).toMatchObject({ type: 'LoadControlNet', params: { file: 'depth.pth' } });
  expect(exportComfyUi(workflow).prompt).toEqual(prompt);
  const changed = { ...workflow, nodes: { [id]: { ...node, params: { file: 'canny.pth' } } } };
  expect(exportComfyUi(changed).prompt['1']?.inputs).toEqual({ t2i_adapter_name: 'canny.pth' });
});

test('a page that lists links but no inputs is read by the order of the inputs of each class', () => {
  const node = (id: number, type: string, widgets: readonly unknown[] = []) => ({ id, type, widgets_values: widgets });
  const file = imported({
    nodes: [
      node(1, 'CheckpointLoaderSimple', ['base.safetensors']),
      ...[node(2, 'CLIPTextEncode', ['a lake']), node(3, 'CLIPTextEncode', ['bad'])],
      node(4, 'EmptyLatentImage', [512, 512, 1]),
      node(5, 'KSampler', [42, 'fixed', 20, 7, 'euler', 'normal', 1]),
      ...[node(6, 'VAEDecode'), node(7, 'SaveImage', ['x'])],
    ],
    links: [
      ...[
        [1, 1, 1, 2, 0, 'CLIP'],
        [2, 1, 1, 3, 0, 'CLIP'],
        [3, 1, 0, 5, 0, 'MODEL'],
        [4, 2, 0, 5, 1, 'CONDITIONING'],
      ],
      ...[
        [5, 3, 0, 5, 2, 'CONDITIONING'],
        [6, 4, 0, 5, 3, 'LATENT'],
        [7, 5, 0, 6, 0, 'LATENT'],
        [8, 1, 2, 6, 1, 'VAE'],
      ],
      [9, 6, 0, 7, 0, 'IMAGE'],
    ],
  });
  expect(file.isPlanned).toBe(true);
  expect(file.exported['5']?.inputs).toMatchObject({ model: ['1', 0], positive: ['2', 0], negative: ['3', 0] });
});
