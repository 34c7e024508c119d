import {
  type Catalog,
  catalogOf,
  createCatalog,
  type NodeDefinition,
  type NodePackage,
  type Workflow,
  type WorkflowNode,
} from '@unclip-studio/graph-core';
import { linksOf, type Nodes } from '../document/links.js';

export type EditorCatalog = Catalog<NodeDefinition>;

/** The catalogue from what the server sent. */
export function readCatalog(
  definitions: readonly NodeDefinition[],
  packages: readonly NodePackage[] = [],
): EditorCatalog {
  return createCatalog(definitions, packages);
}

/**
 * The catalogue together with the document's current subgraphs.
 *
 * @param catalogNow another one once plug-ins have changed
 */
export function catalogOfStore(
  catalogNow: () => EditorCatalog,
  store: { readonly whole: Pick<Workflow, 'subgraphs'> },
): EditorCatalog {
  return {
    get givers() {
      return catalogNow().givers;
    },
    get looks() {
      return catalogNow().looks;
    },
    get packages() {
      return catalogNow().packages;
    },
    get types() {
      return catalogOf(store.whole, catalogNow()).types;
    },
  };
}

// A placeholder depends on the node and on its readers.
const standIns = new WeakMap<WorkflowNode, { readonly outputs: string; readonly definition: NodeDefinition }>();

/** The definition of a node; for an unknown type, one with just the ports that are in use. */
export function definitionOf(catalog: EditorCatalog, nodes: Nodes, id: string): NodeDefinition | undefined {
  const node = nodes[id];
  if (node === undefined) return undefined;
  return catalog.types.get(node.type) ?? standIn(nodes, id, node);
}

/** A param of a node, for lists of those of several nodes. */
export function titleOfParam(
  catalog: EditorCatalog,
  nodes: Nodes,
  { node: id, name }: { readonly node: string; readonly name: string },
): string {
  const node = nodes[id];
  const definition = catalog.types.get(node?.type ?? '');
  return `${node?.title ?? definition?.title ?? id}: ${definition?.params[name]?.label ?? name}`;
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
