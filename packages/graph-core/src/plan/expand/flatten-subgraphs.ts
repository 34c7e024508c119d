import type { Catalog } from '../../definition/catalog.js';
import type { NodeDefinition } from '../../definition/node-definition.js';
import { bypassSource, ownEntry, ownNode } from '../../document/graph.js';
import { failure, type Result, success } from '../../document/result.js';
import { catalogOf } from '../../document/subgraph-catalog.js';
import {
  type LinkSource,
  parseLink,
  type Subgraph,
  subgraphNameOf,
  type Workflow,
  type WorkflowNode,
} from '../../document/workflow.js';
import { NODES_A_STEP, type Steps } from '../steps.js';
import { checkSubgraphSizes } from './count-nodes.js';

/** What the stages of an expansion pass to each other. */
export interface ExpandedNodes<Node extends NodeDefinition> {
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  readonly catalog: Catalog<Node>;
  readonly replaced: ReadonlySet<string>;
}

/** A workflow whose subgraphs have become plain nodes. */
export interface Flattened {
  /** Expanded id, `outer/inner` -> node; links name expanded ids. */
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  /** The node and param that `node.param` refers to in the file, as seen from the workflow's own nodes. */
  resolveParam(place: string, prefix?: string): string | undefined;
}

/**
 * Replaces subgraph nodes by the nodes of their subgraphs. Their links from outside lead to the inputs and params
 * inside; the node itself is gone, so that a subgraph means the same as its nodes written out. The workflow has been
 * validated.
 */
export function* flattenSubgraphs(workflow: Workflow, catalog: Catalog): Steps<Result<Flattened>> {
  const problem = checkSubgraphSizes(workflow);
  if (problem !== undefined) return failure(problem);
  return yield* new Flattening(workflow, catalogOf(workflow, catalog)).flatten();
}

