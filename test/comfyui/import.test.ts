import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ComfyFormatError, exportComfyUi, formatExactJson, importComfyUi } from '@unclip-studio/comfyui';
import {
  createCatalog,
  describeDiagnostic,
  formatWorkflow,
  looksLikeComfyUi,
  parseWorkflow,
  planRun,
  validateWorkflow,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomRuns } from '../support/test-seed.js';
import { REPOSITORY } from '../support/variations.js';
import { type UiNodeFacts, UNCLIP_2PASS, UNCLIP_EXAMPLE, UNCLIP_MULTIPLE, uiFile } from './ui-file.js';
import { UNUSUAL_PROMPTS } from './unusual-prompts.js';

const catalog = createCatalog(unclipNodes);

function imported(facts: Readonly<Record<string, UiNodeFacts>>, more: Readonly<Record<string, unknown>> = {}) {
  return importComfyUi(JSON.stringify(uiFile(facts, more)));
}

/** What a node says, without where it came from. */
function said({ nodes }: Workflow, id: string): unknown {
  const { comfyui: _, ...node } = { comfyui: undefined, ...nodes[id] };
  return node;
}

function changed(facts: Readonly<Record<string, UiNodeFacts>>, id: string, change: Partial<UiNodeFacts>) {
  return { ...facts, [id]: { ...(facts[id] as UiNodeFacts), ...change } };
}

describe('what Python wrote', () => {
  const file = (name: string) => readFileSync(join(REPOSITORY, 'test/fixtures/faults/workflows', name));

  test('NaN is read as nothing, and the rest is whole', () => {
    const { workflow, report } = importComfyUi(file('api-nan.json').toString());

    expect(report.nodes.every(({ likeness }) => likeness !== 'placeholder')).toBe(true);
    expect(said(workflow, 'photo_2')).toMatchObject({ params: { image: 'red-heart.png' } });
    expect(parseWorkflow(formatWorkflow(workflow))).toMatchObject({ ok: true });
  });

  test('a byte order mark is passed over', () => {
    expect(() => importComfyUi(file('comfy-bom.json').toString())).not.toThrow();
  });

  test('a node with a duplicate id is rejected with its position', () => {
    expect(() => importComfyUi(file('comfy-dup.json').toString())).toThrow(
      /line 1, column \d+: the key "8" is given twice in one object/,
    );
  });
});

