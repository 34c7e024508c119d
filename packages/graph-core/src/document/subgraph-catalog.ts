import type { Catalog } from '../definition/catalog.js';
import { checkParam } from '../definition/check-param.js';
import type { InputPort, NodeDefinition, OutputPort } from '../definition/node-definition.js';
import type { Param } from '../definition/params.js';
import { ownEntry, ownNode } from './graph.js';
import { parseLink, SUBGRAPH_PREFIX, type Subgraph, subgraphNameOf, type Workflow } from './workflow.js';

type Subgraphs = Readonly<Record<string, Subgraph>>;

const known = new WeakMap<Subgraphs, WeakMap<Catalog, Catalog>>();

/**
 * The catalog with the workflow's subgraphs as additional node types named `subgraph:NAME`, so that all code that
 * handles nodes handles them too. Subgraphs that contain each other are left out. Without subgraphs, nothing is copied.
 */
export function catalogOf({ subgraphs }: Pick<Workflow, 'subgraphs'>, catalog: Catalog): Catalog {
  if (subgraphs === undefined) return catalog;
  const ofSubgraphs = known.get(subgraphs) ?? new WeakMap<Catalog, Catalog>();
  known.set(subgraphs, ofSubgraphs);
  const made = ofSubgraphs.get(catalog) ?? extend(subgraphs, catalog);
  ofSubgraphs.set(catalog, made);
  return made;
}

/** Subgraphs in an order in which each comes after all it holds, and the circles that have no such order. */
export function orderSubgraphs(subgraphs: Subgraphs): {
  readonly order: readonly string[];
  readonly circles: readonly (readonly string[])[];
} {
  const order: string[] = [];
  const circles: string[][] = [];
  const done = new Set<string>();
  for (const start of Object.keys(subgraphs)) {
    const path = done.has(start) ? [] : [{ name: start, held: heldBy(subgraphs, start) }];
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.held.pop();
      if (next === undefined) {
        path.pop();
        if (!done.has(top.name)) order.push(top.name);
        done.add(top.name);
        continue;
      }
      const place = path.findIndex(({ name }) => name === next);
      if (place >= 0) circles.push(path.slice(place).map(({ name }) => name));
      else if (!done.has(next)) path.push({ name: next, held: heldBy(subgraphs, next) });
    }
  }
  const inCircle = new Set(circles.flat());
  return { order: order.filter((name) => !inCircle.has(name)), circles };
}

function heldBy(subgraphs: Subgraphs, name: string): string[] {
  const held = new Set<string>();
  for (const { type } of Object.values(subgraphs[name]?.nodes ?? {})) {
    const inner = subgraphNameOf(type);
    if (inner !== undefined && Object.hasOwn(subgraphs, inner)) held.add(inner);
  }
  return [...held];
}

function extend(subgraphs: Subgraphs, catalog: Catalog): Catalog {
  const types = new Map(catalog.types);
  for (const name of orderSubgraphs(subgraphs).order) {
    const subgraph = subgraphs[name];
    if (subgraph !== undefined) types.set(SUBGRAPH_PREFIX + name, describeSubgraph(name, subgraph, types));
  }
  return { ...catalog, types };
}

type Types = Catalog['types'];

function describeSubgraph(name: string, subgraph: Subgraph, types: Types): NodeDefinition {
  const count = Object.keys(subgraph.nodes).length;
  const definitions = Object.values(subgraph.nodes).map(({ type }) => types.get(type));
  return {
    type: SUBGRAPH_PREFIX + name,
    version: 1,
    title: subgraph.title ?? name,
    description: `A subgraph of ${count} ${count === 1 ? 'node' : 'nodes'}.`,
    category: 'subgraph',
    inputs: mapEntries(subgraph.inputs ?? {}, ({ type, to, help }): InputPort => {
      const port = { type, help: help ?? `Goes to ${to.join(' and ')}.` };
      return to.every((place) => canDoWithout(subgraph, types, place)) ? { ...port, optional: true } : port;
    }),
    outputs: mapEntries(subgraph.outputs ?? {}, (place): OutputPort => {
      const port = findPort(subgraph, types, place, 'outputs');
      return { type: port?.type ?? '', help: port?.help ?? `Comes from ${place}.` };
    }),
    params: describeParams(subgraph, types),
    ...(definitions.some((definition) => definition?.sideEffects) && { sideEffects: true as const }),
  };
}

/** The port inside that `node.port` names. */
export function findPort(
  { nodes }: Pick<Subgraph, 'nodes'>,
  types: Types,
  place: string,
  side: 'inputs' | 'outputs',
): InputPort | OutputPort | undefined {
  const link = parseLink(place);
  const node = link !== undefined && Object.hasOwn(nodes, link.node) ? nodes[link.node] : undefined;
  const ports = (node && types.get(node.type)?.[side]) ?? {};
  return link !== undefined && Object.hasOwn(ports, link.output) ? ports[link.output] : undefined;
}

function canDoWithout(subgraph: Subgraph, types: Types, place: string): boolean {
  const link = parseLink(place);
  if (link !== undefined && ownEntry(ownNode(subgraph, link.node)?.inputs, link.output) !== undefined) return true;
  const port = findPort(subgraph, types, place, 'inputs');
  return port !== undefined && 'optional' in port && port.optional === true;
}

/** A param of the whole starts from what the node inside holds. */
function describeParams(subgraph: Subgraph, types: Types): Readonly<Record<string, Param>> {
  const params = Object.entries(subgraph.params ?? {}).flatMap(([name, place]) => {
    const link = parseLink(place);
    const node = link && Object.hasOwn(subgraph.nodes, link.node) ? subgraph.nodes[link.node] : undefined;
    const inner = node && types.get(node.type)?.params;
    const param = inner && link && Object.hasOwn(inner, link.output) ? inner[link.output] : undefined;
    if (param === undefined) return [];
    const held = ownEntry(node?.params, link?.output ?? '');
    // An invalid value is reported at the node that has it.
    const fits = held !== undefined && checkParam(param, held) === undefined;
    // What names a param of another node counts from inside, so outside there is nothing to choose from.
    const { names, ...rest } = { names: undefined, ...param };
    const named = names === 'image' ? { names } : {};
    return [
      [name, { ...rest, ...named, label: param.label ?? name, ...(fits && { default: held }) } as Param] as const,
    ];
  });
  return Object.fromEntries(params);
}

function mapEntries<Value, Made>(
  entries: Readonly<Record<string, Value>>,
  make: (value: Value) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [name, make(value)]));
}
