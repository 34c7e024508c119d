import { doImportTask, exportComfyUi, formatExactJson, importComfyUi } from '@unclip-studio/comfyui';
import { createCatalog, planRun, type Workflow } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { describe, expect, test } from 'vitest';

const catalog = createCatalog(unclipNodes);

type Api = Readonly<
  Record<string, { readonly class_type: string; readonly inputs: Readonly<Record<string, unknown>> }>
>;

/** Every class with numbers, upstream of one SaveImage. */
const PROMPT: Api = {
  '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'base.safetensors' } },
  '5': { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 512, batch_size: 1 } },
  '10': { class_type: 'RepeatLatentBatch', inputs: { samples: ['5', 0], amount: 2 } },
  '11': { class_type: 'CLIPSetLastLayer', inputs: { clip: ['4', 1], stop_at_clip_layer: -2 } },
  '13': { class_type: 'DifferentialDiffusion', inputs: { model: ['4', 0], strength: 0.5 } },
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a lake', clip: ['11', 0] } },
  '7': { class_type: 'CLIPTextEncode', inputs: { text: 'bad', clip: ['11', 0] } },
  '3': {
    class_type: 'KSampler',
    inputs: {
      ...{ seed: 1, steps: 20, cfg: 7.5, sampler_name: 'euler', scheduler: 'normal', denoise: 1 },
      ...{ model: ['13', 0], positive: ['6', 0], negative: ['7', 0], latent_image: ['10', 0] },
    },
  },
  '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
  '12': {
    class_type: 'ImageScaleBy',
    inputs: { image: ['8', 0], upscale_method: 'area', scale_by: 0.5 },
  },
  '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x', images: ['12', 0] } },
};

function withInput(id: string, change: Readonly<Record<string, unknown>>): Api {
  const { class_type = '', inputs = {} } = PROMPT[id] ?? {};
  return { ...PROMPT, [id]: { class_type, inputs: { ...inputs, ...change } } };
}

const imported = (api: object) => importComfyUi(JSON.stringify(api));
const isRunnable = (workflow: Workflow) => planRun(workflow, catalog).ok;

test('a prompt whose numbers are numbers can be run, also in quotes, with separators and as true', () => {
  expect(isRunnable(imported(PROMPT).workflow)).toBe(true);
  const { workflow } = imported(withInput('3', { steps: ' 1_2 ', cfg: '7.', denoise: true, seed: '3' }));

  expect(isRunnable(workflow)).toBe(true);
  expect(workflow.nodes['sample_3']?.params).toMatchObject({ steps: 12, guidanceScale: 7, seed: 3 });
  expect(workflow.nodes['sample_3']?.params).not.toHaveProperty('denoise');
});

describe('an invalid number is reported, keeps the workflow from running, and is exported unchanged', () => {
  test.each([
    ['3', 'steps', 'abc', 'steps: expected a whole number such as 20, got "abc".'],
    ['3', 'steps', '20.5', 'steps: expected a whole number such as 20, got "20.5".'],
    ['3', 'steps', '', 'steps: expected a whole number such as 20, got "".'],
    ['3', 'cfg', 'high', 'cfg: expected a number such as 7.5, got "high".'],
    ['3', 'cfg', null, 'cfg: expected a number such as 7.5, got null.'],
    ['3', 'denoise', [1], 'denoise: expected a number such as 7.5, got a list.'],
    ['3', 'seed', 'random', 'seed: expected a whole number such as 20, got "random".'],
    ['5', 'width', 'wide', 'width: expected a whole number such as 20, got "wide".'],
    ['10', 'amount', '2x', 'amount: expected a whole number such as 20, got "2x".'],
    ['11', 'stop_at_clip_layer', 'last', 'stop_at_clip_layer: expected a whole number such as 20, got "last".'],
    ['13', 'strength', 'half', 'strength: expected a number such as 7.5, got "half".'],
    ['12', 'scale_by', 'half', 'scale_by: expected a number such as 7.5, got "half".'],
  ])('node %s, %s: %j', (id, input, value, words) => {
    const api = withInput(id, { [input]: value });
    const { workflow, report } = imported(api);
    const told = report.nodes.find((node) => node.id === id);

    expect(told?.likeness).toBe('placeholder');
    expect(told?.words).toBe(`${words} Correct it in ComfyUI and import again.`);
    expect(isRunnable(workflow)).toBe(false);
    expect(exportComfyUi(workflow).prompt).toEqual(api);
  });
});