describe('the published examples', () => {
  test('one image: prompts, image and empty latent become what leads the sampler', () => {
    const { workflow, report } = imported(UNCLIP_EXAMPLE);

    expect(said(workflow, 'sample_3')).toEqual({
      type: 'UNetSample',
      inputs: { unet: 'model_32.unet', prompt: 'prompt_6.conditioning', image: 'noise_36.condition' },
      params: {
        ...{ numerics: 'comfyui', sampler: 'uni_pc_bh2', noiseSchedule: 'normal', steps: 26, guidanceScale: 8 },
        ...{ width: 768, height: 768, count: 1, seed: 509273045161628 },
      },
    });
    expect(said(workflow, 'noise_36')).toEqual({
      type: 'NoiseAugment',
      inputs: { embed: 'embed_33.embed' },
      params: { noiseLevel: 300, strength: 1, numerics: 'comfyui', seed: 509273045161618 },
    });
    expect(said(workflow, 'prompt_6')).toMatchObject({
      params: { prompt: 'beautiful photograph', negativePrompt: 'bad hands' },
    });
    expect(report.nodes.map(({ type, likeness }) => [type, likeness])).toEqual([
      ['KSampler', 'exact'],
      ['EmptyLatentImage', 'absorbed'],
      ['CLIPTextEncode', 'exact'],
      ['CLIPTextEncode', 'exact'],
      ['VAEDecode', 'exact'],
      ['SaveImage', 'exact'],
      ['unCLIPCheckpointLoader', 'exact'],
      ['CLIPVisionEncode', 'exact'],
      ['LoadImage', 'exact'],
      ['unCLIPConditioning', 'exact'],
    ]);
  });

  test('two images: the chain becomes two strengths that are merged', () => {
    const { workflow } = imported(UNCLIP_MULTIPLE);

    expect(said(workflow, 'merge_3')).toEqual({
      type: 'MergeConditions',
      inputs: {
        ...{ condition1: 'noise_36.condition', condition2: 'noise_42.condition' },
        // The noise of the merge comes right after that of the last image.
        generator: 'noise_42.generator',
      },
      params: { noiseLevel: 50, numerics: 'comfyui', seed: 363144844778983 },
    });
    expect(said(workflow, 'noise_42')).toMatchObject({ params: { noiseLevel: 400, strength: 0.5 } });
  });

  test('a batch of images: its images are merged as those of several nodes', () => {
    const { workflow } = imported({
      ...changed(UNCLIP_EXAMPLE, '33', { links: { clip_vision: '32.3', image: '91.0' } }),
      '90': { type: 'LoadImage', widgets: ['sea.png', 'image'] },
      '91': { type: 'ImageBatch', links: { image1: '34.0', image2: '90.0' } },
    });

    expect(said(workflow, 'merge_3')).toMatchObject({
      inputs: { condition1: 'noise_36.condition', generator: 'noise_36.generator' },
      params: { noiseLevel: 50, numerics: 'comfyui', batch: 'merged' },
    });
    // The same noise for each of them.
    expect(said(workflow, 'noise_36')).toMatchObject({ params: { sameNoise: true } });
  });

  test('nodes that read an image which ComfyUI does not round report it, and those that round it themselves do not', () => {
    const image = { filename_prefix: 'a', images: ['8', 0] };
    const prompt = {
      '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
      '2': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      '3': { class_type: 'VAEEncode', inputs: { pixels: ['2', 0], vae: ['1', 2] } },
      '4': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['1', 2] } },
      '5': { class_type: 'ImageScaleBy', inputs: { image: ['4', 0], upscale_method: 'bicubic', scale_by: 1.5 } },
      '6': { class_type: 'ImageCrop', inputs: { image: ['5', 0], width: 64, height: 64, x: 0, y: 0 } },
      '7': { class_type: 'VAEEncode', inputs: { pixels: ['6', 0], vae: ['1', 2] } },
      '8': { class_type: 'ImageScaleBy', inputs: { image: ['4', 0], upscale_method: 'lanczos', scale_by: 2 } },
      '9': { class_type: 'SaveImage', inputs: image },
      '10': { class_type: 'ImageInvert', inputs: { image: ['8', 0] } },
      '11': { class_type: 'SaveImage', inputs: { ...image, images: ['10', 0] } },
      '12': { class_type: 'VAEDecode', inputs: { samples: ['7', 0], vae: ['1', 2] } },
      '13': { class_type: 'SaveImage', inputs: { ...image, images: ['12', 0] } },
    };

    const { report } = importComfyUi(JSON.stringify(prompt));

    const alike = report.nodes.filter(({ likeness }) => likeness === 'alike');
    expect(Object.fromEntries(alike.map(({ id, words }) => [id, words]))).toEqual({
      '5': 'The image of VAEDecode 4 is rounded to 8 bits before it.',
      '7': 'The image of ImageCrop 6 is rounded to 8 bits before it.',
    });
    expect(report.nodes.filter(({ likeness }) => likeness === 'exact')).toHaveLength(11);
  });

  test('nodes that read a mask or the grey of an outpainted image which ComfyUI does not round say so as well', () => {
    const prompt = {
      '1': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'a.safetensors' } },
      '2': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
      '3': {
        class_type: 'ImagePadForOutpaint',
        inputs: { image: ['2', 0], left: 64, top: 0, right: 0, bottom: 0, feathering: 40 },
      },
      '4': {
        class_type: 'VAEEncodeForInpaint',
        inputs: { pixels: ['3', 0], vae: ['1', 2], mask: ['3', 1], grow_mask_by: 6 },
      },
      '5': { class_type: 'VAEEncode', inputs: { pixels: ['3', 0], vae: ['1', 2] } },
      '6': { class_type: 'InvertMask', inputs: { mask: ['3', 1] } },
      '7': { class_type: 'MaskToImage', inputs: { mask: ['6', 0] } },
      // As it is in the file, level by level.
      '8': { class_type: 'MaskToImage', inputs: { mask: ['2', 1] } },
      '9': { class_type: 'FeatherMask', inputs: { mask: ['2', 1], left: 8, top: 0, right: 0, bottom: 0 } },
      '10': { class_type: 'GrowMask', inputs: { mask: ['9', 0], expand: 2, tapered_corners: true } },
      '11': {
        class_type: 'ImageCompositeMasked',
        inputs: { destination: ['2', 0], source: ['2', 0], mask: ['10', 0], x: 0, y: 0, resize_source: false },
      },
      ...Object.fromEntries(
        [4, 5].map((latent) => [
          `${latent}0`,
          { class_type: 'VAEDecode', inputs: { samples: [String(latent), 0], vae: ['1', 2] } },
        ]),
      ),
      ...Object.fromEntries(
        ['40', '50', '7', '8', '11'].map((image) => [
          `save${image}`,
          { class_type: 'SaveImage', inputs: { filename_prefix: 'a', images: [image, 0] } },
        ]),
      ),
    };

    const { report } = importComfyUi(JSON.stringify(prompt));

    const told = report.nodes.filter(({ words }) => words !== '');
    expect(Object.fromEntries(told.map(({ id, words }) => [id, words]))).toEqual({
      '5': 'The image of ImagePadForOutpaint 3 is rounded to 8 bits before it.',
      '7': 'The mask of InvertMask 6 is rounded to 8 bits before it.',
      '11': 'The mask of GrowMask 10 is rounded to 8 bits before it.',
    });
  });

  test('two passes: the second starts from the enlarged latent, and missing parts are reported', () => {
    const { workflow, report } = imported(UNCLIP_2PASS);

    expect(said(workflow, 'sample_55')).toMatchObject({
      inputs: { unet: 'model_50.unet', latent: 'upscale_52.latent', prompt: 'prompt_53.conditioning' },
      params: { denoise: 0.52, steps: 8, guidanceScale: 9, sampler: 'dpmpp_sde' },
    });
    expect(said(workflow, 'upscale_52')).toMatchObject({
      params: { method: 'nearest-exact', width: 1920, height: 1088 },
    });
    expect(said(workflow, 'prompt_53')).toMatchObject({
      params: { prompt: 'a lake (best:1.2)', numerics: 'comfyui' },
    });
    expect(report.nodes.find(({ type }) => type === 'GLIGENLoader')).toMatchObject({
      likeness: 'placeholder',
      words: expect.stringContaining('GLIGEN boxes are not supported'),
    });
  });

  test.each([
    ['one image', UNCLIP_EXAMPLE],
    ['two images', UNCLIP_MULTIPLE],
    ['two passes', UNCLIP_2PASS],
  ])('%s: saved here and exported, the server gets what it got before', (_, facts) => {
    const api = apiOf(facts);
    const { workflow } = importComfyUi(JSON.stringify(api));
    const parsed = parseWorkflow(formatWorkflow(workflow));

    const { prompt, left } = exportComfyUi(parsed.ok ? parsed.value : workflow);

    expect([prompt, left]).toEqual([api, {}]);
    expect(exportComfyUi(imported(facts).workflow).prompt).toEqual(api);
  });
});

