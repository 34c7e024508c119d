import { checkParam } from './check-param.js';
import { isNodeId } from './names.js';
import type { NodeDefinition } from './node-definition.js';
import type { KnownPackages, NodePackage } from './node-packages.js';
import type { PortLooks } from './port-type.js';

/** The node types there are, by name. `Node` is a bare definition in the editor, an evaluable node where runs happen. */
export interface Catalog<Node extends NodeDefinition = NodeDefinition> extends KnownPackages {
  readonly types: ReadonlyMap<string, Node>;
  /** Port type -> the node types that give it. */
  readonly givers: ReadonlyMap<string, readonly string[]>;
  /** Port type -> how its sockets look, as far as the node types say it. */
  readonly looks: ReadonlyMap<string, PortLooks>;
}

/**
 * @throws Error if the list itself is invalid: a duplicate type, a name that links cannot contain, a default that its
 * param rejects
 */
export function createCatalog<Node extends NodeDefinition>(
  nodes: readonly Node[],
  packages: readonly NodePackage[] = [],
): Catalog<Node> {
  const types = new Map<string, Node>();
  const givers = new Map<string, string[]>();
  const looks = new Map<string, PortLooks>();
  for (const node of nodes) {
    checkDefinition(node);
    if (types.has(node.type)) throw new Error(`Internal error: node type ${node.type} is defined twice`);
    types.set(node.type, node);
    for (const port of [...Object.values(node.inputs), ...Object.values(node.outputs)]) {
      if (port.looks !== undefined) looks.set(port.type, port.looks);
    }
    for (const type of new Set(Object.values(node.outputs).map((port) => port.type))) {
      givers.set(type, [...(givers.get(type) ?? []), node.type]);
    }
  }
  return { types, givers, looks, packages: new Map(packages.map((one) => [one.name, one])) };
}

/** The node types that accept `got` and output `expected`, so that one of them can be placed between two ports. */
export function typesBetween(catalog: Catalog, got: string, expected: string): readonly string[] {
  return (catalog.givers.get(expected) ?? []).filter((type) => {
    const inputs = Object.values(catalog.types.get(type)?.inputs ?? {});
    return inputs.some((port) => port.type === got);
  });
}

function checkDefinition(node: NodeDefinition): void {
  const names = [...Object.keys(node.inputs), ...Object.keys(node.outputs), ...Object.keys(node.params)];
  for (const name of names) {
    if (!isNodeId(name)) throw new Error(`Internal error: ${node.type}: "${name}" cannot be a port or param`);
  }
  for (const [name, param] of Object.entries(node.params)) {
    // A file param starts empty on purpose: the user has to choose.
    if (param.kind === 'image' || param.kind === 'checkpoint') continue;
    const expected = checkParam(param, param.default);
    if (expected !== undefined) {
      throw new Error(`Internal error: ${node.type}.${name}: its default ${param.default} is not ${expected}`);
    }
  }
}
