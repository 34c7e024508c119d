import { ForeignJsonError, WORKFLOW_FORMAT, WORKFLOW_VERSION, type Workflow } from '@unclip-studio/graph-core';
import { ComfyFormatError, type ComfyGraph, type ComfyNode } from './comfy-graph.js';
import { type ComfyOrigin, Conversion, commonOf, inputsOf, originOf } from './conversion.js';
import { convertPrompt, convertSampler, samplerProblem } from './convert-sampler.js';
import { parseExactJson, toPlainJson } from './exact-json.js';
import { readersOf, unneededValues, VALUES_KEY } from './give-values.js';
import { checkDepth } from './page-size.js';
import { isApiFormat, readApi } from './read-api.js';
import { isUiFormat, readUi } from './read-ui.js';
import type { ImportReport } from './report.js';
import { SIMPLE_RULES } from './simple-rules.js';
import { spreadOut } from './spread-out.js';
import { unservedWords } from './unserved-words.js';

/** A workflow that was ComfyUI's. */
export interface ImportedWorkflow {
  readonly workflow: Workflow;
  readonly report: ImportReport;
}

export interface ImportOptions {
  readonly title?: string;
}

/** Begins the type of a node that has no counterpart here. */
export const PLACEHOLDER_PREFIX = 'ComfyUI:';

const SAMPLERS: ReadonlySet<string> = new Set(['KSampler', 'KSamplerAdvanced']);
// They become parts of a sampler, or are seen through.
const PARTS: ReadonlySet<string> = new Set([
  'CLIPTextEncode',
  'unCLIPConditioning',
  'EmptyLatentImage',
  'RepeatLatentBatch',
  'SetLatentNoiseMask',
  'CLIPSetLastLayer',
]);

/**
 * Turns a workflow of ComfyUI, as its page saves it or as it goes to its server, into one of ours that means the same.
 * What has no counterpart becomes a placeholder that keeps what the node says; the report tells of every node.
 *
 * @throws ComfyFormatError if the text is neither
 */
export function importComfyUi(text: string, { title }: ImportOptions = {}): ImportedWorkflow {
  const graph = readGraph(text);
  const conversion = new Conversion(graph);
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
  for (const node of others) if (!conversion.isNoted(node)) offerPlaceholder(node, conversion);
  for (const node of others) if (!conversion.isNoted(node)) convertPlaceholder(node, readers.has(node.id), conversion);
  const workflow: Workflow = {
    format: WORKFLOW_FORMAT,
    version: WORKFLOW_VERSION,
    ...(title === undefined || title === '' ? {} : { title }),
    nodes: Object.fromEntries(conversion.added.map(({ id, node }) => [id, node])),
    ...(graph.format === 'ui' ? { layout: spreadOut(conversion.added, graph) } : {}),
    ...(values.length === 0
      ? {}
      : { [VALUES_KEY]: Object.fromEntries(values.map((node) => [node.id, originOf(node)])) }),
    ...(graph.page === undefined ? {} : { comfyuiPage: toPlainJson(graph.page) }),
  };
  checkDepth(workflow);
  return { workflow, report: { format: graph.format, nodes: conversion.report(), problems: graph.problems } };
}

function readGraph(text: string): ComfyGraph {
  let json: unknown;
  try {
    json = parseExactJson(text);
  } catch (error) {
    if (!(error instanceof ForeignJsonError)) throw error;
    throw new ComfyFormatError(`It is not JSON: ${error.message}.`, { cause: error });
  }
  if (isUiFormat(json)) return readUi(json);
  if (isApiFormat(json)) return readApi(json);
  throw new ComfyFormatError(
    'It is no workflow of ComfyUI: expected "nodes" and "links" as the page saves them, or nodes with a "class_type" as ' +
      'its API takes them.',
  );
}

interface Runner {
  readonly node: ComfyNode;
  readonly id: string;
}