describe('what files have in store', () => {
  test('links as objects, places as objects, ids as texts', () => {
    const file = uiFile(UNCLIP_EXAMPLE);
    const links = (file['links'] as readonly unknown[][]).map(([id, from, fromSlot, to, toSlot, type]) => ({
      ...{ id, origin_id: from, origin_slot: fromSlot, target_id: to, target_slot: toSlot, type },
    }));
    const nodes = (file['nodes'] as readonly Record<string, unknown>[]).map((node) => ({
      ...node,
      // Apart from each other, or they would be moved.
      pos: { '0': 1000 * Number(node['id']), '1': 20 },
    }));

    const { workflow } = importComfyUi(JSON.stringify({ ...file, links, nodes, version: 1 }));

    expect(said(workflow, 'sample_3')).toEqual(said(imported(UNCLIP_EXAMPLE).workflow, 'sample_3'));
    expect(workflow.layout?.['nodes']).toMatchObject({ sample_3: { x: 3000, y: 20 } });
  });

  test.each([
    ['true', true],
    ['fixed', 'fixed'],
    ['increment', 'increment'],
  ])('a seed that is followed by %s', (_, control) => {
    const facts = changed(UNCLIP_EXAMPLE, '3', { widgets: [7, control, 26, 8, 'euler', 'karras', 0.5] });

    expect(said(imported(facts).workflow, 'sample_3')).toMatchObject({
      params: { seed: 7, steps: 26, sampler: 'euler', noiseSchedule: 'karras', denoise: 0.5 },
    });
  });

  test.each([
    [['dpm_2_ancestral', 'normal'], { numerics: 'comfyui', sampler: 'dpm_2_ancestral', noiseSchedule: 'normal' }],
    [['sa_solver', 'exponential'], { scheduler: 'sa-solver', sigmaSpacing: 'exponential' }],
    [['euler', 'beta'], { numerics: 'comfyui', sampler: 'euler', noiseSchedule: 'beta' }],
    [['dpmpp_2m_sde_gpu', 'karras'], { numerics: 'comfyui', sampler: 'dpmpp_2m_sde', noiseSchedule: 'karras' }],
    [['lcm', 'sgm_uniform'], { numerics: 'comfyui', sampler: 'lcm', noiseSchedule: 'sgm_uniform' }],
  ] as const)('the sampler and spacing %j, there and back', ([sampler, spacing], params) => {
    const { workflow } = imported(changed(UNCLIP_EXAMPLE, '3', { widgets: [7, 'fixed', 26, 8, sampler, spacing, 1] }));

    expect(said(workflow, 'sample_3')).toMatchObject({ params });
    const sent = exportComfyUi(workflow).prompt;
    expect(sent['3']).toMatchObject({ inputs: { sampler_name: sampler, scheduler: spacing } });
  });

  test('a seed beyond 2^53 stays what it is, there and back', () => {
    const file = JSON.stringify(uiFile(UNCLIP_EXAMPLE)).replace('509273045161628', '18446744073709551615');

    const { workflow, report } = importComfyUi(file);
    const { prompt } = exportComfyUi(workflow);

    expect(said(workflow, 'sample_3')).toMatchObject({ params: { seed: '18446744073709551615' } });
    expect(report.nodes[0]?.words).not.toContain('seed');
    expect(prompt['3']?.inputs['seed']).toBe(18446744073709551615n);
    expect(formatExactJson(prompt)).toContain('"seed":18446744073709551615,');
  });

  test('numbers in quotes are numbers, and go back in quotes', () => {
    const api = apiOf(UNCLIP_EXAMPLE) as Record<string, { inputs: Record<string, unknown> }>;
    const quoted = structuredClone(api);
    Object.assign(quoted['3']?.inputs ?? {}, {
      steps: '3',
      cfg: ' 2.5 ',
      denoise: '5e-1',
      seed: '18446744073709551615',
    });

    const { workflow } = importComfyUi(JSON.stringify(quoted));

    expect(said(workflow, 'sample_3')).toMatchObject({
      params: { steps: 3, guidanceScale: 2.5, denoise: 0.5, seed: '18446744073709551615' },
    });
    expect(exportComfyUi(workflow).prompt['3']?.inputs).toMatchObject({ steps: '3', cfg: ' 2.5 ', denoise: '5e-1' });
  });

  test('what has no counterpart and no image needs is muted here and goes back as it was', () => {
    const facts = {
      ...UNCLIP_EXAMPLE,
      '90': { type: 'GLIGENLoader', widgets: ['x.safetensors'] },
      '91': { type: 'ImageFancy', links: { images: '8.0' } },
    };
    const { workflow, report } = imported(facts);

    expect([workflow.nodes['GLIGENLoader_90']?.mode, workflow.nodes['ImageFancy_91']?.mode]).toEqual(['mute', 'mute']);
    expect(planRun(workflow, catalog).ok).toBe(true);
    expect(report.nodes.find(({ id }) => id === '90')?.words).toContain(
      'No image that is saved or shown needs it, so it is muted.',
    );
    expect(exportComfyUi(workflow).prompt['90']).toMatchObject({ inputs: { gligen_name: 'x.safetensors' } });
  });

  test('a setting that came by a link from a node without counterpart goes back by that link', () => {
    const api = {
      ...apiOf(UNCLIP_EXAMPLE),
      '70': { class_type: 'StringNode', inputs: { value: 'x' } },
      '71': {
        class_type: 'ImageScale',
        inputs: { image: ['8', 0], upscale_method: 'area', width: ['70', 0], height: 64, crop: 'disabled' },
      },
      '9': { class_type: 'SaveImage', inputs: { filename_prefix: ['70', 0], images: ['71', 0] } },
    };

    expect(exportComfyUi(importComfyUi(JSON.stringify(api)).workflow).prompt).toEqual(api);
  });

  test('widgets by name, and none at all', () => {
    const named = changed(UNCLIP_EXAMPLE, '5', { widgets: { width: 512, height: 640, batch_size: 2 } });
    const none = changed(UNCLIP_EXAMPLE, '5', { widgets: null });

    expect(said(imported(named).workflow, 'sample_3')).toMatchObject({ params: { width: 512, height: 640, count: 2 } });
    expect(said(imported(none).workflow, 'sample_3')).toMatchObject({ params: { width: 512, height: 512, count: 1 } });
  });

  test('a primitive passes its value to each linked input', () => {
    const facts = {
      ...changed(UNCLIP_EXAMPLE, '3', {
        links: { model: '32.0', positive: '36.0', negative: '7.0', latent_image: '5.0', seed: '70.0' },
        asInputs: ['seed'],
      }),
      '70': { type: 'PrimitiveNode', widgets: [1234, 'fixed'] },
    };

    const { workflow, report } = imported(facts);

    expect(said(workflow, 'sample_3')).toMatchObject({ params: { seed: 1234, steps: 26 } });
    expect(report.nodes.map(({ type }) => type)).not.toContain('PrimitiveNode');
  });

  test('reroutes are followed, also several, and a circle of them leads nowhere', () => {
    const rerouted = {
      ...changed(UNCLIP_EXAMPLE, '8', { links: { samples: '71.0', vae: '32.2' } }),
      '70': { type: 'Reroute', links: { '': '3.0' } },
      '71': { type: 'Reroute', links: { '': '70.0' } },
    };
    const circle = changed(rerouted, '70', { links: { '': '71.0' } });

    expect(said(imported(rerouted).workflow, 'decode_8')).toMatchObject({ inputs: { latent: 'sample_3.latent' } });
    expect(said(imported(circle).workflow, 'decode_8')).toEqual({
      type: 'VAEDecode',
      params: { numerics: 'comfyui' },
      inputs: { vae: 'model_32.vae' },
    });
  });

  test('muted and bypassed nodes stay so, and conditioning passes through a bypassed image', () => {
    const bypassed = changed(UNCLIP_EXAMPLE, '36', {
      more: { mode: 4 },
      inputTypes: { conditioning: 'CONDITIONING', clip_vision_output: 'CLIP_VISION_OUTPUT' },
      outputs: ['CONDITIONING'],
    });
    const muted = changed(UNCLIP_EXAMPLE, '9', { more: { mode: 2 } });

    const { workflow } = imported(bypassed);

    expect(said(workflow, 'sample_3')).toMatchObject({ inputs: { prompt: 'prompt_6.conditioning' } });
    expect((said(workflow, 'sample_3') as { inputs: object }).inputs).not.toHaveProperty('image');
    expect(said(imported(muted).workflow, 'save_9')).toMatchObject({ mode: 'mute' });
  });

  test('groups become frames, notes become notes, own titles stay', () => {
    const facts = {
      ...changed(UNCLIP_EXAMPLE, '34', { more: { title: 'My mountains' } }),
      '80': { type: 'MarkdownNote', widgets: ['# Read me'] },
    };
    const groups = [{ title: 'Upscale Pass', bounding: [9001, 2, 300, 400], color: '#3f789e' }];

    const { workflow } = imported(facts, { groups });

    expect(workflow.layout).toMatchObject({
      frames: [{ id: 'group1', title: 'Upscale Pass', x: 9001, y: 2, width: 300, height: 400 }],
      notes: [{ id: 'note80', text: '# Read me' }],
    });
    expect(workflow.nodes['photo_34']?.title).toBe('My mountains');
  });

  test('cards that are higher than ComfyUI’s cover nothing, and their frame grows with them', () => {
    const { workflow } = imported(UNCLIP_2PASS, { groups: [{ title: 'All', bounding: [-50, -50, 1800, 2000] }] });

    const { nodes, frames } = workflow.layout as unknown as {
      readonly nodes: Record<string, { readonly x: number; readonly y: number }>;
      readonly frames: readonly { readonly y: number; readonly height: number }[];
    };
    const places = Object.values(nodes);
    const sampler = nodes['sample_3'] ?? { x: 0, y: 0 };
    const below = places.filter(({ x, y }) => x === sampler.x && y > sampler.y).map(({ y }) => y);
    expect(Math.min(...below) - sampler.y).toBeGreaterThan(700);
    const [frame = { y: 0, height: 0 }] = frames;
    expect(frame.y + frame.height).toBeGreaterThan(Math.max(...places.map(({ y }) => y)));
  });

  test('a group node is expanded', () => {
    const facts = {
      '1': { type: 'unCLIPCheckpointLoader', widgets: ['h.ckpt'] },
      '2': {
        type: 'workflow>Draw',
        widgets: ['a lake', '', 512, 512, 1, 5, 'fixed', 10, 7, 'ddim', 'normal', 1],
        links: { clip: '1.1', 'CLIPTextEncode clip': '1.1', model: '1.0' },
      },
      '3': { type: 'VAEDecode', links: { samples: '2.0', vae: '1.2' } },
    };
    const port = (name: string) => ({ name, type: '*' });
    const groupNodes = {
      Draw: {
        nodes: [
          { type: 'CLIPTextEncode', inputs: [port('clip')], outputs: [port('CONDITIONING')] },
          { type: 'CLIPTextEncode', inputs: [port('clip')], outputs: [port('CONDITIONING')] },
          { type: 'EmptyLatentImage', inputs: [], outputs: [port('LATENT')] },
          {
            type: 'KSampler',
            inputs: [port('model'), port('positive'), port('negative'), port('latent_image')],
            outputs: [port('LATENT')],
          },
        ],
        links: [
          [0, 0, 3, 1, 1, 'CONDITIONING'],
          [1, 0, 3, 2, 2, 'CONDITIONING'],
          [2, 0, 3, 3, 3, 'LATENT'],
        ],
        external: [],
      },
    };

    const { workflow } = imported(facts, { extra: { groupNodes } });

    expect(said(workflow, 'sample_2-3')).toMatchObject({
      inputs: { unet: 'model_1.unet', prompt: 'prompt_2-0.conditioning' },
      params: { seed: 5, steps: 10, sampler: 'ddim', width: 512 },
    });
    expect(said(workflow, 'prompt_2-0')).toMatchObject({
      inputs: { text: 'model_1.text' },
      params: { prompt: 'a lake' },
    });
    expect(said(workflow, 'decode_3')).toMatchObject({ inputs: { latent: 'sample_2-3.latent' } });
  });

  test('subgraphs are expanded, values shown outside count, and one that contains itself is reported', () => {
    const inner = uiFile({
      '1': { type: 'CLIPTextEncode', widgets: ['inside'], links: { clip: '-10.0' } },
    });
    const links = [
      { id: 1, origin_id: -10, origin_slot: 0, target_id: 1, target_slot: 0, type: 'CLIP' },
      { id: 2, origin_id: 1, origin_slot: 0, target_id: -20, target_slot: 0, type: 'CONDITIONING' },
    ];
    const subgraph = { id: 'uuid-1', name: 'Say it', nodes: inner['nodes'], links };
    const facts = {
      ...changed(UNCLIP_EXAMPLE, '7', {
        type: 'uuid-1',
        widgets: ['shown outside'],
        more: { properties: { proxyWidgets: [['1', 'text']] } },
      }),
    };
    const endless = { ...subgraph, nodes: [{ id: 1, type: 'uuid-1', inputs: [], outputs: [] }] };

    const { workflow } = imported(facts, { definitions: { subgraphs: [subgraph] } });
    const { report } = imported(facts, { definitions: { subgraphs: [endless] } });

    expect(said(workflow, 'prompt_6')).toMatchObject({
      inputs: { text: 'model_32.text' },
      params: { negativePrompt: 'shown outside' },
    });
    expect(report.problems.join()).toContain('nested more than 16 deep, or hold themselves');
  });

  test('half a link is reported and dropped, and so is an invalid node', () => {
    const file = uiFile(UNCLIP_EXAMPLE);
    const links = [...(file['links'] as unknown[]), [99, 1234, 0, 8, 0, 'LATENT'], 'nonsense'];
    const nodes = [...(file['nodes'] as unknown[]), { id: 5 }, null];

    const { report } = importComfyUi(JSON.stringify({ ...file, links, nodes }));

    expect(report.problems).toEqual([
      'An entry of "nodes" is not a node: expected an id and a type.',
      'An entry of "nodes" is not a node: expected an id and a type.',
      'An entry of "links" is not a link: expected id, nodes and slots.',
      'Link 99: it has no end, since there is no node 1234.',
    ]);
  });

  test('a link missing in the table of links, and duplicate ids, are reported', () => {
    const image = { name: 'images', type: 'IMAGE', link: 4 };
    const save = { id: 1, type: 'SaveImage', widgets_values: ['mine'], inputs: [image] };

    const { report } = importComfyUi(JSON.stringify({ nodes: [{ ...save, inputs: [] }, save], links: [] }));

    expect(report.problems).toEqual([
      'Several nodes have the id 1; only the last of them is read.',
      'Node 1 (SaveImage), input images: there is no link 4.',
    ]);
  });

  test('circular links are reported, with exactly the nodes in the circle', () => {
    const invert = (from: string) => ({ class_type: 'ImageInvert', inputs: { image: [from, 0] } });
    const load = { class_type: 'LoadImage', inputs: { image: 'a.png' } };
    const batch = { class_type: 'ImageBatch', inputs: { image1: ['4', 0], image2: ['2', 0] } };
    const save = { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['2', 0] } };

    const { report } = importComfyUi(JSON.stringify({ '1': batch, '2': invert('1'), '3': save, '4': load }));
    const alone = importComfyUi(JSON.stringify({ '1': invert('1'), '3': { ...save, inputs: { images: ['1', 0] } } }));
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [String(i), invert(String((i + 1) % 30))]));

    expect(report.problems).toEqual([
      'Dependency cycle detected: links lead in a circle through nodes 1 (ImageBatch), 2 (ImageInvert). Disconnect one of these inputs; until then, ' +
        'what needs them does not run.',
    ]);
    expect(alone.report.problems.join()).toContain('in a circle through node 1 (ImageInvert).');
    expect(importComfyUi(JSON.stringify(many)).report.problems.join()).toContain('7 (ImageInvert) and 22 more.');
  });

  test('a page or a prompt inside of an object, as it is sent or as scripts get it, is read as if it were alone', () => {
    const page = uiFile(UNCLIP_EXAMPLE);
    const prompt = { '1': { class_type: 'LoadImage', inputs: { image: 'a.png' } } };
    const whole = (content: object) => importComfyUi(JSON.stringify(content)).workflow;

    for (const body of [{ prompt }, { prompt, client_id: 'me' }, { output: prompt }]) {
      expect(whole(body)).toEqual(whole(prompt));
    }
    expect(whole({ workflow: page })).toEqual(whole(page));
    expect(whole({ workflow: page, output: exportComfyUi(whole(page)).prompt }).nodes).toHaveProperty('sample_3');
    for (const body of [{ prompt }, { workflow: page }]) expect(looksLikeComfyUi(JSON.stringify(body))).toBe(true);
  });

  test('LoRAs and a separate VAE file are applied, and exported again', () => {
    const facts = {
      ...UNCLIP_EXAMPLE,
      '60': {
        type: 'LoraLoader',
        widgets: ['styles\\ink.safetensors', 0.8, 0.5],
        links: { model: '32.0', clip: '32.1' },
      },
      '61': { type: 'LoraLoaderModelOnly', widgets: ['pose.safetensors', -1], links: { model: '60.0' } },
      '62': { type: 'VAELoader', widgets: ['ft-mse.safetensors'] },
      '6': { type: 'CLIPTextEncode', widgets: ['a lake'], links: { clip: '60.1' } },
      '3': {
        type: 'KSampler',
        widgets: [1, 'fixed', 26, 8, 'uni_pc_bh2', 'normal', 1],
        links: { model: '61.0', positive: '6.0', negative: '7.0', latent_image: '5.0' },
      },
      '8': { type: 'VAEDecode', links: { samples: '3.0', vae: '62.0' } },
    };
    const { workflow } = imported(facts);

    expect(said(workflow, 'lora_60')).toMatchObject({
      inputs: { unet: 'model_32.unet', text: 'model_32.text' },
      params: { lora: 'styles/ink.safetensors', strength: 0.8, textStrength: 0.5 },
    });
    expect(said(workflow, 'lora_61')).toMatchObject({
      inputs: { unet: 'lora_60.unet' },
      params: { lora: 'pose.safetensors', strength: -1, textStrength: 0 },
    });
    expect(workflow.nodes['sample_3']?.inputs).toMatchObject({ unet: 'lora_61.unet' });
    expect(workflow.nodes['decode_8']?.inputs).toMatchObject({ vae: 'vae_62.vae' });
    const { prompt } = exportComfyUi(workflow);
    expect(prompt['60']).toEqual({
      class_type: 'LoraLoader',
      inputs: {
        lora_name: 'styles\\ink.safetensors',
        strength_model: 0.8,
        strength_clip: 0.5,
        model: ['32', 0],
        clip: ['32', 1],
      },
    });
    expect(prompt['61']?.class_type).toBe('LoraLoaderModelOnly');
    expect(prompt['62']).toEqual({ class_type: 'VAELoader', inputs: { vae_name: 'ft-mse.safetensors' } });
  });

  test('models are merged, and ComfyUI’s share of the first is ours of the second', () => {
    const facts = {
      ...UNCLIP_EXAMPLE,
      '60': { type: 'CheckpointLoaderSimple', widgets: ['other.safetensors'] },
      '61': { type: 'ModelMergeSimple', widgets: [0.7], links: { model1: '32.0', model2: '60.0' } },
      '62': { type: 'CLIPMergeSimple', widgets: [1], links: { clip1: '32.1', clip2: '60.1' } },
      '63': { type: 'ModelMergeSubtract', widgets: [0.5], links: { model1: '61.0', model2: '60.0' } },
      '64': { type: 'ModelMergeAdd', widgets: [], links: { model1: '61.0', model2: '63.0' } },
      '6': { type: 'CLIPTextEncode', widgets: ['a lake'], links: { clip: '62.0' } },
      '3': {
        type: 'KSampler',
        widgets: [1, 'fixed', 26, 8, 'uni_pc_bh2', 'normal', 1],
        links: { model: '64.0', positive: '6.0', negative: '7.0', latent_image: '5.0' },
      },
    };
    const { workflow } = imported(facts);

    expect(said(workflow, 'merge_61')).toMatchObject({
      inputs: { unet: 'model_32.unet', unet2: 'model_60.unet' },
      params: { method: 'weighted sum', ratio: 0.3 },
    });
    expect(said(workflow, 'merge_62')).toMatchObject({
      inputs: { text: 'model_32.text', text2: 'model_60.text' },
      params: { ratio: 0 },
    });
    expect(said(workflow, 'merge_63')).toMatchObject({ params: { method: 'difference', ratio: 0.5 } });
    expect(said(workflow, 'merge_64')).toMatchObject({
      inputs: { unet: 'merge_61.unet', unet2: 'merge_63.unet' },
      params: { method: 'sum', ratio: 1 },
    });
    const { prompt } = exportComfyUi(workflow);
    expect(prompt['61']).toEqual({
      class_type: 'ModelMergeSimple',
      inputs: { ratio: 0.7, model1: ['32', 0], model2: ['60', 0] },
    });
    expect(prompt['62']?.inputs).toEqual({ ratio: 1, clip1: ['32', 1], clip2: ['60', 1] });
    expect([prompt['63']?.class_type, prompt['64']?.class_type]).toEqual(['ModelMergeSubtract', 'ModelMergeAdd']);
  });

  test('models are merged by block, and the share of each block is ours of the second', () => {
    const facts = {
      ...UNCLIP_EXAMPLE,
      '60': { type: 'CheckpointLoaderSimple', widgets: ['other.safetensors'] },
      '61': { type: 'ModelMergeBlocks', widgets: [0.7, 1, 0.25], links: { model1: '32.0', model2: '60.0' } },
      '3': {
        type: 'KSampler',
        widgets: [1, 'fixed', 26, 8, 'uni_pc_bh2', 'normal', 1],
        links: { model: '61.0', positive: '6.0', negative: '7.0', latent_image: '5.0' },
      },
    };
    const { workflow } = imported(facts);

    expect(said(workflow, 'merge_61')).toMatchObject({
      type: 'MergeModelBlocks',
      inputs: { unet: 'model_32.unet', unet2: 'model_60.unet' },
      params: { input: 0.3, middle: 0, output: 0.75 },
    });
    const merge = workflow.nodes['merge_61'];
    const changed = { ...merge, type: 'MergeModelBlocks', params: { ...merge?.params, output: 0.5 } };
    const { prompt } = exportComfyUi({ ...workflow, nodes: { ...workflow.nodes, ['merge_61']: changed } });
    expect(prompt['61']).toEqual({
      class_type: 'ModelMergeBlocks',
      inputs: { input: 0.7, middle: 1, out: 0.5, model1: ['32', 0], model2: ['60', 0] },
    });
  });

  test('the thresholds of Canny are levels of 0 to 255 here, and go back as shares', () => {
    const facts = { ...UNCLIP_EXAMPLE, '60': { type: 'Canny', widgets: [0.2, 0.6], links: { image: '8.0' } } };
    const { workflow } = imported(facts);

    expect(said(workflow, 'edges_60')).toMatchObject({
      inputs: { image: 'decode_8.image' },
      params: { low: 51, high: 153, norm: 'l2', channels: 'brightness' },
    });
    const changed = { ...workflow, nodes: { ...workflow.nodes } };
    const edges = changed.nodes['edges_60'];
    if (edges === undefined) throw new Error('no edges');
    changed.nodes['edges_60'] = { ...edges, params: { ...edges.params, low: 102 } };
    expect(exportComfyUi(changed).prompt['60']?.inputs).toMatchObject({ low_threshold: 0.4, high_threshold: 0.6 });
  });

  test('a part of an image that is larger than the image is cut off at its edges', () => {
    const crop = { image: ['1', 0], width: 512, height: 512, x: 8, y: 0 };
    const { workflow } = importComfyUi(
      JSON.stringify({
        1: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
        2: { class_type: 'ImageCrop', inputs: crop },
      }),
    );

    expect(workflow.nodes['crop_2']?.params).toEqual({ left: 8, top: 0, width: 512, height: 512, numerics: 'comfyui' });
    expect(exportComfyUi(workflow).prompt['2']?.inputs).toEqual(crop);
  });

  test('a node without counterpart keeps all its data, and is exported again', () => {
    const api = {
      ...apiOf(UNCLIP_EXAMPLE),
      '60': { class_type: 'FancyUpscaler', inputs: { 'model name': 'x4.pth', image: ['8', 0], strong: true } },
      '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['60', 2] } },
    };

    const { workflow, report } = importComfyUi(JSON.stringify(api));

    expect(workflow.nodes['FancyUpscaler_60']).toMatchObject({
      type: 'ComfyUI:FancyUpscaler',
      inputs: { image: 'decode_8.image' },
    });
    expect(said(workflow, 'save_9')).toMatchObject({ inputs: { image: 'FancyUpscaler_60.out2' } });
    expect(report.nodes.find(({ id }) => id === '60')?.likeness).toBe('placeholder');
    expect(exportComfyUi(workflow).prompt).toEqual(api);
  });
});

