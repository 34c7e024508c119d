import { exportComfyUi, importComfyUi } from '@unclip-studio/comfyui';
import { formatWorkflow, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { type UiNodeFacts, UNCLIP_EXAMPLE, UNCLIP_MULTIPLE, uiFile } from './ui-file.js';
import { UNUSUAL_PROMPTS } from './unusual-prompts.js';

type Api = Readonly<Record<string, { readonly class_type: string; readonly inputs: object; readonly _meta?: object }>>;

// The graph that the tests below change; small, and with all kinds of links.
const BASE: Api = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lake', clip: ['4', 1] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip: ['4', 1] } },
  '3': {
    class_type: 'KSampler',
    inputs: {
      ...{ seed: 1, steps: 20, cfg: 7.5, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
      ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
    },
  },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['8', 0] } },
};

function inputsOf(id: string, change: object, of: Api = BASE): Api {
  const node = of[id];
  return { ...of, [id]: { class_type: '', ...node, inputs: { ...node?.inputs, ...change } } };
}

function imported(api: object) {
  const { workflow, report } = importComfyUi(JSON.stringify(api));
  const saved = parseWorkflow(formatWorkflow(workflow));
  if (!saved.ok) throw new Error('what was imported cannot be read again');
  return { workflow: saved.value, report };
}

function setParam(workflow: Workflow, id: string, params: object): Workflow {
  const node = workflow.nodes[id];
  if (node === undefined) throw new Error(`no node ${id}`);
  return { ...workflow, nodes: { ...workflow.nodes, [id]: { ...node, params: { ...node.params, ...params } } } };
}

const SECOND_PASS: Api = {
  ...BASE,
  '20': {
    class_type: 'KSampler',
    inputs: { ...BASE['3']?.inputs, seed: 2, denoise: 0.5, latent_image: ['3', 0], negative: ['21', 0] },
  },
  '21': { class_type: 'CLIPTextEncode', inputs: { text: 'blurred', clip: ['4', 1] } },
};

const REFINED: Api = {
  ...BASE,
  '3': {
    class_type: 'KSamplerAdvanced',
    inputs: {
      ...{ add_noise: 'enable', noise_seed: 1, steps: 25, cfg: 8, sampler_name: 'euler', scheduler: 'normal' },
      ...{ start_at_step: 0, end_at_step: 20, return_with_leftover_noise: 'enable' },
      ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['5', 0] },
    },
  },
  '11': {
    class_type: 'KSamplerAdvanced',
    inputs: {
      ...{ add_noise: 'disable', noise_seed: 0, steps: 25, cfg: 8, sampler_name: 'euler', scheduler: 'normal' },
      ...{ start_at_step: 20, end_at_step: 10000, return_with_leftover_noise: 'disable' },
      ...{ model: ['4', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['3', 0] },
    },
  },
};

