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
  /** Param -> value; what is left out takes the default of the node's definition. */
  readonly params?: Readonly<Record<string, unknown>>;
}

/**
 * A pipeline as it is saved. `nodes` is what it means, `layout` is how it looks: a moved card changes no result.
 * Keys this version does not know are kept as they came.
 */
export interface Workflow {
  readonly format: typeof WORKFLOW_FORMAT;
  readonly version: typeof WORKFLOW_VERSION;
  readonly title?: string;
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  /** Looks only; the editor defines what is inside. */
  readonly layout?: Readonly<Record<string, unknown>>;
}

/** Where an input gets its value from. */
export interface LinkSource {
  readonly node: string;
  readonly output: string;
}

export const WORKFLOW_FORMAT = 'unclip-workflow';
export const WORKFLOW_VERSION = 1;

// Also the form of port names, which share links with node ids.
const NODE_ID = /^[A-Za-z0-9_-]{1,64}$/;
// Own properties of these names are what prototype pollution is made of.
const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function isNodeId(text: string): boolean {
  return NODE_ID.test(text) && !RESERVED_KEYS.has(text);
}

export function isReservedKey(key: string): boolean {
  return RESERVED_KEYS.has(key);
}

/** Splits `node.output`; `undefined` if the text has another form. */
export function parseLink(text: string): LinkSource | undefined {
  const dot = text.indexOf('.');
  if (dot < 0) return undefined;
  const node = text.slice(0, dot);
  const output = text.slice(dot + 1);
  return isNodeId(node) && isNodeId(output) ? { node, output } : undefined;
}

/** The workflow with one param set; everything else is shared with the old one. */
export function setParam(workflow: Workflow, nodeId: string, param: string, value: unknown): Workflow {
  const node = workflow.nodes[nodeId];
  if (node === undefined) throw new Error(`Internal error: no node ${nodeId} to set ${param} on`);
  const changed = { ...node, params: { ...node.params, [param]: value } };
  return { ...workflow, nodes: { ...workflow.nodes, [nodeId]: changed } };
}