describe('export', () => {
  test('reports what was changed here since, and keeps the rest', () => {
    const { workflow } = imported(UNCLIP_EXAMPLE);
    const sample = workflow.nodes['sample_3'];
    const edited = {
      ...workflow,
      nodes: {
        ...workflow.nodes,
        sample_3: {
          ...sample,
          type: 'UNetSample',
          params: { ...sample?.params, seed: 5, sampler: 'euler', noiseSchedule: 'karras' },
        },
      },
    };

    const { prompt } = exportComfyUi(edited);

    expect(prompt['3']?.inputs).toMatchObject({
      seed: 5,
      sampler_name: 'euler',
      scheduler: 'karras',
      steps: 26,
      cfg: 8,
    });
    expect(prompt['36']?.inputs['noise_augmentation']).toBe(0.30000000000000016);
  });

  test('of a workflow that was made here names what ComfyUI has no node for', () => {
    const workflow: Workflow = {
      format: 'unclip-workflow',
      version: 1,
      nodes: {
        model: { type: 'LoadModel' },
        photo: { type: 'LoadImage', params: { image: 'cat.png' } },
        embed: { type: 'CLIPImageEmbed', inputs: { vision: 'model.vision', image: 'photo.image' } },
        mix: { type: 'BlendEmbeds', inputs: { embed1: 'embed.embed' } },
        noise: { type: 'NoiseAugment', inputs: { embed: 'mix.embed' }, params: { noiseLevel: 500 } },
        prompt: { type: 'TextEncode', inputs: { text: 'model.text' }, params: { prompt: 'a (real) lake' } },
        sample: {
          type: 'UNetSample',
          inputs: { unet: 'model.unet', prompt: 'prompt.conditioning', image: 'noise.condition' },
          params: { count: 2 },
        },
        decode: { type: 'VAEDecode', inputs: { latent: 'sample.latent', vae: 'model.vae' } },
        save: { type: 'SaveImage', inputs: { image: 'decode.image' } },
      },
    };

    const { prompt, left } = exportComfyUi(workflow);

    expect(left).toEqual({ mix: 'ComfyUI has no node like BlendEmbeds.' });
    const byClass = Object.fromEntries(Object.values(prompt).map((node) => [node.class_type, node.inputs]));
    expect(byClass['CLIPTextEncode']).toBeDefined();
    expect(Object.values(prompt).map(({ inputs }) => inputs['text'])).toContain('a \\(real\\) lake');
    expect(byClass['unCLIPConditioning']).toMatchObject({ strength: 1, noise_augmentation: 500 / 999 });
    expect(byClass['EmptyLatentImage']).toEqual({ width: 768, height: 768, batch_size: 2 });
    expect(byClass['KSampler']).toMatchObject({ sampler_name: 'ddim', steps: 20, cfg: 10, denoise: 1 });
  });
});

