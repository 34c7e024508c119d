import { ComfyFormatError, exportComfyUi, exportComfyUiPage, importComfyUi } from '@unclip-studio/comfyui';
import { formatWorkflow, parseWorkflow } from '@unclip-studio/graph-core';
import { describe, expect, test } from 'vitest';

/** What the import says instead of importing it. */
function refusal(file: unknown): string {
  try {
    importComfyUi(JSON.stringify(file));
  } catch (error) {
    if (error instanceof ComfyFormatError) return error.message;
    throw error;
  }
  return 'imported';
}

const node = (id: number, type: string, more: object = {}) => ({
  ...{ id, type, pos: [0, 0], inputs: [], outputs: [], widgets_values: [] },
  ...more,
});

const page = (nodes: readonly unknown[], more: object = {}) => ({ version: 0.4, nodes, links: [], ...more });

/** Subgraphs of `wide` subgraphs each, so many levels deep. */
function nested(levels: number, wide: number) {
  const subgraphs = Array.from({ length: levels }, (_, level) => ({
    ...{ id: `level${level}`, name: '', inputs: [], outputs: [], links: [] },
    nodes: Array.from({ length: wide }, (_, i) => node(i, level === levels - 1 ? 'Note' : `level${level + 1}`)),
  }));
  return page([node(1, 'level0')], { definitions: { subgraphs } });
}

describe('an import', () => {
  test('counts the contents of subgraphs before expanding them', () => {
    expect(refusal(nested(14, 8))).toBe(
      `The workflow has ${8 ** 14} nodes, with what its subgraphs hold; the limit is 5000. Import a part of it.`,
    );
    expect(refusal(nested(3, 4))).toBe('imported');
  });

  test('counts subgraphs that hold nothing but each other as well', () => {
    const holding = (id: string, type: string, count: number) => ({
      ...{ id, name: '', inputs: [], outputs: [], links: [] },
      nodes: Array.from({ length: count }, (_, i) => node(i, type)),
    });
    const circle = (count: number) =>
      page([node(1, 'a')], { definitions: { subgraphs: [holding('a', 'b', count), holding('b', 'a', count)] } });

    expect(refusal(circle(3))).toMatch(/^The workflow has 43046721 nodes/);
    expect(refusal(circle(1))).toBe('imported');
  });

  test('of more nodes than anyone makes by hand says how many there are, and the limit', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => [i, { class_type: 'PrimitiveInt', inputs: { value: i } }]);
    const cards = Array.from({ length: 10_000 }, (_, i) => node(i, 'KSampler'));
    const groups = Array.from({ length: 2000 }, () => ({ bounding: [0, 0, 1, 1] }));

    expect(refusal(Object.fromEntries(values))).toContain('10000 nodes');
    expect(refusal(page(cards))).toMatch(/10000 nodes.*limit is 5000/);
    expect(refusal(page([node(1, 'KSampler')], { groups }))).toMatch(/2000 groups.*limit is 1000/);
  });

  test('of many connections ends in a moment: values in chains, cards at the same position, reroutes', () => {
    const chain = Array.from({ length: 1500 }, (_, i) => {
      const inputs = i === 0 ? { value: 1 } : { value: [String(i - 1), 0] };
      return [i, { class_type: 'PrimitiveInt', inputs }];
    });
    const cards = Array.from({ length: 1500 }, (_, i) => node(i, 'KSampler'));
    const reroutes = Array.from({ length: 800 }, (_, i) => node(i, 'Reroute', { inputs: [{ name: '' }] }));
    const readers = Array.from({ length: 800 }, (_, i) =>
      node(3000 + i, 'VAEDecode', { inputs: [{ name: 'samples' }] }),
    );
    const links = [
      ...reroutes.slice(1).map(({ id }) => [id, id - 1, 0, id, 0, '*']),
      ...readers.map(({ id }) => [id, 799, 0, id, 0, '*']),
    ];

    expect(refusal(Object.fromEntries(chain))).toBe('imported');
    expect(refusal(page(cards))).toBe('imported');
    expect(refusal(page([...reroutes, ...readers], { links }))).toBe('imported');
  });

  test('that would follow the same long chain thousands of times reports that', () => {
    const chain = Array.from({ length: 300 }, (_, i) => {
      const inputs = { conditioning: [`c${i + 1}`, 0], strength: 0 };
      return [`c${i}`, { class_type: 'unCLIPConditioning', inputs }];
    });
    const samplers = Array.from({ length: 300 }, (_, i) => [
      `s${i}`,
      { class_type: 'KSampler', inputs: { positive: ['c0', 0] } },
    ]);

    expect(refusal(Object.fromEntries([...chain, ...samplers]))).toMatch(/more than 50000 steps, which is the limit/);
  });

  test('that would keep one large node at each of its readers says how large it becomes', () => {
    const layer = { class_type: 'CLIPSetLastLayer', inputs: {}, more: 'x'.repeat(500_000) };
    const prompts = Array.from({ length: 100 }, (_, i) => [
      `p${i}`,
      { class_type: 'CLIPTextEncode', inputs: { text: 'a', clip: ['layer', 0] } },
    ]);

    expect(refusal(Object.fromEntries([['layer', layer], ...prompts]))).toMatch(/\d+ characters.*limit is 33554432/);
  });
});

