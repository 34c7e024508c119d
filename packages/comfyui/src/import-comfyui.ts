import {
  ForeignJsonError,
  formatWorkflow,
  looksLikeParameters,
  WORKFLOW_FORMAT,
  WORKFLOW_VERSION,
  type Workflow,
  withReason,
} from '@unclip-studio/graph-core';
import { findMistakenContent } from '@unclip-studio/nodes-unclip';
import { ComfyFormatError, type ComfyGraph, type ComfyNode, isRecord } from './comfy-graph.js';
import {
  type ComfyOrigin,
  Conversion,
  commonOf,
  inputsOf,
  originOf,
  PLACEHOLDER_PREFIX,
  SAMPLERS,
} from './conversion.js';
import { promptLink } from './convert-conditioning.js';
import { CONTROLS } from './convert-control.js';
import { convertPrompt, layerOrigins, passLayers } from './convert-prompt.js';
import { convertSampler, isPartOfMade, samplerProblem } from './convert-sampler.js';
import { CUSTOM_SAMPLERS } from './custom-sampling.js';
import { parseExactJson, toPlainJson } from './exact-json.js';
import { originsOf } from './export-values.js';
import { findCircles } from './find-circles.js';
import { customProblem, withKSamplers } from './find-custom-samplers.js';
import { readersOf, unneededValues, VALUES_KEY } from './give-values.js';
import { describeBadLinks } from './input-errors.js';
import { findInputProblems, type InputProblem } from './input-problems.js';
import { MAX_IMPORTED_CHARACTERS } from './limits.js';
import { missingClassWords, NO_COUNTERPART } from './missing-classes.js';
import { muteUnneeded } from './mute-unneeded.js';
import { checkDepth, tooMany } from './page-size.js';
import { readWrapped } from './page-with-prompt.js';
import { isApiFormat, readApi } from './read-api.js';
import { readParameters } from './read-parameters.js';
import { isUiFormat, readUi } from './read-ui.js';
import type { ImportReport } from './report.js';
import { noteRoundedImages } from './rounded-images.js';
import { SIMPLE_RULES } from './rules/index.js';
import type { SimpleRule } from './rules/simple-rule.js';
import { spreadOut } from './spread-out.js';
import { unservedWords } from './unserved-words.js';
import { withWidgetOrder } from './widget-order.js';
import type { WrongValue } from './wrong-values.js';

/** A workflow that was ComfyUI's. */
export interface ImportedWorkflow {
  readonly workflow: Workflow;
  readonly report: ImportReport;
}

export interface ImportOptions {
  readonly title?: string;
}

/** Where a workflow stores the other parts of a prompt. */
export const REST_KEY = 'comfyuiRest';

/** They become parts of a sampler, or are seen through. */
export const PARTS: ReadonlySet<string> = new Set([
  'CLIPTextEncode',
  'unCLIPConditioning',
  'EmptyLatentImage',
  'RepeatLatentBatch',
  'SetLatentNoiseMask',
  'CLIPSetLastLayer',
  'LatentFromBatch',
  ...CONTROLS,
]);

/**
 * Converts a ComfyUI workflow, as saved by its page or sent to its server, into an equivalent one of ours. Nodes
 * without counterpart become placeholders that keep their data; the report lists every node.
 *
 * @throws ComfyFormatError if the text is neither
 */
export function importComfyUi(text: string, { title }: ImportOptions = {}): ImportedWorkflow {
  const { workflow, report } = convert(text, title);
  return { workflow, report };
}

/** The same for a prompt of a client, which must be notified of what its server cannot run. */
export function importPrompt(text: string): Pick<ImportedWorkflow, 'workflow'> & {
  readonly wrongValues: readonly WrongValue[];
  readonly inputProblems: readonly InputProblem[];
} {
  const { workflow, wrongValues, inputProblems } = convert(text);
  return { workflow, wrongValues, inputProblems };
}