test('a subgraph is exported as the nodes that it holds', () => {
  const file = readFileSync(join(REPOSITORY, 'workflows/subgraph.json'), 'utf8');
  const parsed = parseWorkflow(file);

  const { prompt } = exportComfyUi(parsed.ok ? parsed.value : failed());

  const classes = Object.values(prompt).map(({ class_type }) => class_type);
  expect(classes).toEqual(expect.arrayContaining(['unCLIPCheckpointLoader', 'KSampler', 'VAEDecode', 'SaveImage']));
  for (const { inputs } of Object.values(prompt)) {
    for (const link of Object.values(inputs).filter(Array.isArray)) expect(prompt).toHaveProperty([String(link[0])]);
  }
});

describe('any input', () => {
  test('a file that is not a ComfyUI workflow is rejected with a message', () => {
    for (const text of ['', 'no', '[]', '{}', '{"nodes": 3}', '{"format":"unclip-workflow","version":1,"nodes":{}}']) {
      expect(() => importComfyUi(text)).toThrow(ComfyFormatError);
      expect(looksLikeComfyUi(text)).toBe(false);
    }
  });

  test.each([
    ['nothing', ' \n', 'It is empty.'],
    ['a workflow of ours', '{"format":"unclip-workflow","nodes":{}}', 'It is a workflow of unclip-studio already.'],
    ['a page of the web', '<!DOCTYPE html><html></html>', 'this is an HTML page, and not the file itself.'],
    ['a pointer', 'version https://git-lfs.github.com/spec/v1\nsize 1\n', 'this is a Git LFS pointer'],
    ['half a file', '{"nodes": [', 'It is not JSON: line 1, column 12: expected a value, got the end of the text.'],
  ])('%s in place of a workflow is called what it is', (_, text, words) => {
    expect(() => importComfyUi(text)).toThrow(words);
  });

  test('any graph is imported to a readable file, every node is reported, none is lost', () => {
    const types = fc.constantFrom(
      ...['KSampler', 'KSamplerAdvanced', 'CLIPTextEncode', 'unCLIPConditioning', 'EmptyLatentImage', 'VAEDecode'],
      ...['LoadImage', 'SaveImage', 'LatentUpscale', 'Reroute', 'PrimitiveNode', 'Odd Node', '__proto__', 'toString'],
    );
    const inputs = fc.constantFrom(
      'model',
      'positive',
      'samples',
      'latent_image',
      'clip',
      'image',
      'images',
      '__proto__',
    );
    const node = fc.record({
      type: types,
      widgets: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      links: fc.dictionary(
        inputs,
        fc.tuple(fc.nat(9), fc.nat(3)).map(([id, slot]) => `${id}.${slot}`),
      ),
      more: fc.record({ mode: fc.constantFrom(0, 2, 4, 7), title: fc.oneof(fc.string(), fc.constant(3)) }),
    });
    fc.assert(
      fc.property(fc.array(node, { maxLength: 10 }), (nodes) => {
        const file = uiFile(Object.fromEntries(nodes.map((facts, id) => [String(id), facts as UiNodeFacts])));
        const { workflow, report } = importComfyUi(JSON.stringify(file));
        const text = formatWorkflow(workflow);
        const parsed = parseWorkflow(text);

        expect(parsed.ok ? [] : parsed.diagnostics).toEqual([]);
        const kept = nodes.filter(({ type }) => !['Reroute', 'PrimitiveNode'].includes(type));
        expect(report.nodes).toHaveLength(kept.length);
        exportComfyUi(workflow);
      }),
      { numRuns: randomRuns(150) },
    );
  });

  test('mutilated files are imported or rejected with a message', () => {
    const text = JSON.stringify(uiFile(UNCLIP_2PASS));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(30), fc.string({ maxLength: 6 }), (at, length, put) => {
        try {
          importComfyUi(text.slice(0, at) + put + text.slice(at + length));
        } catch (error) {
          expect(error).toBeInstanceOf(ComfyFormatError);
        }
      }),
      { numRuns: randomRuns(300) },
    );
  });

  test('every param that an import sets is accepted by its node', () => {
    for (const facts of [UNCLIP_EXAMPLE, UNCLIP_MULTIPLE, UNCLIP_2PASS]) {
      for (const node of Object.values(imported(facts).workflow.nodes)) {
        const definition = catalog.types.get(node.type);
        if (definition === undefined) continue;
        expect(Object.keys(definition.params)).toEqual(expect.arrayContaining(Object.keys(node.params ?? {})));
      }
    }
  });
});

