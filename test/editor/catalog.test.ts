import { readdirSync, readFileSync } from 'node:fs';
import { editActions } from '@unclip-studio/editor/actions';
import {
  CARD,
  type CardLayout,
  type CardPart,
  canConnect,
  cardLayoutOf,
  definitionOf,
  findProblems,
  judgeFrom,
  layoutCard,
  plannedNodes,
  portLooks,
  searchNodes,
  showsImages,
  toProblem,
} from '@unclip-studio/editor/catalog';
import { expect, test } from 'vitest';
import { catalog, documentOf, IMAGE_PATH } from './support/rig.js';

const WORKFLOWS = new URL('../../workflows/', import.meta.url);
const TEMPLATES = readdirSync(WORKFLOWS)
  .filter((file) => file.endsWith('.json'))
  .map((file): { title: string; description?: string } => JSON.parse(readFileSync(new URL(file, WORKFLOWS), 'utf8')));

const out = (node: string, name: string) => ({ node, side: 'output', name }) as const;
const into = (node: string, name: string) => ({ node, side: 'input', name }) as const;

test('an output goes to an input of its type, whichever end is pulled', () => {
  const document = documentOf(IMAGE_PATH);

  expect(canConnect(document, catalog, [out('photo', 'image'), into('embed', 'image')])).toEqual({ ok: true });
  expect(canConnect(document, catalog, [into('embed', 'image'), out('photo', 'image')])).toEqual({ ok: true });
});

test('a refusal says what was expected and what helps', () => {
  const document = documentOf(IMAGE_PATH);

  expect(canConnect(document, catalog, [out('photo', 'image'), into('noise', 'embed')])).toEqual({
    ok: false,
    reason: 'This input takes embed, not image. Put CLIP Image Embed between them.',
  });
  expect(canConnect(document, catalog, [out('photo', 'image'), out('model', 'unet')])).toEqual({
    ok: false,
    reason: 'An output connects to an input.',
  });
});

test('a circle is refused', () => {
  const nodes = {
    a: { type: 'UNetSample', inputs: { generator: 'b.generator' } },
    b: { type: 'UNetSample' },
  };

  expect(canConnect(documentOf(nodes), catalog, [out('a', 'generator'), into('b', 'generator')])).toEqual({
    ok: false,
    reason: 'This would connect the nodes in a circle.',
  });
});

test('a wire dropped on a card goes to its first free port that fits', () => {
  const document = documentOf({ ...IMAGE_PATH, embed2: { type: 'CLIPImageEmbed' } });
  const judge = judgeFrom(document, catalog, out('photo', 'image'));

  expect(judge?.bestPort('embed2')).toEqual(into('embed2', 'image'));
  expect(judge?.bestPort('noise')).toBeUndefined();
});

test('a node of an unknown type has just the ports that are in use', () => {
  const document = documentOf({
    odd: { type: 'Odd', inputs: { thing: 'photo.image' } },
    photo: { type: 'LoadImage' },
    save: { type: 'SaveImage', inputs: { image: 'odd.result' } },
  });

  const definition = definitionOf(catalog, document.nodes, 'odd');

  expect(Object.keys(definition?.inputs ?? {})).toEqual(['thing']);
  expect(Object.keys(definition?.outputs ?? {})).toEqual(['result']);
});

test('a card is as high as its parts, and its sockets lie on its edges', () => {
  const document = documentOf(IMAGE_PATH);

  const layout = cardLayoutOf(document, catalog, 'embed');

  // Two inputs next to one output, and one param below them.
  expect(layout?.height).toBe(CARD.header + 2 * CARD.portRow + CARD.padding + CARD.paramRow + CARD.padding);
  expect(layout?.socket('input', 'vision')).toEqual({ x: 0, y: CARD.header + CARD.padding / 2 + CARD.portRow / 2 });
  expect(layout?.socket('output', 'embed')?.x).toBe(layout?.width);
  expect(layout?.socket('output', 'nothing')).toBeUndefined();
});