function convert(text: string, title?: string) {
  const graph = readGraph(text);
  const conversion = new Conversion(withKSamplers(graph));
  const runners = offerOutputs(conversion);
  for (const { node, id } of runners) convertNode(node, id, conversion);
  const others = [...graph.nodes.values()].filter((node) => !conversion.isNoted(node));
  for (const node of others) if (node.type === 'CLIPTextEncode') convertPrompt(node, undefined, conversion);
  const values = unneededValues(graph.nodes, (node) => conversion.isNoted(node));
  const readers = readersOf(graph.nodes);
  for (const node of values) {
    const all = new Set((readers.get(node.id) ?? []).map(({ reader }) => reader));
    const ours = [...all].flatMap((reader) => conversion.becameOf(reader));
    conversion.note(node, 'absorbed', ours, 'Its value is set where it was read.');
  }
  const unserved = new Set(others.filter((node) => !conversion.isNoted(node)));
  for (const node of unserved) offerPlaceholder(node, conversion);
  for (const node of unserved) {
    const reading = (readers.get(node.id) ?? []).map(({ reader }) => reader);
    const isPart = PARTS.has(node.type) && !isPartOfMade(node, conversion);
    const isReadAsPart = isPart && reading.length > 0 && reading.every((reader) => unserved.has(reader));
    convertPlaceholder(node, conversion, isReadAsPart ? PART_OF_PLACEHOLDER : undefined);
  }
  noteRoundedImages(conversion);
  muteUnneeded(conversion);
  const kept = [...values, ...(graph.format === 'api' ? notKept(conversion, values) : [])];
  const workflow: Workflow = {
    format: WORKFLOW_FORMAT,
    version: WORKFLOW_VERSION,
    ...(title === undefined || title === '' ? {} : { title }),
    nodes: Object.fromEntries(conversion.added.map(({ id, node }) => [id, node])),
    ...(graph.format === 'ui' ? { layout: spreadOut(conversion.added, graph) } : {}),
    ...(kept.length === 0 ? {} : { [VALUES_KEY]: Object.fromEntries(kept.map((node) => [node.id, originOf(node)])) }),
    ...(Object.keys(graph.rest ?? {}).length === 0 ? {} : { [REST_KEY]: toPlainJson(graph.rest) }),
    ...(graph.page === undefined ? {} : { comfyuiPage: toPlainJson(withWidgetOrder(graph.page)) }),
  };
  checkDepth(workflow);
  // Written out, a page that is kept as it was takes up to thirty times as much room as where it came from.
  if (text.length > MAX_IMPORTED_CHARACTERS / 64) {
    const characters = formatWorkflow(workflow).length;
    if (characters > MAX_IMPORTED_CHARACTERS) throw tooMany('characters', characters, MAX_IMPORTED_CHARACTERS);
  }
  const inputProblems = graph.format === 'api' ? findInputProblems(graph.nodes) : [];
  const problems = [...graph.problems, ...describeBadLinks(inputProblems), ...findCircles(graph.nodes)];
  const report: ImportReport = { format: graph.format, nodes: conversion.report(), problems };
  return { workflow, report, wrongValues: [...conversion.wrongValues.values()].flat(), inputProblems };
}

/** Nodes without a counterpart here, such as those without effect between others. */
function notKept({ graph, added }: Conversion, values: readonly ComfyNode[]): readonly ComfyNode[] {
  const ids = new Set(values.map(({ id }) => id));
  for (const { node } of added) for (const { id } of Object.values(originsOf(node))) ids.add(id);
  return [...graph.nodes.values()].filter(({ id }) => !ids.has(id));
}