function failed(): never {
  throw new Error('the example cannot be read');
}

/** The same as ComfyUI's page would send it. */
function apiOf(facts: Readonly<Record<string, UiNodeFacts>>): Record<string, unknown> {
  const names: Readonly<Record<string, readonly string[]>> = {
    unCLIPCheckpointLoader: ['ckpt_name'],
    CheckpointLoaderSimple: ['ckpt_name'],
    GLIGENLoader: ['gligen_name'],
    CLIPTextEncode: ['text'],
    LoadImage: ['image'],
    CLIPVisionEncode: ['crop'],
    unCLIPConditioning: ['strength', 'noise_augmentation'],
    EmptyLatentImage: ['width', 'height', 'batch_size'],
    LatentUpscale: ['upscale_method', 'width', 'height', 'crop'],
    KSampler: ['seed', '', 'steps', 'cfg', 'sampler_name', 'scheduler', 'denoise'],
    SaveImage: ['filename_prefix'],
  };
  return Object.fromEntries(
    Object.entries(facts).map(([id, { type, widgets = [], links = {} }]) => {
      const values = (names[type] ?? []).flatMap((name, i) => (name === '' ? [] : [[name, (widgets as unknown[])[i]]]));
      const wired = Object.entries(links).map(([name, link]) => [
        name,
        [link.split('.')[0], Number(link.split('.')[1])],
      ]);
      return [id, { class_type: type, inputs: Object.fromEntries([...values, ...wired]) }];
    }),
  );
}