test('a value from a primitive node is reported at both', () => {
  const api = {
    ...withInput('3', { steps: ['20', 0] }),
    '20': { class_type: 'PrimitiveInt', inputs: { value: 'many' } },
  };
  const { workflow, report } = imported(api);
  const words = report.nodes.filter(({ id }) => id === '3' || id === '20').map((node) => node.words);

  expect(words.toSorted()).toEqual([
    'steps: expected a whole number such as 20, got "many". Correct it in ComfyUI and import again.',
    'value: expected a whole number such as 20, got "many". Correct it in ComfyUI and import again.',
  ]);
  expect(isRunnable(workflow)).toBe(false);
  expect(exportComfyUi(workflow).prompt).toEqual(api);
});

test('nodes that nothing saved or shown needs do not prevent a run: chains of placeholders, and invalid numbers', () => {
  const api = {
    ...PROMPT,
    '30': { class_type: 'Fancy', inputs: { images: ['8', 0], amount: 3 } },
    '31': { class_type: 'ShowFancy', inputs: { fancy: ['30', 0] } },
    '32': { class_type: 'VAEDecode', inputs: { samples: ['33', 0], vae: ['4', 2] } },
    '33': { class_type: 'LatentUpscaleBy', inputs: { samples: ['3', 0], upscale_method: 'bilinear', scale_by: 'big' } },
  };
  const { workflow, report } = imported(api);
  const muted = report.nodes.filter(({ words }) => words.includes('so it is muted')).map(({ id }) => id);

  expect(muted.toSorted()).toEqual(['30', '31', '33']);
  expect(isRunnable(workflow)).toBe(true);
  expect(exportComfyUi(workflow).prompt).toEqual(api);
});

test('a part of a sampler is reported only as missing that if the sampler has no counterpart', () => {
  const { class_type: _, ...sampler } = PROMPT['3'] ?? { class_type: '', inputs: {} };
  for (const api of [withInput('3', { cfg: 'high' }), { ...PROMPT, '3': { class_type: 'OtherSampler', ...sampler } }]) {
    const words = new Map(imported(api).report.nodes.map((node) => [node.id, node.words]));

    for (const part of ['5', '10']) {
      expect(words.get(part)).toBe('It becomes a part of the node that reads it, which has no counterpart here.');
    }
    expect(exportComfyUi(imported(api).workflow).prompt).toEqual(api);
  }
  // Nothing makes an empty latent without a sampler.
  const { '3': __, ...alone } = withInput('8', { samples: ['10', 0] });
  const repeated = imported(alone).report.nodes.find(({ id }) => id === '10');
  expect(repeated?.words).toMatch(/^It has no counterpart here\./);
});

describe('a link that leads to no output is reported with the messages of ComfyUI’s server', () => {
  const at = (input: string, value: unknown) => withInput('3', { [input]: value });
  const inner = 'Node 3 (KSampler): Exception when validating inner node. ';

  test.each([
    [['4'], 'Node 3 (KSampler): Bad linked input, must be a length-2 list of [node_id, slot_index]. model: ["4"].'],
    [
      ['4', '0'],
      `${inner}model: TypeError: tuple indices must be integers or slices, not str, in the link ["4","0"]: ` +
        'the number of an output is a whole number, not "0".',
    ],
    [
      ['4', 99],
      `${inner}model: IndexError: tuple index out of range, in the link ["4",99]: CheckpointLoaderSimple has outputs 0 to 2.`,
    ],
    [
      ['4', -4],
      `${inner}model: IndexError: tuple index out of range, in the link ["4",-4]: CheckpointLoaderSimple has outputs 0 to 2.`,
    ],
    [[4, 0], `${inner}model: KeyError: 4, in the link [4,0]: the id of a node is a text, "4".`],
    [['98', 0], `${inner}model: KeyError: '98', in the link ["98",0]: there is no node "98".`],
    [[null, 0], `${inner}model: KeyError: None, in the link [null,0]: there is no node null.`],
    [
      [['4'], 0],
      `${inner}model: TypeError: unhashable type: 'list', in the link [["4"],0]: the id of a node is a text, not ["4"].`,
    ],
    [null, 'Node 3 (KSampler): Required input is missing. model.'],
    [true, 'Node 3 (KSampler): Bad linked input, must be a length-2 list of [node_id, slot_index]. model: true.'],
  ])('%j', (value, words) => {
    const api = at('model', value);
    const { workflow, report } = imported(api);

    expect(report.problems).toEqual([words]);
    expect(exportComfyUi(workflow).prompt).toEqual(api);
  });

  test('a link to the node itself', () => {
    const api = at('latent_image', ['3', 0]);
    const { workflow, report } = imported(api);

    expect(report.problems).toEqual([
      'Dependency cycle detected: links lead in a circle through node 3 (KSampler). Disconnect one of these inputs; until ' +
        'then, what needs them does not run.',
    ]);
    expect(exportComfyUi(workflow).prompt).toEqual(api);
  });
});

