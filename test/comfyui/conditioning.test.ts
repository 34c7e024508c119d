import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, setParams, validateWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { expect, test } from 'vitest';

const text = (words: string) => ({ class_type: 'CLIPTextEncode', inputs: { text: words, clip: ['1', 1] } });
const node = (type: string, inputs: object) => ({ class_type: type, inputs });

/** Two prompts in their own areas, a background, and a negative prompt of two parts. */
const REGIONAL = {
  1: node('CheckpointLoaderSimple', { ckpt_name: 'sd15.safetensors' }),
  2: text('a cat'),
  3: text('a dog'),
  4: text('a garden'),
  5: text('fog'),
  6: text('rain'),
  7: node('ConditioningSetArea', { conditioning: ['2', 0], width: 256, height: 512, x: 0, y: 64, strength: 1.2 }),
  8: node('ConditioningSetAreaPercentage', {
    conditioning: ['3', 0],
    width: 0.5,
    height: 1,
    x: 0.5,
    y: 0,
    strength: 1,
  }),
  9: node('ConditioningCombine', { conditioning_1: ['7', 0], conditioning_2: ['8', 0] }),
  10: node('ConditioningCombine', { conditioning_1: ['9', 0], conditioning_2: ['4', 0] }),
  11: node('ConditioningSetTimestepRange', { conditioning: ['5', 0], start: 0, end: 0.5 }),
  12: node('ConditioningAverage', {
    conditioning_to: ['6', 0],
    conditioning_from: ['11', 0],
    conditioning_to_strength: 0.3,
  }),
  13: node('ConditioningConcat', { conditioning_to: ['12', 0], conditioning_from: ['5', 0] }),
  14: node('LoadImage', { image: 'cat.png' }),
  15: node('ConditioningSetMask', {
    conditioning: ['10', 0],
    mask: ['14', 1],
    strength: 1,
    set_cond_area: 'mask bounds',
  }),
  16: node('EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }),
  17: node('KSampler', {
    ...{ model: ['1', 0], positive: ['15', 0], negative: ['13', 0], latent_image: ['16', 0] },
    ...{ seed: 1, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
  }),
  18: node('VAEDecode', { samples: ['17', 0], vae: ['1', 2] }),
  19: node('SaveImage', { images: ['18', 0], filename_prefix: 'out' }),
};

test('regional prompts of ComfyUI become nodes that plan here, and go back as they were', () => {
  const { workflow, report } = importComfyUi(JSON.stringify(REGIONAL));

  expect(report.nodes.filter(({ likeness }) => likeness === 'placeholder')).toEqual([]);
  expect(validateWorkflow(workflow, createCatalog(unclipNodes))).toEqual([]);
  const types = Object.values(workflow.nodes).map(({ type }) => type);
  expect(types.filter((type) => type === 'TextEncode')).toHaveLength(5);
  expect(types.filter((type) => type === 'ConditioningPair')).toHaveLength(1);
  const areas = Object.values(workflow.nodes).flatMap((one) =>
    one.type === 'ConditioningSetArea' ? [one.params] : [],
  );
  expect(areas).toEqual([
    { unit: 'px', left: 0, top: 64, width: 256, height: 512, strength: 1.2 },
    { left: 50, top: 0, width: 50, height: 100, strength: 1 },
  ]);
  const exported = exportComfyUi(workflow);
  expect(exported.left).toEqual({});
  expect(exported.prompt).toMatchObject(REGIONAL);

  // What a KSampler cannot do is not left out silently.
  const [sampler = ''] = Object.keys(workflow.nodes).filter((id) => workflow.nodes[id]?.type === 'UNetSample');
  const alone = setParams(workflow, [{ node: sampler, name: 'onlyImage', value: 1 }]);
  expect(exportComfyUi(alone).left).toEqual({
    [sampler]: 'ComfyUI generates the whole batch: a KSampler has no counterpart of “only image”.',
  });
});

test('a negative prompt that is zeroed out is zeros here, and goes back', () => {
  const zeroed = {
    ...REGIONAL,
    13: node('ConditioningZeroOut', { conditioning: ['2', 0] }),
    15: text('a house'),
  };
  const used = Object.fromEntries(
    Object.entries(zeroed).filter(([id]) => [1, 2, 13, 15, 16, 17, 18, 19].includes(Number(id))),
  );
  const { workflow } = importComfyUi(JSON.stringify(used));

  expect(validateWorkflow(workflow, createCatalog(unclipNodes))).toEqual([]);
  expect(exportComfyUi(workflow)).toMatchObject({ left: {}, prompt: used });
});

test('prompts that were combined here are exported with their negative prompts, each once', () => {
  const encode = (prompt: string, negativePrompt: string) => ({
    type: 'TextEncode',
    inputs: { text: 'model.text' },
    params: { prompt, negativePrompt },
  });
  const workflow = {
    ...{ format: 'unclip-workflow', version: 1 },
    nodes: {
      model: { type: 'LoadModel' },
      cat: encode('a cat', 'fog'),
      dog: encode('a dog', 'fog'),
      sea: encode('the sea', 'rain'),
      left: { type: 'ConditioningSetArea', inputs: { conditioning: 'cat.conditioning' }, params: { width: 50 } },
      all: {
        type: 'ConditioningCombine',
        inputs: { first: 'left.conditioning', second: 'dog.conditioning', third: 'sea.conditioning' },
      },
      zero: { type: 'ConditioningZeroOut', inputs: { conditioning: 'all.conditioning' } },
      sample: { type: 'UNetSample', inputs: { unet: 'model.unet', prompt: 'zero.conditioning' } },
    },
  } as unknown as Workflow;
  const { prompt, left } = exportComfyUi(workflow);

  expect(left).toEqual({});
  const of = (type: string) => Object.values(prompt).filter(({ class_type: one }) => one === type);
  expect(of('ConditioningSetAreaPercentage')).toHaveLength(1);
  // Two for the three prompts, and one for the two different negative ones.
  expect(of('ConditioningCombine')).toHaveLength(3);
  expect(of('ConditioningZeroOut')).toHaveLength(1);
  const [sampler] = of('KSampler');
  const [zero] = Object.entries(prompt).find(([, { class_type: one }]) => one === 'ConditioningZeroOut') ?? [];
  expect(sampler?.inputs['negative']).toEqual([zero, 0]);
});

const unclip = (prompt: string, output: string, more: object = {}) =>
  node('unCLIPConditioning', {
    conditioning: [prompt, 0],
    clip_vision_output: [output, 0],
    ...{ strength: 1, noise_augmentation: 0.1, ...more },
  });

/** Two prompts, each with its own image, and a negative prompt with another one. */
const IMAGES_OF_PROMPTS = {
  1: node('unCLIPCheckpointLoader', { ckpt_name: 'unclip.safetensors' }),
  2: text('a cat'),
  3: text('fog'),
  4: node('LoadImage', { image: 'cat.png' }),
  5: node('CLIPVisionEncode', { clip_vision: ['1', 3], image: ['4', 0], crop: 'center' }),
  6: unclip('2', '5'),
  7: unclip('2', '5', { noise_augmentation: 0.5 }),
  8: unclip('7', '5', { strength: 0.5 }),
  9: node('ConditioningCombine', { conditioning_1: ['6', 0], conditioning_2: ['8', 0] }),
  10: unclip('3', '5'),
  16: node('EmptyLatentImage', { width: 512, height: 512, batch_size: 1 }),
  17: node('KSampler', {
    ...{ model: ['1', 0], positive: ['9', 0], negative: ['10', 0], latent_image: ['16', 0] },
    ...{ seed: 77, steps: 20, cfg: 8, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
  }),
  18: node('VAEDecode', { samples: ['17', 0], vae: ['1', 2] }),
  19: node('SaveImage', { images: ['18', 0], filename_prefix: 'out' }),
};

test('prompts keep their own images, with noise from the seed of the sampler, and are exported unchanged', () => {
  const { workflow, report } = importComfyUi(JSON.stringify(IMAGES_OF_PROMPTS));

  expect(validateWorkflow(workflow, createCatalog(unclipNodes))).toEqual([]);
  expect(report.nodes.filter(({ likeness }) => likeness !== 'exact' && likeness !== 'absorbed')).toEqual([]);
  const nodes = Object.values(workflow.nodes);
  expect(nodes.filter(({ type }) => type === 'ConditioningSetImage')).toHaveLength(3);
  const levels = nodes.flatMap(({ type, params }) => (type === 'NoiseAugment' ? [params] : []));
  expect(levels.map((params) => params?.['noiseLevel']).sort()).toEqual([100, 100, 100, 500]);
  expect(levels.map((params) => params?.['seed'])).toEqual([67, 67, 67, 67]);
  expect(exportComfyUi(workflow)).toEqual({ left: {}, prompt: IMAGES_OF_PROMPTS });
});

test('prediction types and rescaled guidance convert both ways; what nothing here computes is reported', () => {
  const prompt = (sampling: string) => ({
    ...REGIONAL,
    20: node('ModelSamplingDiscrete', { model: ['1', 0], sampling, zsnr: true }),
    21: node('RescaleCFG', { model: ['20', 0], multiplier: 0.6 }),
    22: node('DifferentialDiffusion', { model: ['21', 0], strength: 0.8 }),
    17: { ...REGIONAL[17], inputs: { ...REGIONAL[17].inputs, model: ['22', 0] } },
  });

  const { workflow } = importComfyUi(JSON.stringify(prompt('v_prediction')));
  const other = importComfyUi(JSON.stringify(prompt('img_to_img')));

  expect(workflow.nodes['sampling_20']?.params).toEqual({ predicts: 'v_prediction', zeroTerminalSnr: true });
  expect(workflow.nodes['rescale_21']?.params).toEqual({ rescale: 0.6 });
  expect(workflow.nodes['differential_22']?.params).toEqual({ strength: 0.8 });
  expect(exportComfyUi(workflow).prompt).toMatchObject(prompt('v_prediction'));
  expect(other.report.nodes.find(({ id }) => id === '20')).toMatchObject({
    likeness: 'placeholder',
    words: 'There is no counterpart of the sampling "img_to_img".',
  });
  expect(exportComfyUi(other.workflow).prompt).toMatchObject(prompt('img_to_img'));
});

test('sums of latents and their like go both ways, and so do those made here', () => {
  const prompt = {
    ...REGIONAL,
    30: node('LatentAdd', { samples1: ['17', 0], samples2: ['17', 0] }),
    31: node('LatentSubtract', { samples1: ['30', 0], samples2: ['17', 0] }),
    32: node('LatentInterpolate', { samples1: ['31', 0], samples2: ['17', 0], ratio: 0.25 }),
    33: node('LatentMultiply', { samples: ['32', 0], multiplier: -1.5 }),
    34: node('LatentBatch', { samples1: ['33', 0], samples2: ['17', 0] }),
    18: { ...REGIONAL[18], inputs: { ...REGIONAL[18].inputs, samples: ['34', 0] } },
  };

  const { workflow } = importComfyUi(JSON.stringify(prompt));
  const asMadeHere = Object.entries(workflow.nodes).map(([id, node]) => [id, { ...node, comfyui: undefined }] as const);
  const made = exportComfyUi({ ...workflow, nodes: Object.fromEntries(asMadeHere) }).prompt;

  const of = (id: string) => workflow.nodes[id]?.params;
  expect([of('sum_30'), of('sum_31')]).toEqual([{ operation: 'add' }, { operation: 'subtract' }]);
  expect([of('sum_32'), of('times_33')]).toEqual([{ operation: 'interpolate', share: 0.25 }, { factor: -1.5 }]);
  expect(exportComfyUi(workflow).prompt).toMatchObject(prompt);
  const values = Object.values(made).map(({ class_type: type, inputs }) => [
    type,
    inputs['ratio'] ?? inputs['multiplier'],
  ]);
  expect(values).toEqual(
    expect.arrayContaining([
      ['LatentAdd', undefined],
      ['LatentSubtract', undefined],
      ['LatentInterpolate', 0.25],
      ['LatentMultiply', -1.5],
      ['LatentBatch', undefined],
    ]),
  );
});