test('an import too large for a workflow file says so, instead of being lost when it is saved', () => {
  const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}1${']'.repeat(levels)}`);
  const prompt = (levels: number) => ({ 1: { class_type: 'Other', inputs: { value: nested(levels) } } });
  const { workflow } = importComfyUi(JSON.stringify(prompt(58)));

  expect(parseWorkflow(formatWorkflow(workflow)).ok).toBe(true);
  expect(refusal(prompt(59))).toMatch(/more than 64 objects and lists inside one another, which is the limit/);
  expect(refusal(page([node(1, 'Other')], { extra: nested(63) }))).toMatch(/more than 64 objects and lists/);
});

describe('an export', () => {
  const layer = (id: string, behind: string) => ({ id, class_type: 'CLIPSetLastLayer', inputs: { clip: [behind, 0] } });
  const promptOf = (comfyui: object) => ({
    format: 'unclip-workflow' as const,
    version: 1 as const,
    nodes: { model: { type: 'LoadModel' }, prompt: { type: 'TextEncode', inputs: { text: 'model.text' }, comfyui } },
  });

  const positive = { id: 'p', class_type: 'CLIPTextEncode', inputs: { clip: ['8', 0], text: '' } };

  test('of layers that lead to each other in a file ends', () => {
    const { prompt } = exportComfyUi(promptOf({ positive, layer1: layer('8', '9'), layer2: layer('9', '8') }));

    expect(Object.keys(prompt).sort()).toEqual(['10', '8', '9', 'p']);
  });

  test('of thousands of layers at one prompt, or of prompts that read each other, ends in a moment', () => {
    const layers = Array.from({ length: 5_000 }, (_, i) => [`layer${i}`, layer(String(i), String(i + 1))]);
    const circle = {
      a: { type: 'TextEncode', inputs: { text: 'b.conditioning' }, comfyui: { positive } },
      b: { type: 'TextEncode', inputs: { text: 'a.conditioning' } },
      sample: { type: 'UNetSample', inputs: { prompt: 'b.conditioning' } },
    };

    expect(Object.keys(exportComfyUi(promptOf({ positive, ...Object.fromEntries(layers) })).prompt)).toHaveLength(
      5_002,
    );
    expect(Object.keys(exportComfyUi({ ...promptOf({}), nodes: circle }).prompt)).toHaveLength(5);
  });
});

describe('an export of prompts that lead to each other in a file', () => {
  const combined = (id: string, first: string, second: string) =>
    [
      id,
      { type: 'ConditioningCombine', inputs: { first: `${first}.conditioning`, second: `${second}.conditioning` } },
    ] as const;
  const exported = (nodes: Record<string, object>) =>
    exportComfyUi({ format: 'unclip-workflow', version: 1, nodes } as Parameters<typeof exportComfyUi>[0]).prompt;
  const classes = (nodes: Record<string, object>) => Object.values(exported(nodes)).map((node) => node.class_type);
  const sample = (prompt: string) => ({ type: 'UNetSample', inputs: { prompt: `${prompt}.conditioning` } });

  test.each([
    ['ConditioningZeroOut', 'conditioning'],
    ['ConditioningSetImage', 'conditioning'],
    ['ConditioningPair', 'positive'],
  ])('in a circle ends: %s', (type, input) => {
    const circle = {
      a: { type, inputs: { [input]: 'b.conditioning' } },
      b: { type, inputs: { [input]: 'a.conditioning' } },
      both: combined('both', 'a', 'b')[1],
      sample: sample('both'),
    };

    expect(classes(circle)).toContain('KSampler');
  });

  test('that lead twice to the previous one, level upon level, ends in a moment', () => {
    const levels = Array.from({ length: 60 }, (_, i) => combined(`c${i + 1}`, `c${i}`, `c${i}`));
    const nodes = { c0: { type: 'TextEncode' }, ...Object.fromEntries(levels), sample: sample('c60') };

    expect(classes(nodes).filter((name) => name === 'ConditioningCombine').length).toBeGreaterThanOrEqual(60);
  });

  test('in a chain of thousands ends', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => [
      `z${i + 1}`,
      { type: 'ConditioningZeroOut', inputs: { conditioning: `z${i}.conditioning` } },
    ]);
    const nodes = { z0: { type: 'TextEncode' }, ...Object.fromEntries(chain), sample: sample('z20000') };

    expect(classes(nodes)).toContain('KSampler');
  });
});

test('a page that would be too large once it is written out with what it was is refused, with the limit', () => {
  const many = Array.from({ length: 700_000 }, () => 1);
  const deep = Array.from({ length: 25 }).reduce<unknown>((inner) => [inner], many);

  expect(refusal(page([node(1, 'Note')], { extra: { deep } }))).toMatch(/\d+ characters.*limit is 33554432/);
});

describe('names with a special meaning in JavaScript', () => {
  const names = ['__proto__', 'constructor', 'prototype'];

  test.each(names)('%s is a node like others, and comes back from an export', (name) => {
    const text = `{"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
      ${JSON.stringify(name)}: {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "x"}}}`;

    const { workflow, report } = importComfyUi(text);
    const { prompt } = exportComfyUi(workflow);

    expect(report.nodes.map(({ id }) => id)).toContain(name);
    expect(Object.keys(prompt)).toContain(name);
    expect(Object.getPrototypeOf(prompt)).toBe(Object.prototype);
  });

  test.each(['hasOwnProperty', 'toString'])('an input %s with a link to no node is accepted', (name) => {
    const prompt = {
      1: { class_type: 'KSampler', inputs: { seed: 'x', latent_image: ['9', 0], [name]: ['8', 0] } },
      8: 3,
      9: { class_type: 'EmptyLatentImage', inputs: {} },
    };
    const { workflow } = importComfyUi(JSON.stringify(prompt));

    expect(Object.keys(exportComfyUi(workflow).prompt)).toEqual(expect.arrayContaining(['1', '9']));
    expect(exportComfyUiPage(workflow).page.nodes).toHaveLength(2);
  });

  test('an object instead of a text or a number is not an edit that the file could name', () => {
    const odd = { toString: 1, valueOf: 2 };
    const prompt = {
      1: { class_type: 'CLIPTextEncode', inputs: { text: odd } },
      2: { class_type: 'KSampler', inputs: { positive: ['1', 0], sampler_name: odd, scheduler: odd, steps: odd } },
      3: { class_type: 'ImageScale', inputs: { image: odd, upscale_method: odd, width: odd } },
      4: { class_type: 'SaveImage', inputs: { images: ['3', 0], filename_prefix: odd } },
    };
    const params = { width: odd, count: odd, seed: odd, scheduler: odd, timestepSpacing: odd, noiseLevel: odd };
    const sample = { type: 'UNetSample', params };

    expect(refusal(prompt)).toBe('imported');
    expect(
      refusal(page([node(1, 'Note', { widgets_values: [odd], title: odd }), node(2, 'KSampler', { inputs: [odd] })])),
    ).toBe('imported');
    expect(Object.keys(exportComfyUi({ format: 'unclip-workflow', version: 1, nodes: { sample } }).prompt)).toContain(
      '1',
    );
  });

  test.each(names)('%s is not an input, nor a class that has a hint', (name) => {
    const inputs = `{"image": "a.png", ${JSON.stringify(name)}: ["1", 0]}`;
    const text = `{"1": {"class_type": "LoadImage", "inputs": ${inputs}}, "2": {"class_type": ${JSON.stringify(name)}, "inputs": {}}}`;

    const { report } = importComfyUi(text);

    expect(report.problems).toEqual([`Node 1: "${name}" cannot be the name of an input; it is left out.`]);
    expect(report.nodes.find(({ id }) => id === '2')?.words).toMatch(/^It has no counterpart here\./);
  });
});
