import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cardBoxes, overlaps } from '@unclip-studio/editor/catalog';
import { readDocument } from '@unclip-studio/editor/document';
import {
  catalogOf,
  createCatalog,
  describeDiagnostic,
  describeInputs,
  filesInText,
  formatWorkflow,
  nameOfRequired,
  parseWorkflow,
  planRun,
  suggestInputs,
  type Workflow,
} from '@unclip-studio/graph-core';
import { BUNDLED_CHECKPOINT, unclipNodes } from '@unclip-studio/nodes-unclip';
import { afterAll, describe, expect, test } from 'vitest';
import { sheetDifference } from './support/contact-sheet.js';
import { GALLERY_PAGE, galleryPage, listExamples, MOST_THUMBNAIL_BYTES, thumbnailOf } from './support/gallery-page.js';
import { graphDrawing } from './support/graph-drawing.js';
import { IS_LONG_SUITE } from './support/long-suite.js';
import { inFewSteps, runExample, runsAsItIs } from './support/run-example.js';
import { smallModels } from './support/small-models.js';

const FOLDER = fileURLToPath(new URL('../workflows', import.meta.url));
const catalog = createCatalog(unclipNodes);
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));
/** `npm test` runs enough examples to cover every node type; the long suite runs all. */
const run = new Set(IS_LONG_SUITE ? names : namesWithEachNodeType());

test('there are example workflows', () => {
  expect(names).toContain('image-variations.json');
});

test('an example without inputs of its own has a form with its images first, its prompts, and how many it makes', () => {
  const labels = (name: string) => {
    const workflow = parse(readFileSync(join(FOLDER, name), 'utf8'));
    const described = describeInputs({ ...workflow, inputs: suggestInputs(workflow, catalog) }, catalog);
    return described.map(({ label }) => label);
  };

  expect(labels('image-variations.json')).toEqual(['image', 'prompt', 'negative prompt', 'count']);
  expect(labels('mix-two-images.json').slice(0, 2)).toEqual(['Load Image (cat): image', 'Load Image (pumpkin): image']);
});

test('the page of examples shows each of them, with a sentence and a small image', () => {
  const examples = listExamples();

  expect(readFileSync(GALLERY_PAGE, 'utf8')).toBe(galleryPage(examples));
  for (const example of examples) {
    expect(example.description, example.name).toMatch(/^[A-Z][^|]+\.$/);
    expect(statSync(thumbnailOf(example)).size, example.name).toBeLessThan(MOST_THUMBNAIL_BYTES);
  }
});

test.each([
  ['ksampler', 'few-steps'],
  ['img2img', 'image-to-image'],
  ['txt2img', 'text-to-image'],
  ['inpaint', 'inpaint'],
  ['upscale', 'upscale-model'],
  ['clip vision', 'image-variations'],
  ['negative', 'blend-prompts'],
  ['batch', 'seeds'],
  ['cfg', 'sweep'],
  ['lora', 'lora'],
])('the search for “%s” among the examples finds %s by its title or description', (words, name) => {
  const texts = listExamples().map((one) => [one.name, `${one.title} ${one.description}`.toLowerCase()] as const);

  expect(texts.filter(([, text]) => text.includes(words)).map(([found]) => found)).toContain(name);
});