test('a run that needs a placeholder is rejected with the import’s message about it', () => {
  const api = {
    1: { class_type: 'ModelSamplingDiscrete', inputs: { model: ['2', 0], sampling: 'img_to_img', zsnr: false } },
    2: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  };
  const { workflow, report } = importComfyUi(JSON.stringify(api));

  const [problem] = validateWorkflow(workflow, catalog);

  expect(report.nodes.find(({ id }) => id === '1')?.words).toBe(
    'There is no counterpart of the sampling "img_to_img".',
  );
  expect(problem && describeDiagnostic(problem)).toBe(
    'Node "ModelSamplingDiscrete_1" (ComfyUI:ModelSamplingDiscrete): there is no node type "ComfyUI:ModelSamplingDiscrete". There is no counterpart of the sampling "img_to_img".',
  );
});

test('the report lists numbers beyond the limits, which differ here', () => {
  const { nodes } = importComfyUi(JSON.stringify(UNUSUAL_PROMPTS['settings beyond the limits'])).report;

  expect(nodes.find(({ id }) => id === '3')).toMatchObject({
    likeness: 'alike',
    words:
      'The steps 20000 became 1000, which is the limit here. The cfg 300 became 100, which is the limit here. ' +
      'The width 4097 became 2048, which is the limit here. The height 9000 became 2048, which is the limit here. ' +
      'The batch_size 100 became 64, which is the limit here.',
  });
});