/** Gives ids first, so that links can be made in any order, also in circles. */
function offerOutputs(conversion: Conversion): readonly Runner[] {
  const runners: Runner[] = [];
  const readers = readersOf(conversion.graph.nodes);
  // Whether somebody reads the second output of a LoadImage: what is transparent in the image.
  const isMaskRead = ({ id }: ComfyNode) => (readers.get(id) ?? []).some(({ slot }) => slot === 1);
  for (const node of conversion.graph.nodes.values()) {
    const rule = Object.hasOwn(SIMPLE_RULES, node.type) ? SIMPLE_RULES[node.type] : undefined;
    if (rule !== undefined) {
      const id = conversion.newId(rule.prefix, node.id);
      for (const [slot, output] of rule.outputs.entries())
        if (output !== null) conversion.offer(node, slot, `${id}.${output}`);
      runners.push({ node, id });
      if (node.type === 'LoadImage' && isMaskRead(node)) {
        conversion.offer(node, 1, `${conversion.newId('mask', node.id)}.mask`);
      }
    } else if (SAMPLERS.has(node.type) && samplerProblem(node) === undefined) {
      const id = conversion.newId('sample', node.id);
      conversion.offer(node, 0, `${id}.latent`);
      runners.push({ node, id });
    } else if (!PARTS.has(node.type)) offerPlaceholder(node, conversion);
  }
  return runners;
}

// A dozen is more than any node has; a slot beyond is asked for by no sound file.
const MAX_SLOTS = 16;

function offerPlaceholder(node: ComfyNode, conversion: Conversion): string {
  return conversion.once(`placeholder ${node.id}`, () => {
    const id = conversion.newId(node.type.replace(/[^A-Za-z0-9]/g, '').slice(0, 24) || 'node', node.id);
    for (let slot = 0; slot < MAX_SLOTS; slot++) conversion.offer(node, slot, `${id}.out${slot}`);
    return id;
  });
}

function convertNode(node: ComfyNode, id: string, conversion: Conversion): void {
  if (SAMPLERS.has(node.type)) {
    convertSampler(node, conversion, id);
    return;
  }
  // Only nodes with a rule were given an id.
  const rule = Object.hasOwn(SIMPLE_RULES, node.type) ? SIMPLE_RULES[node.type] : undefined;
  if (rule === undefined) return;
  const { params, words = '' } = rule.toParams(node.values);
  const links = Object.entries(rule.inputs).map(([theirs, ours]) => [ours, conversion.link(node, theirs)] as const);
  const comfyui: ComfyOrigin = { node: originOf(node) };
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

/** Keeps all that a node says, under a type that nothing here knows, so that whoever needs it is told. */
function convertPlaceholder(node: ComfyNode, isRead: boolean, conversion: Conversion): void {
  const id = offerPlaceholder(node, conversion);
  const links = Object.keys(node.links).map((input) => [plainName(input), conversion.link(node, input)] as const);
  const unnamed = node.unnamed === undefined ? {} : { unnamed: toPlainJson(node.unnamed) };
  // A loader whose output leads nowhere does nothing, and must not keep the rest from running.
  const isUnread = node.mode === 'run' && !isRead && links.length === 0;
  const comfyui: ComfyOrigin = { node: { ...originOf(node), ...unnamed, ...(isUnread ? { isUnread } : {}) } };
  const made = {
    ...{ type: `${PLACEHOLDER_PREFIX}${node.type}`, ...commonOf(node), ...inputsOf(Object.fromEntries(links)) },
    ...(isUnread ? { mode: 'mute' as const } : {}),
    comfyui,
  };
  conversion.add(id, made, node.place);
  const why = SAMPLERS.has(node.type)
    ? samplerProblem(node)
    : Object.hasOwn(HINTS, node.type)
      ? HINTS[node.type]
      : undefined;
  const words = [why ?? 'It has no counterpart here.', ...(isUnread ? ['Nothing reads it, so it is muted.'] : [])];
  conversion.note(node, 'placeholder', [id], words.join(' '));
}

// What to do instead, for those that many files have.
export const HINTS: Readonly<Record<string, string>> = {
  LoraLoader: 'LoRAs are not supported; connect the LoadModel directly.',
  ConditioningCombine: 'Two prompts cannot lead side by side; write both into one.',
  ConditioningZeroOut: 'An empty prompt is the nearest there is.',
  ImageBatch: 'LoadImages takes several pictures through the graph together.',
  InpaintModelConditioning: 'Take VAEEncode, and a mask at UNetSample; models made for mending are not supported.',
  ControlNetLoader: 'ControlNets are not supported.',
  ModelSamplingDiscrete: 'The checkpoint says what its model predicts; zero terminal SNR is a param of UNetSample.',
  UpscaleModelLoader:
    'Models that enlarge pictures are not supported; LatentUpscale and a second UNetSample draw what is missing.',
  unCLIPConditioning: 'No sampler with a counterpart reads it.',
  EmptyLatentImage: 'The size of the picture is set at UNetSample.',
};

/** An input of ComfyUI by a name that ours may have. */
export function plainName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '-').slice(0, 64) || 'input';
}