test('params added to a node leave its card unchanged, until they are used or all settings are shown', () => {
  const definition = catalog.types.get('UNetSample');
  if (definition === undefined) throw new Error('no UNetSample');
  const looks = { x: 0, y: 0 };
  const added = (ports: Readonly<Record<string, { added?: true }>>) =>
    Object.keys(ports).filter((name) => ports[name]?.added);
  const paramsOf = ({ parts }: CardLayout) => parts.flatMap((part) => (part.kind === 'param' ? [part.name] : []));

  const asBefore = layoutCard(definition, looks);
  const connected = layoutCard(definition, looks, { inputs: { noise: 'drawn.latent' } });
  const set = layoutCard(definition, looks, { params: { variationSeed: 7 } });
  const all = layoutCard(definition, { ...looks, showsAll: true });

  expect(added(definition.inputs)).toContain('noise');
  expect(asBefore.socket('input', 'noise')).toBeUndefined();
  expect(connected.socket('input', 'noise')).toBeDefined();
  expect(connected.height).toBe(asBefore.height + CARD.portRow);
  expect(paramsOf(asBefore).filter((name) => added(definition.params).includes(name))).toEqual([]);
  expect(new Set(paramsOf(set))).toEqual(new Set([...paramsOf(asBefore), 'variationSeed']));
  expect(all.socket('input', 'noise')).toBeDefined();
  expect(new Set(paramsOf(all))).toEqual(new Set(Object.keys(definition.params)));
});

test('a card whose node has not changed is laid out without looking at the node again', () => {
  const definition = catalog.types.get('UNetSample');
  if (definition === undefined) throw new Error('no UNetSample');
  const looks = { x: 0, y: 0 };
  let reads = 0;
  const node = {
    get params() {
      reads += 1;
      return { variationSeed: 7 };
    },
  };

  const first = layoutCard(definition, looks, node);
  const readsOfFirst = reads;
  const again = layoutCard(definition, looks, node);
  const other = layoutCard(definition, looks, { params: {} });

  expect(readsOfFirst).toBeGreaterThan(0);
  expect(reads).toBe(readsOfFirst);
  expect(again).toBe(first);
  expect(other.height).toBeLessThan(first.height);
  expect(layoutCard(definition, looks, node)).toBe(first);
});

test('of many optional inputs those that are not connected share one row, which a click or a wire over the card opens', () => {
  const definition = catalog.types.get('UNetSample');
  if (definition === undefined) throw new Error('no UNetSample');
  const shown = (layout: CardLayout) =>
    Object.keys(definition.inputs).filter((name) => layout.socket('input', name) !== undefined);
  const node = { inputs: { unet: 'model.unet', mask: 'mask.mask' } };
  const looks = { x: 0, y: 0 };

  const folded = layoutCard(definition, looks, node);
  const opened = layoutCard(definition, { ...looks, showsInputs: true }, node);
  const hovered = layoutCard(definition, looks, node, { isOpen: true });
  const fed = layoutCard(definition, looks, node, { fed: new Set(['latent']) });

  expect(shown(folded)).toEqual(['unet', 'prompt', 'image', 'generator', 'mask']);
  expect(folded.moreInputs?.names).toEqual(['latent', 'noise', 'map', 'laterPrompt', 'laterImage']);
  expect(folded.portRows).toBe(6);
  expect(shown(opened)).toEqual(Object.keys(definition.inputs));
  expect(opened.moreInputs?.names).toEqual(folded.moreInputs?.names);
  expect(shown(hovered)).toEqual(shown(opened));
  expect(shown(fed)).toContain('latent');
});

test('inputs in a series show as many as are connected and one more, and at least two', () => {
  const definition = catalog.types.get('BlendEmbeds');
  if (definition === undefined) throw new Error('no BlendEmbeds');
  const shown = (inputs: Readonly<Record<string, string>>) => {
    const layout = layoutCard(definition, { x: 0, y: 0 }, { inputs });
    return Object.keys(definition.inputs).filter((name) => layout.socket('input', name) !== undefined);
  };

  expect(shown({})).toEqual(['embed1', 'embed2']);
  expect(shown({ embed1: 'a.embed' })).toEqual(['embed1', 'embed2']);
  expect(shown({ embed1: 'a.embed', embed2: 'b.embed' })).toEqual(['embed1', 'embed2', 'embed3']);
  expect(shown({ embed4: 'a.embed' })).toEqual(['embed1', 'embed2', 'embed3', 'embed4', 'embed5']);
  // Gaps before one that is connected are folded as other inputs are.
  expect(shown({ embed8: 'a.embed' })).toEqual(['embed1', 'embed2', 'embed3', 'embed4', 'embed8']);
});

