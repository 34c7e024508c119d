import type { Catalog } from '../definition/catalog.js';
import type { LaterSettings, NodeDefinition } from '../definition/node-definition.js';
import { canonicalJson } from './canonical-json.js';
import { catalogOf } from './subgraph-catalog.js';
import { parseLink, type Workflow, type WorkflowNode } from './workflow.js';

export interface ChangeFromStep {
  readonly catalog: Catalog;
  /** The sampler that changes; the only one that can when left out. */
  readonly node?: string;
  /** The step after which the changes apply; at least 1. */
  readonly step: number;
}

/** Why a change cannot begin at a step. */
export type StepChangeObstacle =
  /** No node can change during sampling, or not that one. */
  | { readonly kind: 'no-sampler'; readonly node?: string }
  /** More than one node would change. */
  | { readonly kind: 'several-samplers'; readonly nodes: readonly string[] }
  /** Nothing that leads the node is other than before. */
  | { readonly kind: 'nothing-changed' }
  /** The change also affects earlier steps; `what` is a param or an input of the node. */
  | { readonly kind: 'decides-before'; readonly node: string; readonly what: string }
  /** The later param takes this value for "as it was". */
  | { readonly kind: 'means-unchanged'; readonly node: string; readonly what: string; readonly value: unknown }
  /** The node already has a change at a later step. */
  | { readonly kind: 'changes-already'; readonly node: string; readonly step: unknown };

/**
 * Lets a changed workflow begin as it was before: up to a step the old settings lead its sampler, from there on the new
 * ones. What can change is what its definition declares as `later`, such as the input `prompt`; nodes behind it that
 * have changed are there twice in the result, as they were under a new id with `First` behind.
 *
 * @param before the same graph with other params
 */
export function changeFromStep(
  before: Workflow,
  after: Workflow,
  { catalog, node: wanted, step }: ChangeFromStep,
): Workflow | StepChangeObstacle {
  const { types } = catalogOf(after, catalog);
  const definitionOf = (id: string) => types.get(after.nodes[id]?.type ?? '');
  const isSampler = (id: string) => definitionOf(id)?.later !== undefined;
  const samplers = Object.keys(after.nodes).filter(isSampler);
  if (wanted !== undefined && !samplers.includes(wanted)) return { kind: 'no-sampler', node: wanted };
  if (samplers.length === 0) return { kind: 'no-sampler' };
  const hasChanged = changedNodes(before, after);
  const affected = (wanted === undefined ? samplers : [wanted]).filter(hasChanged);
  const [id, ...others] = affected;
  if (id === undefined) return { kind: 'nothing-changed' };
  if (others.length > 0) return { kind: 'several-samplers', nodes: affected };
  const definition = definitionOf(id);
  const [was, is] = [before.nodes[id], after.nodes[id]];
  if (definition?.later === undefined || was === undefined || is === undefined) return { kind: 'no-sampler', node: id };
  const { later } = definition;
  const already = is.params?.[later.at] ?? 0;
  if (already !== 0) return { kind: 'changes-already', node: id, step: already };

  const first = new FirstNodes(before, after, hasChanged);
  const params = laterParams(definition, later, { was, is });
  if (params.kind !== 'both') return { ...params, node: id };
  const inputs = laterInputs({ definition, later }, is, first);
  if (typeof inputs === 'string') return { kind: 'decides-before', node: id, what: inputs };
  const sampler = { ...is, params: { ...params.params, [later.at]: step }, inputs };
  return { ...after, nodes: { ...after.nodes, ...first.nodes, [id]: sampler } };
}