/** One use of a subgraph, or the workflow itself. */
interface Frame {
  /** Of the ids inside: empty, or ending in `/`. */
  readonly prefix: string;
  readonly body: Pick<Subgraph, 'nodes' | 'outputs' | 'params'>;
  /** `node.input` -> the expanded source it gets from outside. */
  readonly links: ReadonlyMap<string, string>;
  /** `node.param` -> the value it gets from outside. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly isMuted: boolean;
}

class Flattening {
  readonly #workflow: Workflow;
  readonly #catalog: Catalog;
  readonly #frames = new Map<string, Frame>();
  readonly #nodes: Record<string, WorkflowNode> = {};
  readonly #outputs = new Map<string, string | undefined>();
  #seen = 0;

  constructor(workflow: Workflow, catalog: Catalog) {
    this.#workflow = workflow;
    this.#catalog = catalog;
  }

  *flatten(): Steps<Result<Flattened>> {
    const top: Frame = { prefix: '', body: this.#workflow, links: new Map(), values: new Map(), isMuted: false };
    const frames = [top];
    for (let frame = frames.pop(); frame !== undefined; frame = frames.pop()) {
      this.#frames.set(frame.prefix, frame);
      // Frames are known from the outside in, so that an input finds what comes from outside.
      const inner: Frame[] = [];
      for (const [id, node] of Object.entries(frame.body.nodes)) {
        const held = this.#open(frame, id, node);
        if (held !== undefined) inner.push(held);
        if (++this.#seen % NODES_A_STEP === 0) yield;
      }
      frames.push(...inner.reverse());
    }
    // Links are resolved once all frames are known: an output may be given deep inside another subgraph.
    for (const frame of this.#frames.values()) yield* this.#write(frame);
    return success({ nodes: this.#nodes, resolveParam: (place, prefix = '') => this.#resolveParam(place, prefix) });
  }

  /** The frame of a subgraph node; `undefined` for other nodes and for bypassed ones. */
  #open(frame: Frame, id: string, node: WorkflowNode): Frame | undefined {
    const body = this.#bodyOf(node);
    if (body === undefined || node.mode === 'bypass') return undefined;
    const links = new Map<string, string>();
    for (const [port, { to }] of Object.entries(body.inputs ?? {})) {
      const outer = ownEntry(node.inputs, port);
      const source = frame.links.get(`${id}.${port}`) ?? (outer && expandLink(frame.prefix, outer));
      if (source !== undefined) for (const place of to) links.set(place, source);
    }
    const values = new Map<string, unknown>();
    for (const [name, place] of Object.entries(body.params ?? {})) {
      const given = `${id}.${name}`;
      const value = frame.values.has(given) ? frame.values.get(given) : ownEntry(node.params, name);
      if (value !== undefined) values.set(place, value);
    }
    const isMuted = frame.isMuted || node.mode === 'mute';
    return { prefix: `${frame.prefix}${id}/`, body, links, values, isMuted };
  }

  #bodyOf({ type }: WorkflowNode): Subgraph | undefined {
    const name = subgraphNameOf(type);
    const { subgraphs } = this.#workflow;
    return name !== undefined && subgraphs && Object.hasOwn(subgraphs, name) ? subgraphs[name] : undefined;
  }

  *#write({ prefix, body, links, values, isMuted }: Frame): Steps<void> {
    for (const [id, node] of Object.entries(body.nodes)) {
      if (++this.#seen % NODES_A_STEP === 0) yield;
      if (this.#bodyOf(node) !== undefined) continue;
      const inputs: Record<string, string> = {};
      const definition = this.#catalog.types.get(node.type);
      for (const input of new Set([...Object.keys(definition?.inputs ?? {}), ...Object.keys(node.inputs ?? {})])) {
        const own = ownEntry(node.inputs, input);
        const link = links.get(`${id}.${input}`) ?? (own && expandLink(prefix, own));
        const source = link && this.#resolveOutput(link);
        if (source !== undefined) inputs[input] = source;
      }
      const params = { ...node.params };
      for (const name of Object.keys(definition?.params ?? {})) {
        if (values.has(`${id}.${name}`)) params[name] = values.get(`${id}.${name}`);
      }
      this.#nodes[prefix + id] = { ...node, inputs, params, ...(isMuted && { mode: 'mute' as const }) };
    }
  }

  /** Where an expanded `node.output` comes from, through subgraphs and past bypassed ones; `undefined`: from nowhere. */
  #resolveOutput(start: string): string | undefined {
    const passed = new Set<string>();
    let place: string | undefined = start;
    while (place !== undefined && !this.#outputs.has(place)) {
      // Bypassed nodes that feed each other in a circle lead nowhere.
      if (passed.has(place)) return undefined;
      passed.add(place);
      const next = this.#followOutput(place);
      if (next === place) break;
      place = next;
    }
    const found = place === undefined ? undefined : (this.#outputs.get(place) ?? place);
    for (const one of passed) this.#outputs.set(one, found);
    return found;
  }

  /** One step towards the source: itself for a plain node. */
  #followOutput(place: string): string | undefined {
    const link = parseLink(place);
    if (link === undefined) return undefined;
    const { prefix, id } = splitId(link.node);
    const frame = this.#frames.get(prefix);
    const node = frame && ownNode(frame.body, id);
    if (frame === undefined || node === undefined) return undefined;
    const body = this.#bodyOf(node);
    if (body === undefined) return place;
    if (node.mode === 'bypass') return this.#followBypass(frame, id, link);
    const inner = ownEntry(body.outputs, link.output);
    return inner === undefined ? undefined : expandLink(`${link.node}/`, inner);
  }

  /** What a bypassed subgraph passes through, whether it is connected at the node itself or further out. */
  #followBypass(frame: Frame, id: string, { output }: LinkSource): string | undefined {
    const node = ownNode(frame.body, id);
    const definition = this.#catalog.types.get(node?.type ?? '');
    const type = definition?.outputs[output]?.type;
    for (const [input, port] of Object.entries(definition?.inputs ?? {})) {
      const outside = frame.links.get(`${id}.${input}`);
      if (port.type === type && outside !== undefined) return outside;
    }
    const own = node && bypassSource(node, definition, output);
    return own && `${frame.prefix}${own.node}.${own.output}`;
  }

  #resolveParam(place: string, prefix: string): string | undefined {
    let expanded = prefix + place;
    for (;;) {
      const link = parseLink(expanded);
      if (link === undefined) return undefined;
      const at = splitId(link.node);
      const frame = this.#frames.get(at.prefix);
      const node = frame && ownNode(frame.body, at.id);
      const body = node && this.#bodyOf(node);
      if (node === undefined) return undefined;
      if (body === undefined) return expanded;
      const inner = ownEntry(body.params, link.output);
      if (inner === undefined || node.mode === 'bypass') return undefined;
      expanded = `${link.node}/${inner}`;
    }
  }
}

function expandLink(prefix: string, link: string): string | undefined {
  return parseLink(link) === undefined ? undefined : prefix + link;
}

/** The prefix of an expanded id's frame, and its id there. */
export function splitId(expanded: string): { readonly prefix: string; readonly id: string } {
  const end = expanded.lastIndexOf('/') + 1;
  return { prefix: expanded.slice(0, end), id: expanded.slice(end) };
}