test('images of a card stand where its parts have them', () => {
  const definition = catalog.types.get('LoadImage');
  if (definition === undefined) throw new Error('no LoadImage');
  const layout = layoutCard(definition, { x: 0, y: 0, height: 400 });
  const box = layout.imageBox ?? { x: 0, y: 0, width: 0, height: 0 };

  expect(box.y).toBeGreaterThanOrEqual(CARD.header + layout.portRows * CARD.portRow);
  expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
  expect(layoutCard(definition, { x: 0, y: 0, collapsed: true }).imageBox).toBeUndefined();
});

test('a card that shows all settings can hide again what was added to its node', () => {
  const definition = catalog.types.get('CLIPImageEmbed');
  if (definition === undefined) throw new Error('no CLIPImageEmbed');
  const isMore = ({ kind }: CardPart) => kind === 'more';

  expect(layoutCard(definition, { x: 0, y: 0 }).parts.some(isMore)).toBe(false);
  expect(layoutCard(definition, { x: 0, y: 0, showsAll: true }).parts.some(isMore)).toBe(true);
});

test('a collapsed card is only its head, with all sockets in its middle', () => {
  const definition = catalog.types.get('UNetSample');
  if (definition === undefined) throw new Error('no UNetSample');

  const layout = layoutCard(definition, { x: 0, y: 0, collapsed: true });

  expect(layout.height).toBe(CARD.header);
  expect(layout.socket('input', 'generator')).toEqual({ x: 0, y: CARD.header / 2 });
});

test('a card made taller gives the room to its texts and images', () => {
  const definition = catalog.types.get('TextEncode');
  if (definition === undefined) throw new Error('no TextEncode');
  const natural = layoutCard(definition, { x: 0, y: 0 });

  const taller = layoutCard(definition, { x: 0, y: 0, height: natural.height + 100 });

  const grows = (part: CardPart) => part.kind === 'param' && definition.params[part.name]?.kind === 'text';
  const expected = natural.parts.map((part) => part.height + (grows(part) ? 50 : 0));
  expect(taller.parts.map(({ height }) => height)).toEqual(expected);
});

test('every type of the catalogue has looks, and no two ports of one node look the same', () => {
  for (const { inputs, outputs } of catalog.types.values()) {
    for (const ports of [inputs, outputs]) {
      const types = [...new Set(Object.values(ports).map(({ type }) => type))];
      const looks = types.map((type) => JSON.stringify(portLooks(type, catalog)));
      expect(new Set(looks).size).toBe(types.length);
    }
  }
});

test('what makes or shows images has room for them', () => {
  const shown = [...catalog.types.values()].filter(showsImages).map(({ type }) => type);

  expect(shown).toEqual(expect.arrayContaining(['UNetSample', 'PreviewImage', 'SaveImage']));
  expect(shown).not.toContain('LoadModel');
});

test('the search finds words, beginnings and letters in order, best first', () => {
  const types = (words: string) => searchNodes(catalog, words).map(({ definition }) => definition.type);

  expect(types('unet')[0]).toBe('UNetSample');
  expect(types('ldmdl')).toContain('LoadModel');
  expect(types('zzz')).toEqual([]);
});

test.each([
  ['ksampler', 'UNetSample'],
  ['sampler', 'UNetSample'],
  ['cfg', 'UNetSample'],
  ['txt2img', 'UNetSample'],
  ['img2img', 'VAEEncode'],
  ['inpaint', 'InpaintModelConditioning'],
  ['outpaint', 'ImagePadForOutpaint'],
  ['upscale', 'UpscaleConditioning'],
  ['esrgan', 'LoadUpscaler'],
  ['hires fix', 'LatentUpscale'],
  ['clip vision', 'CLIPImageEmbed'],
  ['load checkpoint', 'LoadModel'],
  ['negative', 'ConditioningPair'],
  ['negative', 'TextEncode'],
  ['clip skip', 'TextEncode'],
  ['clip text encode', 'TextEncode'],
  ['batch', 'ImageBatch'],
  ['lora', 'ApplyLora'],
  ['xy plot', 'Sweep'],
  ['gif', 'SaveAnimation'],
  ['regional prompt', 'ConditioningSetArea'],
])('“%s”, as people of the field say, finds %s among the first five', (words, type) => {
  const found = searchNodes(catalog, words).slice(0, 5);

  expect(found.map(({ definition }) => definition.type)).toContain(type);
});

