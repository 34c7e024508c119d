import { isNodeId } from '../definition/names.js';
import type { RequiredFile } from './required-files.js';

/** What a node does in a run: its work (`undefined`), hand an input through, or nothing at all. */
export type NodeMode = 'bypass' | 'mute';

/** One node of a workflow. Keys this version does not know are kept as they came. */
export interface WorkflowNode {
  readonly type: string;
  /** The user's own name for the node. */
  readonly title?: string;
  readonly mode?: NodeMode;
  /** Input port -> its one source, written `node.output`. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Param -> value; missing ones have the default of the node's definition. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A param, or several alike, by a name that people and programs use who never look at the graph. */
export interface WorkflowInput {
  /** The params that get the value, each written `node.param`. */
  readonly to: readonly string[];
  /** The label of the field; the name when left out. */
  readonly label?: string;
  /** One sentence; from the param when left out. */
  readonly help?: string;
  /** Place in a form, smaller first; inputs without it come last, in the order of the file. */
  readonly order?: number;
}

/** A port of a subgraph, and the inputs inside it that get what comes. */
export interface SubgraphInput {
  /** Port type. */
  readonly type: string;
  /** Each written `node.input`; an input that is linked inside keeps that link while nothing is connected outside. */
  readonly to: readonly string[];
  readonly help?: string;
}

/**
 * Nodes that are used as one, any number of times, by nodes of the type `subgraph:NAME`. Subgraphs may contain
 * subgraphs.
 */
export interface Subgraph {
  readonly title?: string;
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  readonly inputs?: Readonly<Record<string, SubgraphInput>>;
  /** Port -> its source, written `node.output`. */
  readonly outputs?: Readonly<Record<string, string>>;
  /** Param of the whole -> the param inside, written `node.param`. */
  readonly params?: Readonly<Record<string, string>>;
  /** Looks only; the editor defines the content. */
  readonly layout?: Readonly<Record<string, unknown>>;
}

/**
 * A pipeline as saved. `nodes` is its meaning, `layout` is its appearance: a moved card changes no result. Keys unknown
 * to this version are kept unchanged.
 */
export interface Workflow {
  readonly format: typeof WORKFLOW_FORMAT;
  readonly version: typeof WORKFLOW_VERSION;
  readonly title?: string;
  /** Its purpose, in a sentence or two. */
  readonly description?: string;
  /** Models that have to be downloaded first. */
  readonly requires?: readonly RequiredFile[];
  /** Package -> the version of it whose form its nodes have here, of the packages whose nodes are used. */
  readonly plugins?: Readonly<Record<string, string>>;
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  /** Name -> what may be set from outside. */
  readonly inputs?: Readonly<Record<string, WorkflowInput>>;
  /** What its form shows beside the inputs; without inputs, it also says that the form has none on purpose. */
  readonly form?: {
    /** The nodes whose results are shown, those of all nodes when left out. */
    readonly outputs?: readonly string[];
  };
  readonly subgraphs?: Readonly<Record<string, Subgraph>>;
  /** Looks only; the editor defines the content. */
  readonly layout?: Readonly<Record<string, unknown>>;
}

/** Where an input gets its value from. */
export interface LinkSource {
  readonly node: string;
  readonly output: string;
}

export const WORKFLOW_FORMAT = 'unclip-workflow';
export const WORKFLOW_VERSION = 1;

// Ids inside subgraphs, joined by "/"; "@" and positions in a sweep are appended for nodes of one of its cells, and "_"
// with a number for those of a further sweep.
const EXPANDED_ID =
  /^[A-Za-z0-9_-]{1,64}(?:@\d+(?:\.\d+)?(?:_\d+)?)*(?:\/[A-Za-z0-9_-]{1,64}(?:@\d+(?:\.\d+)?(?:_\d+)?)*)*$/;
export const SUBGRAPH_PREFIX = 'subgraph:';

/**
 * Splits `node.output`; `undefined` if the text has another form. Takes the ids of expanded nodes too, such as
 * `outer/sample@1.2`, which no file holds.
 */
export function parseLink(text: string): LinkSource | undefined {
  const dot = text.lastIndexOf('.');
  if (dot < 0) return undefined;
  const node = text.slice(0, dot);
  const output = text.slice(dot + 1);
  return (isNodeId(node) || EXPANDED_ID.test(node)) && isNodeId(output) ? { node, output } : undefined;
}

/** The name in `subgraph:NAME`; `undefined` for other types. */
export function subgraphNameOf(type: string): string | undefined {
  return type.startsWith(SUBGRAPH_PREFIX) ? type.slice(SUBGRAPH_PREFIX.length) : undefined;
}

/** The workflow with one param set; everything else is shared with the old one. */
export function setParam(workflow: Workflow, nodeId: string, param: string, value: unknown): Workflow {
  return setParams(workflow, [{ node: nodeId, name: param, value }]);
}

/** The same with many, of which later ones override earlier ones; costs no more than the workflow and the settings. */
export function setParams<Body extends Pick<Workflow, 'nodes'>>(
  workflow: Body,
  values: Iterable<{ readonly node: string; readonly name: string; readonly value: unknown }>,
): Body {
  const set = new Map<string, Map<string, unknown>>();
  for (const { node, name, value } of values) {
    const known = set.get(node);
    if (known === undefined) set.set(node, new Map([[name, value]]));
    else known.set(name, value);
  }
  const nodes = { ...workflow.nodes };
  for (const [id, params] of set) {
    const node = Object.hasOwn(nodes, id) ? nodes[id] : undefined;
    if (node === undefined) throw new Error(`Internal error: no node ${id} to set ${[...params.keys()]} on`);
    nodes[id] = { ...node, params: { ...node.params, ...Object.fromEntries(params) } };
  }
  return { ...workflow, nodes };
}