test('latents from a batch keep the noise of their index there, with every sampler', () => {
  const { workflow, report } = importComfyUi(JSON.stringify(UNUSUAL_PROMPTS['parts of batches that samplers made']));

  expect(planRun(workflow, catalog).ok).toBe(true);
  expect(report.nodes.filter(({ type }) => type === 'LatentFromBatch').map(({ likeness }) => likeness)).toEqual([
    'exact',
    'exact',
  ]);
  expect(workflow.nodes['taken_30']?.params).toEqual({ first: 2, count: 9 });
  // The seventh of two is the second: the last one of the four.
  const firsts = ['3', '33', '34'].map((id) => workflow.nodes[`sample_${id}`]?.params?.['firstInBatch']);
  expect(firsts).toEqual([undefined, 3, 3]);
  const parts = importComfyUi(JSON.stringify(UNUSUAL_PROMPTS['parts of batches'])).workflow;
  expect(parts.nodes['sample_32']?.params).toMatchObject({ firstInBatch: 0, count: 1 });
});

test('an image with a mask becomes an input of the sampler’s model, whatever is in the chain of prompts', () => {
  const name = 'an image with a mask for an inpainting model';
  const api = UNUSUAL_PROMPTS[name] ?? {};
  const { workflow, report } = importComfyUi(JSON.stringify(api));
  const withMask = (is: unknown) => {
    const inpaint = { ...api[40], inputs: { ...api[40]?.inputs, noise_mask: is } };
    return importComfyUi(JSON.stringify({ ...api, 40: inpaint })).workflow;
  };
  const free = withMask(false);

  expect(planRun(workflow, catalog).ok).toBe(true);
  expect(report.nodes.find(({ id }) => id === '40')).toMatchObject({ likeness: 'exact', became: ['inpaint_40'] });
  expect(said(workflow, 'inpaint_40')).toEqual({
    type: 'InpaintModelConditioning',
    inputs: { vae: 'model_4.vae', image: 'photo_42.image', mask: 'mask_42.mask' },
    params: { numerics: 'comfyui' },
  });
  const map = 'inpaint_40.map';
  expect(workflow.nodes['sample_3']?.inputs).toMatchObject({
    latent: 'inpaint_40.latent',
    mask: 'inpaint_40.mask',
    map,
  });
  expect(workflow.nodes['sample_44']?.inputs).toMatchObject({ prompt: 'prompt_6.conditioning', map });
  expect(free.nodes['sample_3']?.inputs).toMatchObject({ latent: 'inpaint_40.latent', map });
  expect(free.nodes['sample_3']?.inputs).not.toHaveProperty('mask');
  // As Python's bool has it.
  for (const no of [0, null, '']) expect(withMask(no).nodes['sample_3']?.inputs).not.toHaveProperty('mask');
  expect(withMask(1).nodes['sample_3']?.inputs).toHaveProperty('mask');
  // Made here, it is said there as well.
  const made = said(workflow, 'inpaint_40') as WorkflowNode;
  const { prompt } = exportComfyUi({ ...workflow, nodes: { ...workflow.nodes, inpaint_40: made } });
  const [id, node] = Object.entries(prompt).find(([, one]) => one.class_type === 'InpaintModelConditioning') ?? [];
  expect(node?.inputs).toMatchObject({ positive: ['41', 0], negative: ['41', 1], noise_mask: true, mask: ['42', 1] });
  expect(prompt['3']?.inputs).toMatchObject({ positive: [id, 0], negative: [id, 1], latent_image: [id, 2] });
});