test('a link below 0 counts from the last output, and a text that is null is the word None, as in ComfyUI', () => {
  const api = {
    ...withInput('8', { vae: ['4', -1] }),
    '6': { class_type: 'CLIPTextEncode', inputs: { text: null, clip: ['4', -2] } },
    '9': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: null } },
  };
  const { workflow, report } = imported(api);
  const nodes = Object.values(workflow.nodes);

  expect(isRunnable(workflow)).toBe(true);
  expect(nodes.find(({ type }) => type === 'TextEncode')).toMatchObject({
    params: { prompt: 'None' },
    inputs: { text: expect.stringMatching(/\.text$/) },
  });
  expect(nodes.find(({ type }) => type === 'VAEDecode')?.inputs?.['vae']).toMatch(/\.vae$/);
  expect(nodes.find(({ type }) => type === 'SaveImage')?.params).toEqual({ name: 'None' });
  expect(report.nodes.find(({ id }) => id === '6')?.words).toBe(
    'Its text is null, which ComfyUI reads as the word None.',
  );
  expect(report.problems).toEqual([]);
  expect(exportComfyUi(workflow).prompt).toEqual(api);
});

test.each([
  ['GrowMask', 'tapered_corners', 'taperedCorners'],
  ['ImageCompositeMasked', 'resize_source', 'resize'],
  ['ModelSamplingDiscrete', 'zsnr', 'zeroTerminalSnr'],
])('a boolean of %s counts as in Python: 0, null and empty strings are false', (type, input, param) => {
  const said = [false, 0, null, '', true, 1, 'false'].map((value) => {
    const { workflow } = imported({ 1: { class_type: type, inputs: { [input]: value } } });
    return Object.values(workflow.nodes)[0]?.params?.[param];
  });

  expect(said).toEqual([false, false, false, false, true, true, true]);
});

