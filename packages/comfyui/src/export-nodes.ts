import { checkAndExpand, createCatalog, ownEntry, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';
import { unclipNodes } from '@unclip-studio/nodes-unclip';
import { type OriginNode, PLACEHOLDER_PREFIX } from './conversion.js';
import { fromPlainJson } from './exact-json.js';
import { ConditioningExport } from './export-conditioning.js';
import { type ExportContext, ExportGraph } from './export-graph.js';
import { SamplerExport } from './export-sampler.js';
import { isLink, type Link, originsOf, type Values, valueOrigins, valuesOf } from './export-values.js';
import { plainName } from './import-comfyui.js';
import { isMutedByImport } from './mute-unneeded.js';
import type { ComfyApiNode, PromptWriter } from './prompt-writer.js';
import { SIMPLE_RULES } from './rules/index.js';
import type { SimpleRule } from './rules/simple-rule.js';

/** An export, and of which node of ours each of its nodes is a part. */
export interface ExportedNodes extends ExportedPrompt {
  readonly owners: ReturnType<PromptWriter['owners']>;
}

export interface ExportedPrompt {
  readonly prompt: Readonly<Record<string, ComfyApiNode>>;
  /** Nodes that cannot be expressed in ComfyUI: node id -> what is missing there. */
  readonly left: Readonly<Record<string, string>>;
}

/** The ComfyUI nodes of a workflow, as far as ComfyUI has them; imported nodes are written again. */
export function exportNodes(original: Workflow): ExportedNodes {
  const workflow = withoutMutes(original);
  const catalog = createCatalog(unclipNodes);
  // Subgraphs are exported as their nodes, sweeps as a copy for each value. Invalid parts are exported as far as
  // possible.
  const expanded = checkAndExpand(workflow, catalog);
  const values = valueOrigins(workflow);
  return new Export(expanded.ok ? expanded.value.workflow : workflow, { catalog, values }).run();
}

/** What the import muted, since nothing needs it, is not muted there. */
function withoutMutes(workflow: Workflow): Workflow {
  const nodes = Object.entries(workflow.nodes).map(([id, node]) => {
    const { mode, ...others } = node;
    return [id, mode === 'mute' && isMutedByImport(node) ? others : node] as const;
  });
  return { ...workflow, nodes: Object.fromEntries(nodes) };
}

class Export {
  readonly #graph: ExportGraph;
  readonly #conditioning: ConditioningExport;
  readonly #sampler: SamplerExport;
  /** ComfyUI node -> its LoadImage here. */
  readonly #images = new Map<string, readonly [string, WorkflowNode]>();

  constructor(workflow: Workflow, context: ExportContext) {
    this.#graph = new ExportGraph(workflow, context, (nodeId, input) => this.#findLink(nodeId, input));
    this.#conditioning = new ConditioningExport(this.#graph);
    this.#sampler = new SamplerExport(this.#graph, this.#conditioning);
    for (const [id, node] of this.#graph.nodes()) {
      const ofNode = originsOf(node)['node']?.id;
      if (ofNode !== undefined && !this.#images.has(ofNode)) this.#images.set(ofNode, [id, node]);
    }
  }

  run(): ExportedNodes {
    for (const [id, node] of this.#graph.nodes()) {
      if (this.#imageOfMask(node) !== undefined) continue;
      if (node.type.startsWith(PLACEHOLDER_PREFIX)) this.#exportPlaceholder(id, node);
      else if (node.type === 'UNetSample') this.#sampler.write(id, node);
      else if (node.type === 'ApplyControl') this.#conditioning.writeControl(id, node, 'positive');
      else if (ruleFor(node) !== undefined) this.#exportSimple(id, node);
      else if (!PARTS.has(node.type)) this.#graph.left[id] = `ComfyUI has no node like ${node.type}.`;
    }
    for (const [id, node] of this.#graph.nodes()) if (node.type === 'TextEncode') this.#exportUnread(id, node);
    return { prompt: this.#graph.writer.finish(), left: this.#graph.left, owners: this.#graph.writer.owners() };
  }

  /** Prompts that no sampler reads by a way of ours. */
  #exportUnread(id: string, node: WorkflowNode): void {
    for (const side of ['positive', 'negative'] as const) {
      const origin = originsOf(node)[side];
      if (origin !== undefined && this.#graph.writer.at(origin.id) === undefined)
        this.#conditioning.writePrompt(id, node, side);
    }
  }

  #findLink(nodeId: string, input: string): Link | undefined {
    const source = this.#graph.source(nodeId, input);
    if (source === undefined) return undefined;
    const { id, node, output } = source;
    const image = this.#imageOfMask(node);
    if (image !== undefined) return [this.#graph.writer.idOf(image, 'node', originsOf(node)['mask']), 1];
    const rule = ruleFor(node);
    if (rule !== undefined) {
      const slot = rule.rule.outputs.indexOf(output);
      return slot < 0 ? undefined : [this.#graph.writer.idOf(id, 'node', originsOf(node)['node']), slot];
    }
    if (node.type === 'UNetSample') return [this.#graph.writer.idOf(id, 'sampler', originsOf(node)['sampler']), 0];
    if (node.type === 'TextEncode') return this.#conditioning.writePrompt(id, node, 'positive');
    if (node.type === 'ApplyControl') return this.#conditioning.writeControl(id, node, 'positive');
    if (node.type === 'ConditioningPair') return this.#graph.link(id, 'positive');
    if (node.type === 'ConditioningSetImage') {
      const prompt = this.#graph.link(id, 'conditioning');
      return prompt && this.#conditioning.writeImages(id, prompt);
    }
    // Zeros on the negative side leave this one as it is.
    if (node.type === 'ConditioningZeroOut') return this.#graph.link(id, 'conditioning');
    const [, slot] = /^out(\d+)$/.exec(output) ?? [];
    if (!node.type.startsWith(PLACEHOLDER_PREFIX) || slot === undefined) return undefined;
    return [this.#graph.writer.idOf(id, 'node', originsOf(node)['node']), Number(slot)];
  }

  /** The LoadImage next to a LoadMask that reads the transparency of the same image; ComfyUI has one node for both. */
  #imageOfMask({ params = {}, ...node }: WorkflowNode): string | undefined {
    const origin = originsOf(node)['mask'];
    if (origin === undefined || params['invert'] === true || (params['channel'] ?? 'transparency') !== 'transparency')
      return undefined;
    const found = this.#images.get(origin.id);
    return found?.[1].params?.['image'] === params['image'] ? found?.[0] : undefined;
  }

  #exportSimple(id: string, node: WorkflowNode): void {
    const found = ruleFor(node);
    if (found === undefined) return;
    const origin = originsOf(node)['node'];
    const links: [string, Link | undefined][] = Object.entries(found.rule.inputs).map(([theirs, ours]) => [
      theirs,
      this.#graph.link(id, ours),
    ]);
    if (Object.hasOwn(found.rule.inputs, 'clip')) links.push(['clip', this.#conditioning.encoderOf(id, node, origin)]);
    if (node.type === 'ConditioningCombine') links.push(['conditioning_1', this.#conditioning.combineAll(id)]);
    const values =
      origin?.class_type === found.type && isUnchanged(found, node, origin)
        ? {}
        : found.rule.toValues(node.params ?? {});
    const inputs = { ...values, ...Object.fromEntries(links) };
    const { type } = found;
    // Settings of a node of another class do not apply to this one.
    const kept = origin?.class_type === type ? { origin } : { origin: undefined };
    this.#graph.writer.put(this.#graph.writer.idOf(id, 'node', origin), { type, ...kept, inputs, title: node.title });
  }

  #exportPlaceholder(id: string, node: WorkflowNode): void {
    const origin = originsOf(node)['node'];
    if (origin === undefined) {
      this.#graph.left[id] = `It is of the type ${node.type}, but does not hold what that node said.`;
      return;
    }
    const inputs = Object.fromEntries(
      Object.entries(origin.inputs).map(([name, value]) => [
        name,
        Array.isArray(value) ? (this.#graph.link(id, plainName(name)) ?? value) : value,
      ]),
    );
    this.#graph.writer.put(this.#graph.writer.idOf(id, 'node', origin), {
      type: origin.class_type,
      origin,
      inputs,
      title: node.title,
    });
    if ('unnamed' in origin) {
      this.#graph.left[id] =
        `The file has no names for the values of this node, which an API prompt needs. The values are: ${JSON.stringify(origin.unnamed).slice(0, 200)}.`;
    }
  }
}

// They become a part of a sampler's conditioning, or of nothing.
const PARTS: ReadonlySet<string> = new Set([
  ...[
    'TextEncode',
    'NoiseAugment',
    'MergeConditions',
    'ConditioningPair',
    'ConditioningZeroOut',
    'ConditioningSetImage',
    'ApplyControl',
  ],
]);

interface FoundRule {
  readonly type: string;
  readonly rule: SimpleRule;
}

/** By the type of node that they make. */
const RULES_OF = new Map<string, FoundRule[]>();
for (const [type, rule] of Object.entries(SIMPLE_RULES)) {
  RULES_OF.set(rule.type, [...(RULES_OF.get(rule.type) ?? []), { type, rule }]);
}

/** The rule of the class that the node came from, or else the first that makes such a node. */
function ruleFor(node: WorkflowNode): FoundRule | undefined {
  const origin = originsOf(node)['node'];
  const makers = RULES_OF.get(node.type) ?? [];
  const fits = ({ rule }: FoundRule) => rule.fits?.(node.params ?? {}) ?? true;
  const own = makers.find(({ type }) => type === origin?.class_type);
  if (own !== undefined && (fits(own) || isUnchanged(own, node, origin))) return own;
  // One that only fits in part is still the nearest, but for zeros on the side that ComfyUI's node does not have.
  return makers.find(fits) ?? (node.type === 'ConditioningZeroOut' ? undefined : makers[0]);
}

function isUnchanged({ rule }: FoundRule, { params = {} }: WorkflowNode, origin: OriginNode | undefined): boolean {
  if (origin === undefined) return false;
  // What came by a link had no value when it was read.
  const values = Object.entries(valuesOf(origin)).filter(([, value]) => !isLink(value));
  const before = rule.toParams(fromPlainJson(Object.fromEntries(values)) as Values).params;
  const names = new Set([...Object.keys(before), ...Object.keys(params)]);
  // Imports from before nodes had numerics mean the same.
  return [...names].every(
    (name) => ownEntry(before, name) === ownEntry(params, name) || (name === 'numerics' && params[name] === undefined),
  );
}