function readGraph(text: string): ComfyGraph {
  if (text.trim() === '')
    throw withReason(new ComfyFormatError('It is empty.'), { code: 'comfyui-file', fault: 'empty' });
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    if (looksLikeParameters(text)) return graphOfParameters(text);
    const mistaken = findMistakenContent(text.slice(0, 500));
    if (mistaken !== undefined) throw new ComfyFormatError(`${mistaken.problem}. ${mistaken.cure}.`, { cause: error });
    throw withReason(new ComfyFormatError(`It is not JSON: ${error.message}.`, { cause: error }), {
      code: 'comfyui-file',
      fault: 'not-json',
    });
  }
  if (isRecord(json) && json['format'] === WORKFLOW_FORMAT) {
    throw withReason(new ComfyFormatError('It is a workflow of unclip-studio already. Open it as it is.'), {
      code: 'comfyui-file',
      fault: 'own-workflow',
    });
  }
  const wrapped = readWrapped(json);
  if (wrapped !== undefined) return wrapped;
  if (isUiFormat(json)) return readUi(json);
  if (isApiFormat(json)) return readApi(json);
  throw withReason(
    new ComfyFormatError(
      'It is not a ComfyUI workflow: expected "nodes" and "links" as the page saves them, or nodes with a "class_type" as ' +
        'its API takes them.',
    ),
    { code: 'comfyui-file', fault: 'other-json' },
  );
}

function graphOfParameters(text: string): ComfyGraph {
  const { prompt, problems } = readParameters(text);
  const graph = readApi(prompt);
  return { ...graph, problems: [...problems, ...graph.problems] };
}

interface Runner {
  readonly node: ComfyNode;
  readonly id: string;
}

/** Gives ids first, so that links can be made in any order, also in circles. */
function offerOutputs(conversion: Conversion): readonly Runner[] {
  const runners: Runner[] = [];
  const readers = readersOf(conversion.graph.nodes);
  // Whether anything reads the second output of a LoadImage: the transparency of the image.
  const isMaskRead = ({ id }: ComfyNode) => (readers.get(id) ?? []).some(({ slot }) => slot === 1);
  for (const node of conversion.graph.nodes.values()) {
    const rule = ruleOf(node, conversion);
    if (rule !== undefined) {
      const id = conversion.newId(rule.prefix, node.id);
      for (const [slot, output] of rule.outputs.entries())
        if (output !== null) conversion.offer(node, slot, `${id}.${output}`);
      runners.push({ node, id });
      if (node.type === 'LoadImage' && isMaskRead(node)) {
        conversion.offer(node, 1, `${conversion.newId('mask', node.id)}.mask`);
      }
    } else if (SAMPLERS.has(node.type) && samplerProblem(node, conversion) === undefined) {
      const id = conversion.newId('sample', node.id);
      conversion.offer(node, 0, `${id}.latent`);
      // Without the leftover noise, which does not exist here.
      if (node.custom !== undefined) conversion.offer(node, 1, `${id}.latent`);
      runners.push({ node, id });
    } else if (!PARTS.has(node.type) || conversion.problemOf(node) !== undefined || isPartOfMade(node, conversion)) {
      offerPlaceholder(node, conversion);
    }
  }
  return runners;
}

// No node has more than a dozen; a valid file uses no slot beyond.
const MAX_SLOTS = 16;

function offerPlaceholder(node: ComfyNode, conversion: Conversion): string {
  return conversion.once(`placeholder ${node.id}`, () => {
    const id = conversion.newId(node.type.replace(/[^A-Za-z0-9]/g, '').slice(0, 24) || 'node', node.id);
    for (let slot = 0; slot < MAX_SLOTS; slot++) conversion.offer(node, slot, `${id}.out${slot}`);
    return id;
  });
}

function ruleOf(node: ComfyNode, conversion: Conversion): SimpleRule | undefined {
  if (node.type === 'LatentFromBatch' && !isTakenFromMade(node, conversion)) return undefined;
  const rule = Object.hasOwn(SIMPLE_RULES, node.type) ? SIMPLE_RULES[node.type] : undefined;
  return conversion.problemOf(node) === undefined && rule?.problem?.(node.values) === undefined ? rule : undefined;
}