describe.each(names)('%s', (name) => {
  const path = join(FOLDER, name);
  const text = readFileSync(path, 'utf8');

  test('is valid, in canonical form, and says what it is', () => {
    const workflow = parse(text);
    const planned = planRun(workflow, catalog);

    expect(planned.ok ? [] : planned.diagnostics.map(describeDiagnostic)).toEqual([]);
    expect(formatWorkflow(workflow)).toBe(text);
    expect(workflow.title).toMatch(/\S/);
    expect(Object.keys(workflow.layout?.['nodes'] ?? {}).sort()).toEqual(Object.keys(workflow.nodes).sort());
  });

  test('is on the canvas without overlapping cards', () => {
    const document = readDocument(parse(text));
    const boxes = [...cardBoxes(document, catalogOf(document, catalog))];

    const hidden = boxes.flatMap(([id, box], i) =>
      boxes.slice(i + 1).flatMap(([other, otherBox]) => (overlaps(box, otherBox) ? [`${id} and ${other}`] : [])),
    );
    expect(hidden).toEqual([]);
  });

  test('says of each model that does not come with the program where to get it, and of no other', () => {
    const workflow = parse(text);

    expect(new Set((workflow.requires ?? []).map(nameOfRequired))).toEqual(new Set(modelsNamed(workflow)));
  });

  if (run.has(name) && runsAsItIs(parse(text))) {
    test('runs, and each image opens as the workflow that made it', { timeout: 120_000 }, async () => {
      const quick = formatWorkflow(inFewSteps(parse(text)));
      const images = await runExample(basename(path), quick, smallAndQuick());

      for (const { embedded, distinctValues } of images) {
        expect(embedded).toBe(quick);
        // An image, not one colour.
        expect(distinctValues).toBeGreaterThan(16);
      }
    });
  }
  if (!runsAsItIs(parse(text))) {
    test('has a drawing of its graph as its thumbnail', async () => {
      const drawing = await graphDrawing(parse(text), catalog);

      const thumbnail = readFileSync(thumbnailOf({ name: basename(name, '.json') }));
      expect(await sheetDifference(drawing, thumbnail)).toBeLessThan(2);
    });
  }
});

/** The example with the most node types first, then each that has a node type which none before it has. */
function namesWithEachNodeType(): readonly string[] {
  const typesOf = (name: string) => {
    const { nodes, subgraphs = {} } = parse(readFileSync(join(FOLDER, name), 'utf8'));
    const all = [nodes, ...Object.values(subgraphs).map((subgraph) => subgraph.nodes)];
    return new Set(all.flatMap((some) => Object.values(some).map(({ type }) => type)));
  };
  const examples = names
    .filter((name) => runsAsItIs(parse(readFileSync(join(FOLDER, name), 'utf8'))))
    .map((name) => ({ name, types: typesOf(name) }))
    .sort((a, b) => b.types.size - a.types.size || a.name.localeCompare(b.name, 'en'));
  const seen = new Set<string>();
  return examples.flatMap(({ name, types }) => {
    const before = seen.size;
    for (const type of types) seen.add(type);
    return seen.size > before ? [name] : [];
  });
}

/** The models that params and prompts name, without the bundled ones. */
function modelsNamed({ nodes }: Workflow): readonly string[] {
  const names = Object.values(nodes).flatMap(({ type, params = {} }) =>
    Object.entries(catalog.types.get(type)?.params ?? {}).flatMap(([key, param]) => {
      const value = String(params[key] ?? param.default);
      if (param.kind === 'checkpoint') return [value];
      return param.kind === 'text' && param.files !== undefined ? filesInText(param.files, value).map(withEnding) : [];
    }),
  );
  return names.filter((name) => name !== BUNDLED_CHECKPOINT);
}

/** Prompts name textual inversions without it. */
function withEnding(name: string): string {
  return name.includes('.') ? name : `${name}.safetensors`;
}

/**
 * Options of `unclip run` by which the bundled model is a small one, and what examples have in common is computed once.
 * The long suite runs them with the bundled model.
 */
function smallAndQuick(): readonly string[] {
  kept ??= mkdtempSync(join(tmpdir(), 'unclip-test-examples-'));
  return ['--models', smallModels(), '--cache-dir', kept];
}

let kept: string | undefined;
afterAll(() => {
  if (kept !== undefined) rmSync(kept, { recursive: true, force: true });
});

function parse(text: string): Workflow {
  const parsed = parseWorkflow(text);
  if (!parsed.ok) throw new Error(parsed.diagnostics.map(describeDiagnostic).join('\n'));
  return parsed.value;
}