/** Whether a node has changed, itself or in its inputs. */
function changedNodes(before: Workflow, after: Workflow): (id: string) => boolean {
  const known = new Map<string, boolean>();
  // No one samples with chains this deep; a circle is rejected elsewhere, and ends here.
  const hasChanged = (id: string): boolean => {
    const found = known.get(id);
    if (found !== undefined) return found;
    known.set(id, false);
    const node = after.nodes[id];
    const sources = Object.values(node?.inputs ?? {}).flatMap((link) => parseLink(link)?.node ?? []);
    const changed = canonicalJson([before.nodes[id]]) !== canonicalJson([node]) || sources.some(hasChanged);
    known.set(id, changed);
    return changed;
  };
  return hasChanged;
}

/** Collects changed nodes as they were before. */
class FirstNodes {
  readonly nodes: Record<string, WorkflowNode> = {};
  readonly hasChanged: (id: string) => boolean;
  readonly #before: Workflow;
  readonly #taken: Set<string>;
  readonly #ids = new Map<string, string>();

  constructor(before: Workflow, after: Workflow, hasChanged: (id: string) => boolean) {
    this.#before = before;
    this.#taken = new Set(Object.keys(after.nodes));
    this.hasChanged = hasChanged;
  }

  /** The link to what a source was before. */
  link(text: string): string {
    const link = parseLink(text);
    return link === undefined || !this.hasChanged(link.node) ? text : `${this.#add(link.node)}.${link.output}`;
  }

  #add(id: string): string {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const name = this.#freeId(id);
    this.#ids.set(id, name);
    const node = this.#before.nodes[id];
    if (node === undefined) throw new Error(`Internal error: the workflow had no node ${id}`);
    const inputs = Object.entries(node.inputs ?? {}).map(([input, text]) => [input, this.link(text)]);
    this.nodes[name] = { ...node, ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs) }) };
    return name;
  }

  #freeId(id: string): string {
    for (let number = 1; ; number++) {
      // Ids have at most 64 characters.
      const candidate = `${id.slice(0, 55)}First${number === 1 ? '' : number}`;
      if (this.#taken.has(candidate)) continue;
      this.#taken.add(candidate);
      return candidate;
    }
  }
}

type LaterParams =
  | { readonly kind: 'both'; readonly params: Readonly<Record<string, unknown>> }
  | { readonly kind: 'decides-before'; readonly what: string }
  | { readonly kind: 'means-unchanged'; readonly what: string; readonly value: unknown };

/** @returns the params before and after the step, or why one of them cannot change */
function laterParams(
  { params }: NodeDefinition,
  later: LaterSettings,
  { was, is }: { readonly was: WorkflowNode; readonly is: WorkflowNode },
): LaterParams {
  const settingOf = (node: WorkflowNode, name: string) => node.params?.[name] ?? params[name]?.default;
  const changed = Object.keys(params).filter(
    (name) => canonicalJson([settingOf(was, name)]) !== canonicalJson([settingOf(is, name)]),
  );
  const both = new Map<string, unknown>(Object.entries(was.params ?? {}));
  for (const name of changed) {
    const laterName = Object.hasOwn(later.params, name) ? later.params[name] : undefined;
    if (laterName === undefined) return { kind: 'decides-before', what: name };
    const value = settingOf(is, name);
    if (value === params[laterName]?.default) return { kind: 'means-unchanged', what: name, value };
    both.set(laterName, value);
  }
  return { kind: 'both', params: Object.fromEntries(both) };
}

/** @returns the inputs before and after the step, or the name of one that cannot change */
function laterInputs(
  { definition, later }: { readonly definition: NodeDefinition; readonly later: LaterSettings },
  { inputs: links = {} }: WorkflowNode,
  first: FirstNodes,
) {
  const both = new Map(Object.entries(links));
  for (const [name, text] of Object.entries(links)) {
    if (!first.hasChanged(parseLink(text)?.node ?? '')) continue;
    const laterName = Object.hasOwn(later.inputs, name) ? later.inputs[name] : undefined;
    // The random stream runs on as it began.
    if (laterName === undefined && name !== definition.seedFrom?.input) return name;
    both.set(name, first.link(text));
    if (laterName !== undefined) both.set(laterName, text);
  }
  return Object.fromEntries(both);
}