/** Whether it reads latents that a node makes here, not those that are a setting of the next sampler. */
function isTakenFromMade(node: ComfyNode, conversion: Conversion): boolean {
  const passed = new Set<ComfyNode>();
  let source: ComfyNode | undefined = node;
  while (source?.type === 'LatentFromBatch' && !passed.has(source)) {
    passed.add(source);
    source = conversion.source(source, 'samples')?.node;
  }
  return source !== undefined && !PARTS.has(source.type);
}

function convertNode(node: ComfyNode, id: string, conversion: Conversion): void {
  if (SAMPLERS.has(node.type)) {
    convertSampler(node, conversion, id);
    return;
  }
  // Only nodes with a rule were given an id.
  const rule = ruleOf(node, conversion);
  if (rule === undefined) return;
  const { params, words = '' } = rule.toParams(node.values);
  const encoder = passLayers(node, id, conversion);
  const links = Object.entries(rule.inputs).map(
    ([theirs, ours]) => [ours, promptLink(theirs === 'clip' ? encoder.node : node, theirs, conversion)] as const,
  );
  const comfyui: ComfyOrigin = { node: originOf(node), ...layerOrigins(encoder.layers) };
  const hasParams = Object.keys(params).length > 0;
  conversion.add(
    id,
    {
      ...{ type: rule.type, ...commonOf(node), ...inputsOf(Object.fromEntries(links)) },
      ...(hasParams ? { params } : {}),
      comfyui,
    },
    node.place,
  );
  const [maskId] = (node.type === 'LoadImage' ? conversion.outputOf({ node, slot: 1 }) : undefined)?.split('.') ?? [];
  if (maskId !== undefined) {
    const mask = {
      type: 'LoadMask',
      ...commonOf(node),
      params,
      comfyui: { mask: originOf(node) } satisfies ComfyOrigin,
    };
    conversion.add(maskId, mask, node.place && { ...node.place, y: node.place.y + node.place.height + 40 });
    conversion.note(node, rule.likeness, [id, maskId]);
  }
  const told = `${words} ${unservedWords(node)}`.trim();
  conversion.note(node, told === '' ? rule.likeness : 'alike', [id], told);
}

const PART_OF_PLACEHOLDER = 'It becomes a part of the node that reads it, which has no counterpart here.';

/** Keeps all data of a node under a type that is not in the catalog, so that a run that needs it gets a diagnostic. */
function convertPlaceholder(node: ComfyNode, conversion: Conversion, partWords: string | undefined): void {
  const id = offerPlaceholder(node, conversion);
  const links = Object.keys(node.links).map((input) => [plainName(input), conversion.link(node, input)] as const);
  const unnamed = node.unnamed === undefined ? {} : { unnamed: toPlainJson(node.unnamed) };
  const comfyui: ComfyOrigin = { node: { ...originOf(node), ...unnamed } };
  const why =
    conversion.problemOf(node) ??
    partWords ??
    (SAMPLERS.has(node.type)
      ? samplerProblem(node, conversion)
      : CUSTOM_SAMPLERS.has(node.type)
        ? customProblem(node, conversion)
        : Object.hasOwn(SIMPLE_RULES, node.type)
          ? SIMPLE_RULES[node.type]?.problem?.(node.values)
          : missingClassWords(node.type));
  const words = why ?? NO_COUNTERPART;
  const made = {
    ...{ type: `${PLACEHOLDER_PREFIX}${node.type}`, ...commonOf(node), ...inputsOf(Object.fromEntries(links)) },
    // A run that needs it is refused with these words.
    ...{ hint: words, comfyui },
  };
  conversion.add(id, made, node.place);
  conversion.note(node, 'placeholder', [id], words);
}

/** An input of ComfyUI by a name that ours may have. */
export function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64) || 'input';
}