describe('a prompt is exported to ComfyUI as it was, whatever was done in between', () => {
  test.each<[string, Api]>([
    ['a plain one', BASE],
    [
      'titles, and keys that nobody knows',
      { ...BASE, '8': { ...BASE['8'], _meta: { title: 'Look', by: 'me' }, is_changed: [1] } as never },
    ],
    [
      'the layer of the text encoder, for one side and for both',
      {
        ...inputsOf('6', { clip: ['10', 0] }, inputsOf('7', { clip: ['10', 0] })),
        '10': { class_type: 'CLIPSetLastLayer', inputs: { stop_at_clip_layer: -2, clip: ['4', 1] } },
      },
    ],
    [
      'the layer of the text encoder, for one side only',
      {
        ...inputsOf('7', { clip: ['10', 0] }),
        '10': { class_type: 'CLIPSetLastLayer', inputs: { stop_at_clip_layer: -1, clip: ['4', 1] } },
      },
    ],
    [
      'an emptied prompt to stay away from',
      {
        ...inputsOf('3', { negative: ['10', 0] }),
        '10': { class_type: 'ConditioningZeroOut', inputs: { conditioning: ['6', 0] } },
      },
    ],
    [
      'what has no counterpart on both sides',
      {
        ...inputsOf('3', { positive: ['10', 0], negative: ['10', 1] }),
        '10': {
          class_type: 'ACN_AdvancedControlNetApply',
          inputs: { strength: 1, positive: ['6', 0], negative: ['7', 0] },
        },
      },
    ],
    [
      'a ControlNet on both sides, of which not all is said',
      {
        ...inputsOf('3', { positive: ['10', 0], negative: ['10', 1] }),
        '10': {
          class_type: 'ControlNetApplyAdvanced',
          inputs: { strength: 1, positive: ['6', 0], negative: ['7', 0] },
        },
      },
    ],
    ['one prompt for both sides', inputsOf('3', { negative: ['6', 0] })],
    ['one prompt and one empty latent for several samplers', SECOND_PASS],
    [
      'an image that is inpainted',
      {
        ...inputsOf('3', { latent_image: ['10', 0] }),
        '10': {
          class_type: 'VAEEncodeForInpaint',
          inputs: { grow_mask_by: 8, pixels: ['12', 0], vae: ['4', 2], mask: ['12', 1] },
        },
        '12': { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
      },
    ],
    ['a sampler that stops, and one that goes on', REFINED],
    [
      'values from nodes that are nothing else',
      {
        ...inputsOf('3', { seed: ['40', 0], steps: ['41', 0] }, inputsOf('6', { text: ['42', 0] })),
        '40': { class_type: 'PrimitiveInt', inputs: { value: 77 } },
        '41': { class_type: 'PrimitiveInt', inputs: { value: ['43', 0] } },
        '43': { class_type: 'PrimitiveInt', inputs: { value: 12 } },
        '42': { class_type: 'PrimitiveStringMultiline', inputs: { value: 'a sea' } },
      },
    ],
    [
      'values from nodes without counterpart',
      {
        ...inputsOf(
          '5',
          { width: ['40', 0] },
          inputsOf(
            '6',
            { text: ['41', 0] },
            inputsOf('3', { seed: ['44', 0], sampler_name: ['44', 1], cfg: ['44', 2] }),
          ),
        ),
        '44': { class_type: 'Settings', inputs: {} },
        '40': { class_type: 'GetImageSize', inputs: {} },
        '41': { class_type: 'StringConcatenate', inputs: { string_a: 'a', string_b: 'b', delimiter: '' } },
      },
    ],
    [
      'lists that are no links',
      {
        ...BASE,
        '50': {
          class_type: 'Curve',
          inputs: {
            points: [
              [0, 0],
              [1, 1],
            ],
            range: [512, 512],
          },
        },
      },
    ],
  ])('%s', (_, api) => {
    const { prompt, left } = exportComfyUi(imported(api).workflow);

    expect(prompt).toEqual(api);
    expect(left).toEqual({});
  });

  test('images of no strength stand in the chain where they stood, and do nothing', () => {
    const widgets = { ...UNCLIP_MULTIPLE, '36': { ...(UNCLIP_MULTIPLE['36'] as UiNodeFacts), widgets: [0, 0.4] } };

    const { workflow } = imported(uiFile(widgets));

    expect(workflow.nodes['sample_3']?.inputs).toMatchObject({ image: 'noise_42.condition' });
    const { prompt } = exportComfyUi(workflow);
    expect(prompt['36']?.inputs).toEqual({
      conditioning: ['6', 0],
      clip_vision_output: ['33', 0],
      strength: 0,
      noise_augmentation: 0.4,
    });
    expect(prompt['42']?.inputs['conditioning']).toEqual(['36', 0]);
  });
});

test('the mask that comes with an image is what is transparent in it', () => {
  const api = {
    ...inputsOf('3', { latent_image: ['11', 0] }),
    '10': { class_type: 'VAEEncode', inputs: { pixels: ['12', 0], vae: ['4', 2] } },
    '11': { class_type: 'SetLatentNoiseMask', inputs: { samples: ['10', 0], mask: ['12', 1] } },
    '12': { class_type: 'LoadImage', inputs: { image: 'cat.png' } },
    '13': { class_type: 'LoadImageMask', inputs: { image: 'mask.png', channel: 'red' } },
  };
  const { workflow } = imported(api);

  expect(workflow.nodes['mask_12']).toMatchObject({ type: 'LoadMask', params: { image: 'cat.png' } });
  expect(workflow.nodes['sample_3']?.inputs).toMatchObject({ mask: 'mask_12.mask', latent: 'encode_10.latent' });
  expect(workflow.nodes['mask_13']?.params).toEqual({ image: 'mask.png', channel: 'red' });
  expect(exportComfyUi(workflow).prompt).toEqual(api);
  // For another image it is a separate node.
  const { prompt } = exportComfyUi(setParam(workflow, 'mask_12', { image: 'dog.png' }));
  const link = prompt['11']?.inputs['mask'];
  expect(prompt[String((link as readonly unknown[])[0])]).toEqual({
    class_type: 'LoadImageMask',
    inputs: { image: 'dog.png', channel: 'alpha' },
  });
});

describe('what was changed here since is exported', () => {
  test('a value that came by a link', () => {
    const api = { ...inputsOf('3', { seed: ['40', 0] }), '40': { class_type: 'PrimitiveInt', inputs: { value: 77 } } };
    const { workflow } = imported(api);

    expect(workflow.nodes['sample_3']?.params).toMatchObject({ seed: 77 });
    expect(Object.values(workflow.nodes).filter(({ type }) => type.startsWith('ComfyUI:'))).toEqual([]);
    // One that a node without counterpart reads as well has to stay.
    const shared = imported({ ...api, '50': { class_type: 'Show', inputs: { any: ['40', 0] } } });
    expect(Object.keys(shared.workflow.nodes)).toContain('PrimitiveInt_40');
    expect(exportComfyUi(setParam(workflow, 'sample_3', { seed: 78 })).prompt['3']?.inputs['seed']).toBe(78);
  });

  test('a prompt to stay away from where there was none', () => {
    const api = {
      ...inputsOf('3', { negative: ['10', 0] }),
      '10': { class_type: 'GLIGENTextBoxApply', inputs: { conditioning: ['6', 0] } },
    };

    const { prompt } = exportComfyUi(setParam(imported(api).workflow, 'prompt_6', { negativePrompt: 'fog' }));

    const link = prompt['3']?.inputs['negative'];
    expect(prompt[String((link as readonly unknown[])[0])]).toMatchObject({
      class_type: 'CLIPTextEncode',
      inputs: { text: 'fog' },
    });
  });

  test('another step to stop at', () => {
    const { workflow } = imported(REFINED);

    const { prompt } = exportComfyUi(
      setParam(setParam(workflow, 'sample_3', { stopAt: 10 }), 'sample_11', { startAt: 10 }),
    );

    expect(prompt['3']?.inputs).toMatchObject({ start_at_step: 0, end_at_step: 10 });
    expect(prompt['11']?.inputs).toMatchObject({ start_at_step: 10, end_at_step: 10000, add_noise: 'disable' });
  });

  test('a size instead of a scale, and a scale instead of a size', () => {
    const { workflow } = imported({
      ...BASE,
      '30': { class_type: 'ImageScaleBy', inputs: { upscale_method: 'lanczos', scale_by: 2, image: ['8', 0] } },
      '31': {
        class_type: 'LatentUpscale',
        inputs: { upscale_method: 'bilinear', width: 1024, height: 768, crop: 'disabled', samples: ['3', 0] },
      },
    });
    const sized = setParam(workflow, 'resize_30', { width: 300 });

    const { prompt } = exportComfyUi(setParam(sized, 'upscale_31', { width: 0, height: 0, scale: 1.5 }));

    expect(prompt['30']).toEqual({
      class_type: 'ImageScale',
      inputs: { image: ['8', 0], width: 300, height: 0, upscale_method: 'lanczos', crop: 'disabled' },
    });
    expect(prompt['31']).toEqual({
      class_type: 'LatentUpscaleBy',
      inputs: { samples: ['3', 0], upscale_method: 'bilinear', scale_by: 1.5 },
    });
  });

  test('a deleted node leaves no link behind', () => {
    const { workflow } = imported({
      ...inputsOf('9', { images: ['60', 0] }),
      '60': { class_type: 'Sharpen', inputs: { image: ['8', 0] } },
    });
    const { Sharpen_60: _, ...nodes } = workflow.nodes;

    const { prompt } = exportComfyUi({ ...workflow, nodes });

    expect(prompt['9']?.inputs).toEqual({ filename_prefix: 'x' });
  });
});

describe('samplers that run a part of the steps', () => {
  test('become samplers that stop, and continue without new noise', () => {
    const { workflow, report } = imported(REFINED);

    expect(workflow.nodes['sample_3']?.params).toMatchObject({ steps: 25, stopAt: 20, seed: 1 });
    expect(workflow.nodes['sample_11']).toMatchObject({
      inputs: { latent: 'sample_3.latent' },
      params: { steps: 25, startAt: 20, addNoise: false },
    });
    expect(report.nodes.filter(({ likeness }) => likeness === 'placeholder')).toEqual([]);
  });

  test.each(Array.from({ length: 60 }, (_, i) => i + 1))(
    'of %s steps, every one to start at leaves as many as there',
    (steps) => {
      for (let first = 0; first < steps; first++) {
        // One whose numbers are not computed here as there.
        const api = inputsOf('11', { steps, start_at_step: first, sampler_name: 'dpm_fast' }, REFINED);
        const { denoise = 1 } = imported(api).workflow.nodes['sample_11']?.params ?? {};

        expect([first, Math.floor(steps * Number(denoise))]).toEqual([first, steps - first]);
      }
    },
  );

  test('noise that is removed in one step is removed here too', () => {
    const { workflow } = imported(inputsOf('3', { return_with_leftover_noise: 'disable' }, REFINED));

    expect(workflow.nodes['sample_3']?.params).toMatchObject({ stopAt: 20, leftoverNoise: false });
    expect(exportComfyUi(workflow).prompt['3']?.inputs).toMatchObject({ return_with_leftover_noise: 'disable' });
  });

  test('noise that ComfyUI would remove in one step is reported if it is not here', () => {
    const change = { return_with_leftover_noise: 'disable', sampler_name: 'dpm_fast' };
    const { report } = imported(inputsOf('3', change, REFINED));

    expect(report.nodes.find(({ id }) => id === '3')?.words).toBe(
      'Drawn by DPM-Solver++. What noise is left when it stops stays in; ComfyUI takes it off at one stroke.',
    );
  });
});

describe('values of a page', () => {
  const page = (facts: Readonly<Record<string, UiNodeFacts>>, more: object = {}) =>
    imported(uiFile(facts, more as never));

  test('by name count before those by place', () => {
    const sampler = UNCLIP_EXAMPLE['3'] as UiNodeFacts;
    const named = {
      seed: 5,
      control_after_generate: 'fixed',
      steps: 9,
      cfg: 4,
      sampler_name: 'ddim',
      scheduler: 'simple',
      denoise: 1,
    };

    const { workflow } = page({
      ...UNCLIP_EXAMPLE,
      '3': { ...sampler, widgets: [1, 2, 3], more: { widgets_values_named: named } },
    });

    expect(workflow.nodes['sample_3']?.params).toMatchObject({
      seed: 5,
      steps: 9,
      guidanceScale: 4,
      sampler: 'ddim',
    });
    expect(exportComfyUi(workflow).prompt['3']?.inputs).not.toHaveProperty('control_after_generate');
  });

  test('of nodes that come with ComfyUI have names, also without counterpart', () => {
    const { workflow } = page({ ...UNCLIP_EXAMPLE, '60': { type: 'RandomNoise', widgets: [42, 'randomize'] } });

    expect(exportComfyUi(workflow).prompt['60']).toEqual({ class_type: 'RandomNoise', inputs: { noise_seed: 42 } });
  });

  test('without names in the file are kept, and the export reports that they are missing', () => {
    const { workflow } = page({
      ...UNCLIP_EXAMPLE,
      '60': { type: 'Mystery', widgets: ['a', 2, 3], asInputs: ['second'] },
    });
    const { prompt, left } = exportComfyUi(workflow);

    expect(workflow.nodes['Mystery_60']).toMatchObject({ comfyui: { node: { unnamed: ['a', 2, 3] } } });
    expect(prompt['60']).toEqual({ class_type: 'Mystery', inputs: {} });
    expect(left).toEqual({
      Mystery_60:
        'The file has no names for the values of this node, which an API prompt needs. The values are: ["a",2,3].',
    });
  });

  test('that a subgraph shows by its inputs go inside', () => {
    const nodes = uiFile({
      '1': { type: 'CLIPTextEncode', widgets: ['inside'], links: { clip: '-10.0', text: '-10.1' }, asInputs: ['text'] },
    })['nodes'];
    const links = [
      { id: 1, origin_id: -10, origin_slot: 0, target_id: 1, target_slot: 0, type: 'CLIP' },
      { id: 2, origin_id: -10, origin_slot: 1, target_id: 1, target_slot: 1, type: 'STRING' },
      { id: 3, origin_id: 1, origin_slot: 0, target_id: -20, target_slot: 0, type: 'CONDITIONING' },
    ];
    const inputs = [
      { name: 'clip', type: 'CLIP' },
      { name: 'words', type: 'STRING' },
    ];
    const subgraph = { id: 'uuid-1', name: 'Say it', nodes, links, inputs };
    const negative = UNCLIP_EXAMPLE['7'] as UiNodeFacts;
    const definitions = { subgraphs: [subgraph] };
    const prompts = [
      { ...negative, type: 'uuid-1', widgets: ['by place'] },
      { ...negative, type: 'uuid-1', widgets: [], more: { widgets_values_named: { words: 'by name' } } },
      { ...negative, type: 'uuid-1', widgets: [] },
    ].map(
      (node) =>
        page({ ...UNCLIP_EXAMPLE, '7': node }, { definitions }).workflow.nodes['prompt_6']?.params?.['negativePrompt'],
    );

    expect(prompts).toEqual(['by place', 'by name', 'inside']);
  });
});

test('data of a page other than its graph is kept: colours, sizes, settings of the page, notes and reroutes', () => {
  const facts = {
    ...UNCLIP_EXAMPLE,
    '3': {
      ...(UNCLIP_EXAMPLE['3'] as UiNodeFacts),
      more: { color: '#322', bgcolor: '#533', flags: { collapsed: true } },
    },
    '80': { type: 'Note', widgets: ['# Read me'], more: { color: '#432' } },
  };
  const groups = [{ title: 'All', bounding: [0, 0, 10, 10], color: '#3f789e', font_size: 24 }];
  const extra = { ds: { scale: 0.7, offset: [1, 2] }, frontendVersion: '1.20.1' };

  const page = uiFile(facts, { groups, extra, id: 'a-uuid', revision: 3 });

  expect(imported(page).workflow).toMatchObject({ comfyuiPage: page });
});

test('settings that came from nodes without counterpart are reported, since they are set here now', () => {
  const { report } = imported({
    ...inputsOf('5', { width: ['40', 0], height: ['40', 1] }),
    '40': { class_type: 'GetImageSize', inputs: {} },
  });

  expect(report.nodes.find(({ id }) => id === '3')?.words).toBe(
    'Its width, height came from other nodes that have no counterpart; set them here.',
  );
});

test.each(Object.entries(UNUSUAL_PROMPTS))('%s: what was imported goes back value by value', (_, prompt) => {
  expect(exportComfyUi(imported(prompt).workflow).prompt).toEqual(prompt);
});

test('entries of a prompt that are not nodes are kept', () => {
  const prompt = { ...BASE, version: 0.4, extra: { seed: 1 } };

  expect(exportComfyUi(imported(prompt).workflow).prompt).toEqual(prompt);
});

test('a change is exported next to all unusual data, and adds only what it needs', () => {
  const odd: Api = {
    ...UNUSUAL_PROMPTS['no latent'],
    8: { class_type: 'VAEDecode', inputs: { samples: [3, 0], vae: ['4', 2] } },
  };
  const { workflow } = imported(odd);
  const sized = setParam(workflow, 'sample_3', { width: 640, height: 512 });
  const stepped = setParam(workflow, 'sample_3', { steps: 30 });

  const [withSize, withSteps] = [exportComfyUi(sized).prompt, exportComfyUi(stepped).prompt];

  expect(withSteps).toEqual({
    ...odd,
    3: { class_type: 'KSampler', inputs: { ...odd['3']?.inputs, steps: 30 } },
  });
  const [latent] = (withSize['3']?.inputs['latent_image'] ?? []) as readonly string[];
  expect(withSize[String(latent)]).toMatchObject({
    class_type: 'EmptyLatentImage',
    inputs: { width: 640, height: 512 },
  });
  expect(withSize['8']).toEqual(odd['8']);
});

test('a new name of a node is exported', () => {
  const { workflow } = imported(BASE);
  const { save_9: save, ...others } = workflow.nodes;
  const renamed = { ...workflow, nodes: { ...others, save_9: { ...save, type: 'SaveImage', title: 'The last one' } } };

  expect(exportComfyUi(renamed).prompt['9']).toEqual({ ...BASE['9'], _meta: { title: 'The last one' } });
});
