import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportComfyUi, exportComfyUiPage, formatExactJson, importComfyUi } from '@unclip-studio/comfyui';
import { comfyTextOf, formatWorkflow, looksLikeComfyUi, parseWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';
import { comparePrompts } from './reopen-differences.js';
import { roundTripFolder } from './round-trip-folder.js';
import { UNCLIP_EXAMPLE, UNCLIP_MULTIPLE, uiFile } from './ui-file.js';
import { UNUSUAL_PROMPTS } from './unusual-prompts.js';

type PageNode = Record<string, unknown> & {
  readonly id: number;
  readonly inputs: readonly { readonly link: unknown }[];
};
type Page = Record<string, unknown> & { readonly nodes: PageNode[]; readonly links: readonly unknown[][] };

function imported(file: object): Workflow {
  const saved = parseWorkflow(formatWorkflow(importComfyUi(JSON.stringify(file)).workflow));
  if (!saved.ok) throw new Error('what was imported cannot be read again');
  return saved.value;
}

const pageOf = (workflow: Workflow) => JSON.parse(formatExactJson(exportComfyUiPage(workflow).page)) as Page;
const nodeOf = (page: Page, id: number) => page.nodes.find((node) => node.id === id);
const linkInto = (page: Page, id: number, slot: number) =>
  page.links.find(([, , , to, at]) => to === id && at === slot);

function change(workflow: Workflow, id: string, more: object): Workflow {
  const node = workflow.nodes[id];
  if (node === undefined) throw new Error(`no node ${id}`);
  return { ...workflow, nodes: { ...workflow.nodes, [id]: { ...node, ...more } } };
}

const changeParams = (workflow: Workflow, id: string, params: object) =>
  change(workflow, id, { params: { ...workflow.nodes[id]?.params, ...params } });

/** With all data of a page other than its graph. */
const DECORATED = uiFile(
  {
    ...UNCLIP_EXAMPLE,
    '34': {
      ...UNCLIP_EXAMPLE['34'],
      type: 'LoadImage',
      widgets: ['a.png', 'image'],
      more: { title: 'Mountains', color: '#322' },
    },
    '80': { type: 'Note', widgets: ['Look here.'], more: { color: '#432' } },
    '81': { type: 'SomeCustomThing', widgets: [1, 'two'], more: { mode: 4 } },
    '82': {
      type: 'SaveImage',
      links: { images: '8.0' },
      widgets: ['muted'],
      inputTypes: { images: 'IMAGE' },
      more: { mode: 2 },
    },
  },
  {
    ...{ id: 'a-uuid', revision: 3, config: { a: 1 } },
    groups: [{ title: 'Prompts', bounding: [10, 20, 400, 300], color: '#3f789e', font_size: 24, locked: true }],
    extra: { ds: { scale: 0.5, offset: [1, 2] } },
  },
);

/** The sampler is in a subgraph, whose steps the page shows outside. */
function withSubgraph(uses: number): object {
  const inner = {
    id: 'sub',
    name: 'Draw',
    inputs: [{ name: 'latent', type: 'LATENT' }],
    outputs: [{ name: 'LATENT', type: 'LATENT' }],
    nodes: [
      {
        ...{ id: 3, type: 'LatentUpscaleBy', pos: [0, 0], mode: 0, widgets_values: ['bilinear', 1.5] },
        inputs: [{ name: 'samples', type: 'LATENT', link: 1 }],
        outputs: [{ name: 'LATENT', type: 'LATENT', links: [2] }],
      },
    ],
    links: [
      { id: 1, origin_id: -10, origin_slot: 0, target_id: 3, target_slot: 0, type: 'LATENT' },
      { id: 2, origin_id: 3, origin_slot: 0, target_id: -20, target_slot: 0, type: 'LATENT' },
    ],
  };
  const outer = Object.fromEntries(
    Array.from({ length: uses }, (_, i) => [
      String(60 + i),
      { type: 'sub', links: { latent: '3.0' }, inputTypes: { latent: 'LATENT' }, outputs: ['LATENT'] },
    ]),
  );
  return uiFile({ ...UNCLIP_EXAMPLE, ...outer }, { definitions: { subgraphs: [inner] } });
}

describe('a page that was imported', () => {
  test.each([
    ['an example', uiFile(UNCLIP_EXAMPLE)],
    ['one with two images', uiFile(UNCLIP_MULTIPLE)],
    ['one with groups, notes, titles, colours, muted and bypassed nodes', DECORATED],
    ['one with a subgraph', withSubgraph(1)],
    ['one without links', { nodes: [{ id: 1, type: 'LoadImage', pos: [0, 0], widgets_values: ['a.png'] }] }],
  ])('%s goes back as it was', (_, page) => {
    expect(pageOf(imported(page))).toEqual(page);
  });

  test('names its values in the order of the page, by which ComfyUI’s page gives them to widgets', () => {
    const values = {
      seed: 42,
      steps: 20,
      cfg: 7,
      sampler_name: 'euler',
      scheduler: 'karras',
      denoise: 0.4,
      a_note: 'low',
    };
    const page = { nodes: [{ id: 10, type: 'KSampler', widgets_values: values }], links: [] };

    const [node] = pageOf(changeParams(imported(page), 'sample_10', { steps: 33 })).nodes;

    expect(Object.entries(node?.['widgets_values'] ?? {})).toEqual(Object.entries({ ...values, steps: 33 }));
    expect(node).not.toHaveProperty('unclipWidgetOrder');
  });

  test('has a changed setting in its widget, and all else as it was', () => {
    const before = uiFile(UNCLIP_EXAMPLE);
    const page = pageOf(changeParams(imported(before), 'sample_3', { steps: 33, guidanceScale: 4.5 }));

    const sampler = nodeOf(page, 3);
    expect(sampler?.['widgets_values']).toMatchObject({ 2: 33, 3: 4.5 });
    expect({ ...page, nodes: page.nodes.filter(({ id }) => id !== 3) }).toEqual({
      ...before,
      nodes: (before['nodes'] as PageNode[]).filter(({ id }) => id !== 3),
    });
  });

  test('has new nodes with links, without deleted ones', () => {
    const workflow = imported(DECORATED);
    const { look_99: _, ...nodes } = workflow.nodes;
    const decode = Object.keys(nodes).find((id) => nodes[id]?.type === 'VAEDecode') ?? '';
    const save =
      Object.keys(nodes).find((id) => nodes[id]?.type === 'SaveImage' && nodes[id]?.mode === undefined) ?? '';
    const { [save]: __, ...others } = nodes;
    const changed = {
      ...workflow,
      nodes: { ...others, mirrored: { type: 'ImageInvert', inputs: { image: `${decode}.image` } } },
    };

    const page = pageOf(changed);

    const added = page.nodes.find(({ type }) => type === 'ImageInvert');
    expect(added?.id).toBeGreaterThan(99);
    expect(linkInto(page, added?.id ?? 0, 0)?.[1]).toBe(8);
    expect(page.nodes.filter(({ type }) => type === 'SaveImage').map(({ id }) => id)).toEqual([82]);
    const ids = new Set(page.nodes.map(({ id }) => id));
    expect(page.links.filter(([, from, , to]) => !ids.has(Number(from)) || !ids.has(Number(to)))).toEqual([]);
  });

  test('has nodes where they were moved to, muted, bypassed and called as here', () => {
    const workflow = imported(DECORATED);
    const [from] = [(DECORATED['nodes'] as PageNode[]).find(({ id }) => id === 34)?.['pos'] as [number, number]];
    const layout = workflow.layout as { nodes: Record<string, { x: number; y: number }> };
    const at = layout.nodes['photo_34'] ?? { x: 0, y: 0 };
    const moved = {
      ...change(workflow, 'photo_34', { title: 'Hills', mode: 'bypass' }),
      layout: { ...layout, nodes: { ...layout.nodes, photo_34: { x: at.x + 15, y: at.y - 5 } } },
    } as Workflow;

    expect(nodeOf(pageOf(moved), 34)).toMatchObject({ title: 'Hills', mode: 4, pos: [from[0] + 15, from[1] - 5] });
  });

  test('has the groups and notes of now', () => {
    const workflow = imported(DECORATED);
    const layout = workflow.layout as { frames: object[]; notes: object[] };
    const changed = {
      ...workflow,
      layout: {
        ...layout,
        frames: [
          ...layout.frames.map((frame) => ({ ...frame, title: 'Texts' })),
          { id: 'f', title: 'New', x: 1, y: 2, width: 3, height: 4 },
        ],
        notes: layout.notes.map((note) => ({ ...note, text: 'Look there.' })),
      },
    } as Workflow;

    const page = pageOf(changed);

    expect(page['groups']).toMatchObject([
      { title: 'Texts', locked: true },
      { title: 'New', bounding: [1, 2, 3, 4] },
    ]);
    expect(nodeOf(page, 80)?.['widgets_values']).toEqual(['Look there.']);
  });

  test('has a change inside a subgraph there, unless the page shows it several times, which is reported', () => {
    const id = 'upscale_60-3';
    const once = exportComfyUiPage(changeParams(imported(withSubgraph(1)), id, { scale: 2 }));
    const twice = exportComfyUiPage(changeParams(imported(withSubgraph(2)), id, { scale: 2 }));

    const values = ({ page }: typeof once) =>
      JSON.parse(formatExactJson(page)).definitions.subgraphs[0].nodes[0].widgets_values;
    expect(values(once)).toEqual(['bilinear', 2]);
    expect(values(twice)).toEqual(['bilinear', 1.5]);
    expect(Object.values(twice.left)).toEqual([
      'It is in a subgraph that the page shows several times; its scale_by was not written.',
    ]);
  });

  test('has no link from a primitive to a setting that was changed', () => {
    const before = uiFile({
      ...UNCLIP_EXAMPLE,
      '3': {
        ...UNCLIP_EXAMPLE['3'],
        type: 'KSampler',
        links: { ...UNCLIP_EXAMPLE['3']?.links, steps: '90.0' },
        asInputs: ['steps'],
      },
      '90': { type: 'PrimitiveNode', widgets: [12, 'fixed'], outputs: ['INT'] },
    });
    const workflow = imported(before);
    const page = pageOf(changeParams(workflow, 'sample_3', { steps: 25 }));

    expect(pageOf(workflow)).toEqual(before);
    expect(page.links.filter(([, from]) => from === 90)).toEqual([]);
    expect(imported(page).nodes['sample_3']?.params?.['steps']).toBe(25);
  });
});

describe('a workflow that came another way', () => {
  test('becomes a page with its places, groups, notes, titles and modes', () => {
    const workflow = {
      ...{ format: 'unclip-studio', version: 1 },
      nodes: {
        model: { type: 'LoadModel', params: { checkpoint: 'sd15' } },
        prompt: {
          type: 'TextEncode',
          inputs: { text: 'model.text' },
          params: { prompt: 'a cat', negativePrompt: 'fog' },
        },
        sample: {
          type: 'UNetSample',
          inputs: { unet: 'model.unet', prompt: 'prompt.conditioning' },
          params: { seed: '18446744073709551615', numerics: 'comfyui' },
          title: 'Draw',
        },
        decode: { type: 'VAEDecode', inputs: { latent: 'sample.latent', vae: 'model.vae' } },
        save: { type: 'SaveImage', inputs: { image: 'decode.image' }, mode: 'mute' },
      },
      layout: {
        nodes: {
          model: { x: 0, y: 0 },
          prompt: { x: 300, y: 0 },
          sample: { x: 700, y: 10 },
          decode: { x: 1000, y: 0 },
        },
        frames: [{ id: 'f', title: 'All', x: -10, y: -20, width: 1500, height: 700 }],
        notes: [{ id: 'n', text: 'A note', x: 5, y: 6, width: 200, height: 100 }],
      },
    } as unknown as Workflow;

    const page = pageOf(workflow);
    const text = formatExactJson(exportComfyUiPage(workflow).page);

    const sampler = page.nodes.find(({ type }) => type === 'KSampler');
    expect(sampler).toMatchObject({ title: 'Draw', pos: [700, 10], mode: 0 });
    expect(text).toContain('18446744073709551615');
    expect(page.nodes.find(({ type }) => type === 'SaveImage')).toMatchObject({ mode: 2 });
    expect(page.nodes.find(({ type }) => type === 'Note')).toMatchObject({ widgets_values: ['A note'], pos: [5, 6] });
    expect(page['groups']).toMatchObject([{ title: 'All', bounding: [-10, -20, 1500, 700] }]);
    const again = importComfyUi(text).workflow;
    expect(Object.values(again.nodes).map(({ type, params }) => [type, params?.['prompt'], params?.['seed']])).toEqual(
      expect.arrayContaining([
        ['TextEncode', 'a cat', undefined],
        ['UNetSample', undefined, '18446744073709551615'],
      ]),
    );
  });

  test.each([
    'no latent',
    'a seed by a link',
    'parts of batches',
    'parts of batches that samplers made',
    'ids with colons',
    'layers one behind the other',
  ])('a prompt with %s becomes an equivalent page', (name) => {
    const prompt = UNUSUAL_PROMPTS[name] ?? {};

    const page = pageOf(imported(prompt));
    const sent = Object.values(exportComfyUi(imported(page)).prompt).map(({ class_type: type }) => type);

    expect(page.nodes.map(({ type }) => type).sort()).toEqual(
      Object.values(prompt)
        .map((one) => one.class_type)
        .sort(),
    );
    for (const type of ['KSampler', 'CLIPTextEncode', 'SaveImage']) expect(sent).toContain(type);
    for (const { inputs } of page.nodes) {
      const links = inputs.flatMap(({ link }) => (link === null ? [] : [link]));
      expect(page.links.map(([id]) => id)).toEqual(expect.arrayContaining(links));
    }
  });
});

test('a page of a prompt has the ids of the prompt, except for colons, which lead into subgraphs there', () => {
  const load = { class_type: 'LoadImage', inputs: { image: 'a.png' } };
  const from = (id: string) => ({ class_type: 'SaveImage', inputs: { filename_prefix: id, images: [id, 0] } });
  const prompt = { photo: load, '7:1': load, '7_1': load, '12': from('photo'), save: from('7:1'), '0': from('7_1') };

  const { nodes, links } = pageOf(imported(prompt));

  const ids = Object.fromEntries(nodes.map(({ id, widgets_values: values }) => [String(id), (values as unknown[])[0]]));
  expect(ids).toEqual({ '0': '7_1', '12': 'photo', photo: 'a.png', '7_1': 'a.png', '7_1_': 'a.png', save: '7:1' });
  expect(nodes.map(({ id }) => typeof id).sort()).toEqual(['number', 'number', 'string', 'string', 'string', 'string']);
  expect(links.map(([, source, , reader]) => `${source} ${reader}`).sort()).toEqual(['7_1 0', '7_1_ save', 'photo 12']);
});

test('a page of a prompt has nothing muted but what was muted here', () => {
  const prompt = {
    '1': { class_type: 'LoadImage', inputs: { image: 'a.png' } },
    '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'a', images: ['1', 0] } },
    '3': { class_type: 'SetLatentNoiseMask', inputs: {} },
    '4': { class_type: 'SomeCustomThing', inputs: { amount: 1 } },
  };
  const workflow = imported(prompt);
  const mutedHere = Object.values(workflow.nodes).filter(({ mode }) => mode === 'mute');
  const save = Object.keys(workflow.nodes).find((id) => workflow.nodes[id]?.type === 'SaveImage') ?? '';

  expect(mutedHere).toHaveLength(2);
  expect(pageOf(workflow).nodes.map(({ mode }) => mode)).toEqual([0, 0, 0, 0]);
  expect(nodeOf(pageOf(change(workflow, save, { mode: 'mute' })), 2)).toMatchObject({ mode: 2 });
});

test('differences that ComfyUI’s page could not send unchanged are listed separately, with the reason', () => {
  const sampler = new Map<string, unknown>([...['model', 'seed', 'sampler_name'].map((name) => [name, 0] as const)]);
  const classes = new Map([
    ['KSampler', sampler],
    ['Encode', new Map([['crop', 'center']])],
  ]);
  const node = (type: string | undefined, inputs: object) => ({ class_type: type, inputs });
  const before = {
    '1': node('KSampler', { seed: 1, model: ['2', 0], sampler_name: 'sample_euler', mystery: true }),
    '2': node('Encode', {}),
    '3:1': node('Missing', { name: 'a', amount: 2 }),
    '4': node('Missing', { name: 'a', amount: 2 }),
    '5': node('Encode', {}),
  };
  const after = {
    '1': node('KSampler', { seed: 2, sampler_name: 'euler' }),
    '2': node('Encode', { crop: 'center' }),
    '3_1': node(undefined, { UNKNOWN: 2, UNKNOWN_1: 'a' }),
    '4': node(undefined, { UNKNOWN: 3, UNKNOWN_1: 'a' }),
    '6': node('Encode', {}),
  };

  const { differences, unsendable } = comparePrompts(before, after, classes);

  expect(unsendable.map(({ what }) => what.split(' ')[0])).toEqual([
    ...['1.sampler_name', '1.mystery', '2.crop', '3_1.name', '3_1.amount', '3_1.UNKNOWN', '3_1.UNKNOWN_1'],
  ]);
  expect(differences.map((what) => what.split(/ \(|:/)[0])).toEqual([
    ...['1.seed', '1.model', '4', '4.name', '4.amount', '4.UNKNOWN', '4.UNKNOWN_1'],
    ...['without node 5 in the prompt', 'with node 6 in the prompt'],
  ]);
  expect(comparePrompts(before, after).unsendable).toEqual([]);
});

test('a folder of prompts and pages is divided into those that came back unchanged and the others', () => {
  const folder = mkdtempSync(join(tmpdir(), 'round-trip-'));
  writeFileSync(join(folder, 'a.json'), JSON.stringify(UNUSUAL_PROMPTS['no latent']));
  writeFileSync(join(folder, 'b.json'), JSON.stringify(DECORATED));
  // Keys that could reach a prototype are left out.
  writeFileSync(join(folder, 'c.json'), '{"1": {"class_type": "Odd", "inputs": {"constructor": 1}}}');

  expect(roundTripFolder(folder)).toEqual([
    { file: 'a.json', format: 'api', differences: [] },
    { file: 'b.json', format: 'page', differences: [] },
    { file: 'c.json', format: 'api', differences: ['node 1'] },
  ]);
});

test('a page with its prompt is opened with the values that were sent, under names that the page lacks', () => {
  const page = uiFile({
    ...UNCLIP_EXAMPLE,
    '6': { ...UNCLIP_EXAMPLE['6'], type: 'CLIPTextEncode', widgets: ['a {red|blue} fox'] },
    '81': { type: 'SomeCustomThing', widgets: [1, 'two'] },
  });
  const prompt = {
    6: { class_type: 'CLIPTextEncode', inputs: { text: 'a blue fox {as drawn}', clip: ['32', 1] } },
    3: { class_type: 'KSampler', inputs: { seed: 42, model: ['32', 0] } },
    81: { class_type: 'SomeCustomThing', inputs: { amount: 1, name: 'two' } },
  };
  const forms = [
    { workflow: page, prompt },
    { prompt, client_id: 'x', extra_data: { extra_pnginfo: { workflow: page } } },
  ];

  for (const form of forms) {
    const workflow = imported(form);
    expect(looksLikeComfyUi(JSON.stringify(form))).toBe(true);
    expect(workflow.nodes['prompt_6']?.params?.['prompt']).toBe('a blue fox {as drawn}');
    expect(workflow.nodes['sample_3']?.params?.['seed']).toBe(42);
    const { prompt: sent, left } = exportComfyUi(workflow);
    expect(sent['81']).toEqual(prompt[81]);
    expect(Object.keys(left)).toEqual([]);
  }
  const both = comfyTextOf(
    new Map([
      ['workflow', JSON.stringify(page)],
      ['prompt', JSON.stringify(prompt)],
    ]),
  );
  expect(imported(JSON.parse(both ?? '')).nodes['sample_3']?.params?.['seed']).toBe(42);
});

test.each([
  ['lacks a node of it', uiFile(UNCLIP_EXAMPLE), 'RescaleCFG 77'],
  ['has no nodes', { nodes: [], links: [], version: 0.4 }, 'KSampler 3, EmptyLatentImage 5'],
])('a prompt whose page %s is opened itself, and the report says so', (_, page, lacking) => {
  const { prompt: whole } = exportComfyUi(imported(uiFile(UNCLIP_EXAMPLE)));
  const prompt = {
    ...whole,
    '3': { ...whole['3'], inputs: { ...whole['3']?.inputs, model: ['77', 0] } },
    '77': { class_type: 'RescaleCFG', inputs: { model: ['32', 0], multiplier: 0.3 } },
  };

  const { workflow, report } = importComfyUi(JSON.stringify({ workflow: page, prompt }));

  expect(exportComfyUi(workflow).prompt).toEqual(prompt);
  expect(report.problems).toEqual([
    expect.stringMatching(`^The page lacks nodes of the prompt .*${lacking}.*without the layout`),
  ]);
});