test.each([
  ['ksampler', 'UNetSample'],
  ['sampler', 'UNetSample'],
  ['cfg', 'UNetSample'],
  ['negative', 'TextEncode'],
  ['lora', 'ApplyLora'],
])('“%s” finds %s first', (words, type) => {
  expect(searchNodes(catalog, words)[0]?.definition.type).toBe(type);
});

test('of several words each has to be found', () => {
  const types = (words: string) => searchNodes(catalog, words).map(({ definition }) => definition.type);

  expect(types('image resize')[0]).toBe('ImageResize');
  expect(types('resize image')).toContain('ImageResize');
  expect(types('resize zzz')).toEqual([]);
});

test('the search for the end of a wire offers only what fits, with the port', () => {
  const found = searchNodes(catalog, '', { kind: 'end', side: 'output', type: 'vision-model' });

  expect(found.map(({ definition, input }) => [definition.type, input])).toContainEqual(['CLIPImageEmbed', 'vision']);
  expect(found.every(({ input }) => input !== undefined)).toBe(true);
});

test('problems name their node and field', () => {
  const problems = findProblems(documentOf({ noise: { type: 'NoiseAugment', params: { noiseLevel: 5000 } } }), catalog);

  expect(problems.map(({ nodes, field }) => [...nodes, field])).toEqual([
    ['noise', 'noiseLevel'],
    ['noise', 'embed'],
  ]);
  expect(problems[0]?.message).toMatch(/^Noise Augment, param "noise level": expected /);
  expect(problems[0]?.onCard).toMatch(/^noise level: expected /);
});

test('what the server finds in files is said with the titles of the page, also inside subgraphs', async () => {
  const inner = { photo: { type: 'LoadImage', params: { image: 'gone.png' } } };
  const document = documentOf({ model: { type: 'LoadModel', title: 'My model' }, outer: { type: 'subgraph:group' } });
  const whole = { ...document, subgraphs: { group: { nodes: inner } } };
  const because = { code: 'model-not-found', type: 'checkpoint', name: 'gone' } as const;
  const ofModel = { code: 'file-problem', node: 'model', type: 'LoadModel', param: 'checkpoint' } as const;
  const ofPhoto = { code: 'file-problem', node: 'outer/photo@1.0', type: 'LoadImage', param: 'image' } as const;
  const view = { document: whole, catalog, scope: [] };
  const inside = { ...view, scope: [{ node: 'outer', subgraph: 'group' }] };

  const model = toProblem({ ...ofModel, problem: 'Set it with --set.', because }, view);
  const photo = { ...ofPhoto, problem: 'Use --set photo.image=PATH', because: { code: 'image-not-chosen' } } as const;

  const words = 'Checkpoint "gone" is not installed. Choose another model, or download it.';
  expect([model.message, model.onCard, model.nodes]).toEqual([`My model: ${words}`, words, ['model']]);
  expect(toProblem(photo, view).message).toMatch(/^Load Image inside ".+": No image is chosen\./);
  expect([toProblem(photo, view).nodes, toProblem(photo, inside).nodes]).toEqual([['outer'], ['photo']]);
  expect(toProblem(photo, inside).onCard).toBe('No image is chosen. Drop one on the card, or choose a file.');
});

test('an image that is not chosen is said in words of the page', () => {
  const [problem] = findProblems(documentOf({ photo: { type: 'LoadImage' } }), catalog);

  expect(problem?.message).toBe('Load Image: No image is chosen. Drop one on the card, or choose a file.');
  expect(problem?.nodes).toEqual(['photo']);
});

test('what would run is known before anybody asks the server', () => {
  const document = documentOf({ ...IMAGE_PATH, save: { type: 'SaveImage', inputs: { image: 'photo.image' } } });

  expect(plannedNodes(document, catalog)).toEqual(['photo', 'save']);
  expect(plannedNodes(documentOf({}), catalog)).toBeUndefined();
});

test.each(['ksampler', 'sampler', 'img2img', 'inpaint', 'upscale', 'clip vision', 'negative', 'batch', 'cfg', 'lora'])(
  '"%s" finds nodes, templates, and the command that adds a node',
  (word) => {
    const commands = editActions.filter(({ keywords = [] }) => keywords.some((keyword) => keyword.includes(word)));
    const templates = TEMPLATES.filter(({ title, description = '' }) =>
      `${title} ${description}`.toLowerCase().includes(word),
    );

    expect(searchNodes(catalog, word)).not.toEqual([]);
    expect(templates).not.toEqual([]);
    expect(commands.map(({ id }) => id)).toEqual(['add-node']);
  },
);
