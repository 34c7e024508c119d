import {
  type Catalog,
  catalogOf,
  createCatalog,
  type NodeDefinition,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { linksOf, type Nodes } from '../document/links.js';

export type EditorCatalog = Catalog<NodeDefinition>;

/** The catalogue from what the server sent. */
export function readCatalog(definitions: readonly NodeDefinition[]): EditorCatalog {
  return createCatalog(definitions);
}

/** The catalogue with what the document's own subgraphs add to it, as they stand at each moment. */
export function catalogOfStore(
  catalog: EditorCatalog,
  store: { readonly whole: Pick<Workflow, 'subgraphs'> },
): EditorCatalog {
  return {
    givers: catalog.givers,
    looks: catalog.looks,
    get types() {
      return catalogOf(store.whole, catalog).types;
    },
  };
}

// A stand-in depends on the node and on what others read from it.
const standIns = new WeakMap<WorkflowNode, { readonly outputs: string; readonly definition: NodeDefinition }>();

/** The definition of a node; for a type nobody knows, one with just the ports that are in use. */
export function definitionOf(catalog: EditorCatalog, nodes: Nodes, id: string): NodeDefinition | undefined {
  const node = nodes[id];
  if (node === undefined) return undefined;
  return catalog.types.get(node.type) ?? standIn(nodes, id, node);
}

/** Whether the node's type is in the catalogue. */
export function isKnownType(catalog: EditorCatalog, type: string): boolean {
  return catalog.types.has(type);
}

const UNKNOWN_PORT_TYPE = 'unknown';

function standIn(nodes: Nodes, id: string, node: WorkflowNode): NodeDefinition {
  const read = new Set(linksOf(nodes).flatMap((link) => (link.source === id ? [link.output] : [])));
  const outputs = [...read].join();
  const known = standIns.get(node);
  if (known?.outputs === outputs) return known.definition;
  const ports = (names: Iterable<string>) =>
    Object.fromEntries([...names].map((name) => [name, { type: UNKNOWN_PORT_TYPE, help: '' }]));
  const definition: NodeDefinition = {
    type: node.type,
    version: 0,
    title: node.type,
    description: '',
    category: UNKNOWN_PORT_TYPE,
    inputs: ports(Object.keys(node.inputs ?? {})),
    outputs: ports(read),
    params: {},
  };
  standIns.set(node, { outputs, definition });
  return definition;
}