describe('a prompt of a client', () => {
  function problemsOf(api: object): readonly string[] {
    const text = formatExactJson({ prompt: api });
    const answer = doImportTask({ kind: 'prompt', text, maxNodes: 100 });
    if (answer.kind !== 'prompt') throw new Error(answer.kind);
    return answer.prompt.inputProblems.map(({ node, input, kind }) => `${node}.${input} ${kind}`);
  }
  const withValue = (id: string, input: string, type: string, value: unknown) => ({
    ...withInput(id, { [input]: ['20', 0] }),
    '20': { class_type: `Primitive${type}`, inputs: { value } },
  });
  const withSource = (type: string, inputs: object) => ({
    ...withInput('3', { seed: ['20', 0] }),
    '20': { class_type: type, inputs },
  });
  const without = (id: string, name: string) => {
    const api = withInput(id, {});
    const inputs = Object.entries(api[id]?.inputs ?? {}).filter(([input]) => input !== name);
    return { ...api, [id]: { ...api[id], inputs: Object.fromEntries(inputs) } };
  };

  test('has no problems as ComfyUI’s page sends it', () => {
    expect(problemsOf(PROMPT)).toEqual([]);
    expect(problemsOf(without('13', 'strength'))).toEqual([]);
    expect(problemsOf(withInput('3', { seed: 18446744073709551615n, steps: '12' }))).toEqual([]);
    // ComfyUI makes texts of these, and counts outputs from the last one.
    expect(problemsOf(withInput('6', { text: null }))).toEqual([]);
    expect(problemsOf(withInput('8', { vae: ['4', -1] }))).toEqual([]);
  });

  test.each<readonly [string, object, string]>([
    ['a number is missing', without('3', 'steps'), '3.steps missing'],
    ['a text is missing', without('6', 'text'), '6.text missing'],
    ['an input is not connected', without('3', 'negative'), '3.negative missing'],
    ['a link leads to a node that is not there', withInput('3', { negative: ['99', 0] }), '3.negative no-source'],
    ['a choice is none of its class', withInput('3', { scheduler: 'nromal' }), '3.scheduler not-in-list'],
    ['a way to resize is unknown', withInput('12', { upscale_method: 'sinc' }), '12.upscale_method not-in-list'],
    ['a number is too large', withInput('3', { steps: 20_000 }), '3.steps above'],
    ['a size is larger than there is here', withInput('5', { width: '4096' }), '5.width above'],
    ['a number is too small', withInput('5', { batch_size: 0 }), '5.batch_size below'],
    ['a seed is negative', withInput('3', { seed: -1 }), '3.seed below'],
    ['a seed is larger than 64 bits hold', withInput('3', { seed: 18446744073709551616n }), '3.seed above'],
    ['a seed in quotes is too large', withInput('3', { seed: '18446744073709551616' }), '3.seed above'],
    ['an optional number is too large', withInput('13', { strength: 1.5 }), '13.strength above'],
    ['a text is a list', withInput('6', { text: ['a', 'b', 'c'] }), '6.text no-link'],
    ['a number is a list', withInput('3', { cfg: ['99'] }), '3.cfg no-link'],
    ['a link is nothing', withInput('3', { negative: null }), '3.negative missing'],
    ...['steps', 'cfg', 'seed', 'sampler_name', 'scheduler', 'denoise'].map(
      (input): readonly [string, object, string] => [
        `${input} is linked to a model`,
        withInput('3', { [input]: ['4', 0] }),
        `3.${input} mismatch`,
      ],
    ),
    ['a text is linked to a latent', withInput('6', { text: ['5', 0] }), '6.text mismatch'],
    ['a size is linked to a conditioning', withInput('5', { width: ['6', 0] }), '5.width mismatch'],
    ['a whole number is linked to a fraction', withValue('3', 'steps', 'Float', 2.7), '3.steps mismatch'],
    ['a whole number is linked to a text', withValue('3', 'steps', 'String', '20'), '3.steps mismatch'],
    ['a whole number is linked to a yes or no', withValue('3', 'steps', 'Boolean', true), '3.steps mismatch'],
    ['a choice is linked to a text', withValue('3', 'scheduler', 'String', 'normal'), '3.scheduler mismatch'],
    ['a number is linked to a class without counterpart', withSource('GetSeed', {}), '20.value unknown-class'],
    ['a number is linked to a number that is not set', withSource('PrimitiveInt', {}), '20.value missing'],
    [
      'a number is linked to a number that is linked to a model',
      withSource('PrimitiveInt', { value: ['4', 0] }),
      '20.value mismatch',
    ],
    ...[true, '5', '', 1.5, {}].map((value): readonly [string, object, string] => [
      `a latent is ${JSON.stringify(value)}`,
      withInput('3', { latent_image: value }),
      '3.latent_image no-link',
    ]),
  ])('is reported if %s', (_, api, problem) => {
    expect(new Set(problemsOf(api))).toEqual(new Set([problem]));
  });

  test.each([
    ['10', '10'],
    ['5', '5'],
    ['14', '5'],
    ['15', '15'],
  ])('is reported if node %s, which configures a sampler here, leads to another node', (from, source) => {
    const api = {
      ...withInput('8', { samples: [from, 0] }),
      '14': { class_type: 'LatentFromBatch', inputs: { samples: ['5', 0], batch_index: 0, length: 1 } },
      '15': { class_type: 'SetLatentNoiseMask', inputs: { samples: ['5', 0], mask: ['16', 0] } },
      '16': { class_type: 'SolidMask', inputs: { value: 1, width: 512, height: 512 } },
    };
    const answer = doImportTask({ kind: 'prompt', text: formatExactJson({ prompt: api }), maxNodes: 100 });

    expect(answer.kind === 'prompt' && answer.prompt.inputProblems).toEqual([
      {
        ...{ kind: 'for-samplers', node: '8', classType: 'VAEDecode', input: 'samples', received: [from, 0] },
        source: { id: source, type: (api as Api)[source]?.class_type },
      },
    ]);
  });

  test('has no problems where a value comes from a node of its type', () => {
    expect(problemsOf(withValue('3', 'steps', 'Int', 20))).toEqual([]);
    expect(problemsOf(withValue('3', 'cfg', 'Float', 7))).toEqual([]);
    expect(problemsOf(withValue('6', 'text', 'StringMultiline', 'a lake'))).toEqual([]);
  });
});
