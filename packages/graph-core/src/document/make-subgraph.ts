import type { Catalog } from '../definition/catalog.js';
import { catalogOf } from './subgraph-catalog.js';
import { writtenAxis } from './sweep-axis.js';
import {
  parseLink,
  SUBGRAPH_PREFIX,
  type Subgraph,
  type SubgraphInput,
  type Workflow,
  type WorkflowNode,
} from './workflow.js';

/** Why nodes cannot become a subgraph, as ids to show. */
export type SubgraphObstacle =
  /** These nodes are on a path between two of the selected nodes, so the subgraph would depend on itself. */
  | { readonly kind: 'between'; readonly nodes: readonly string[] }
  /** These sweeps vary a param of a node that is not among them. */
  | { readonly kind: 'sweeps-outside'; readonly nodes: readonly string[] };

/** A workflow, or a subgraph with the ports and params that lead to its nodes. */
export type GroupedWorkflow = Workflow & { readonly ports?: Pick<Subgraph, 'inputs' | 'outputs' | 'params'> };

export interface SubgraphNames {
  /** Of the subgraph; not in use yet. */
  readonly name: string;
  /** The id of the subgraph node; must not be used by a node that stays outside. */
  readonly id: string;
}

/**
 * Puts nodes into a subgraph and one node in their place, without a change of meaning: what they read from outside becomes
 * its inputs, what outside reads becomes its outputs, and what the workflow's inputs and sweeps set becomes its params.
 * Looks are left alone.
 */
export function makeSubgraph(
  workflow: GroupedWorkflow,
  ids: ReadonlySet<string>,
  { name, id }: SubgraphNames,
  catalog: Catalog,
): GroupedWorkflow | SubgraphObstacle {
  const obstacle = findObstacle(workflow, ids);
  if (obstacle !== undefined) return obstacle;
  const full = catalogOf(workflow, catalog);
  const inputs = new Ports<{ type: string; to: string[]; source: string | undefined }>();
  const outputs = new Ports<string>();
  const params = new Ports<string>();
  const inner: Record<string, WorkflowNode> = {};
  const nodes: Record<string, WorkflowNode> = {};
  for (const [one, node] of Object.entries(workflow.nodes)) {
    if (ids.has(one)) inner[one] = takeIn(one, node);
    else nodes[one] = leaveOut(node);
  }
  for (const [port, place] of unreadOutputs()) outputs.of(place, port, () => place);
  const ports = workflow.ports && movePorts(workflow.ports);
  const links = [...inputs].flatMap(([port, { source }]) => (source === undefined ? [] : [[port, source]]));
  nodes[id] = { type: SUBGRAPH_PREFIX + name, ...(links.length > 0 && { inputs: Object.fromEntries(links) }) };
  const setInputs =
    workflow.inputs && mapValues(workflow.inputs, (input) => ({ ...input, to: input.to.map(movedParam) }));
  const made: Subgraph = {
    nodes: inner,
    ...(inputs.size > 0 && { inputs: mapValues(Object.fromEntries(inputs), toInput) }),
    ...(outputs.size > 0 && { outputs: Object.fromEntries(outputs) }),
    ...(params.size > 0 && { params: Object.fromEntries(params) }),
  };
  return {
    ...workflow,
    nodes,
    ...(setInputs && { inputs: setInputs }),
    subgraphs: { ...workflow.subgraphs, [name]: made },
    ...(ports && { ports }),
  };

  function movePorts({ inputs: fed, outputs: given, params: set }: NonNullable<GroupedWorkflow['ports']>) {
    return {
      ...(fed && {
        inputs: mapValues(fed, (port) => ({
          ...port,
          to: [...new Set(port.to.map((place) => movedInput(port.type, place)))],
        })),
      }),
      ...(given && { outputs: mapValues(given, movedLink) }),
      ...(set && { params: mapValues(set, movedParam) }),
    };
  }

  /** Links from outside lead into the subgraph through an input. */
  function movedInput(type: string, place: string): string {
    const at = parseLink(place);
    if (at === undefined || !ids.has(at.node)) return place;
    const port = inputs.of(`port ${place}`, at.output, () => ({ type, to: [place], source: undefined }));
    return `${id}.${port}`;
  }

  function takeIn(one: string, node: WorkflowNode): WorkflowNode {
    if (node.inputs === undefined) return node;
    const own: Record<string, string> = {};
    for (const [input, source] of Object.entries(node.inputs)) {
      const from = parseLink(source);
      if (from === undefined || ids.has(from.node)) {
        own[input] = source;
        continue;
      }
      const type = full.types.get(node.type)?.inputs[input]?.type ?? outputType(source) ?? '';
      const port = inputs.of(`${type} ${source}`, input, () => ({ type, to: [], source }));
      inputs.get(port)?.to.push(`${one}.${input}`);
    }
    const { inputs: _, ...rest } = node;
    return Object.keys(own).length === 0 ? rest : { ...rest, inputs: own };
  }

  function leaveOut(node: WorkflowNode): WorkflowNode {
    const links = node.inputs && mapValues(node.inputs, movedLink);
    const isSweep = full.types.get(node.type)?.expands?.kind === 'sweep';
    const axes = isSweep ? (['x', 'y'] as const).filter((axis) => writtenAxis(node, axis).place !== '') : [];
    const moved = axes.map((axis) => [axis, movedParam(writtenAxis(node, axis).place)]);
    return {
      ...node,
      ...(links && { inputs: links }),
      ...(moved.length > 0 && { params: { ...node.params, ...Object.fromEntries(moved) } }),
    };
  }

  function movedLink(source: string): string {
    const from = parseLink(source);
    return from === undefined || !ids.has(from.node)
      ? source
      : `${id}.${outputs.of(source, from.output, () => source)}`;
  }

  function movedParam(place: string): string {
    const at = parseLink(place);
    return at === undefined || !ids.has(at.node) ? place : `${id}.${params.of(place, at.output, () => place)}`;
  }

  function outputType(source: string): string | undefined {
    const from = parseLink(source);
    return from && full.types.get(workflow.nodes[from.node]?.type ?? '')?.outputs[from.output]?.type;
  }

  /** Unconnected outputs are what the subgraph is for. */
  function unreadOutputs(): readonly (readonly [string, string])[] {
    const read = new Set(Object.values(workflow.nodes).flatMap((node) => Object.values(node.inputs ?? {})));
    return [...ids].flatMap((one) => {
      const ports = Object.keys(full.types.get(workflow.nodes[one]?.type ?? '')?.outputs ?? {});
      const isEnd = ports.every((port) => !read.has(`${one}.${port}`));
      return isEnd ? ports.map((port) => [port, `${one}.${port}`] as const) : [];
    });
  }
}

/** Named things, one for each key, with names that people recognise. */
class Ports<Value> extends Map<string, Value> {
  readonly #names = new Map<string, string>();

  /** @returns the name of the thing of that key */
  of(key: string, wanted: string, make: () => Value): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = freeName(wanted, (candidate) => this.has(candidate));
    this.#names.set(key, name);
    this.set(name, make());
    return name;
  }
}

function findObstacle({ nodes }: Workflow, ids: ReadonlySet<string>): SubgraphObstacle | undefined {
  const readers = new Map<string, string[]>();
  for (const [id, node] of Object.entries(nodes)) {
    for (const source of sourcesOf(node)) readers.set(source, [...(readers.get(source) ?? []), id]);
  }
  const after = reach([...ids], (id) => (readers.get(id) ?? []).filter((one) => !ids.has(one)));
  const before = reach([...ids], (id) => sourcesOf(nodes[id]).filter((one) => !ids.has(one)));
  const between = [...after].filter((id) => before.has(id) && !ids.has(id));
  if (between.length > 0) return { kind: 'between', nodes: between };
  const sweeping = [...ids].filter((id) => {
    const node = nodes[id];
    if (node === undefined || node.params?.['xValues'] === undefined) return false;
    const places = (['x', 'y'] as const).map((axis) => parseLink(writtenAxis(node, axis).place));
    return places.some((place) => place !== undefined && !ids.has(place.node));
  });
  return sweeping.length > 0 ? { kind: 'sweeps-outside', nodes: sweeping } : undefined;
}

function reach(start: readonly string[], next: (id: string) => readonly string[]): ReadonlySet<string> {
  const seen = new Set(start);
  const toVisit = [...start];
  for (let id = toVisit.pop(); id !== undefined; id = toVisit.pop()) {
    for (const one of next(id)) {
      if (seen.has(one)) continue;
      seen.add(one);
      toVisit.push(one);
    }
  }
  return seen;
}

function toInput({ type, to }: { readonly type: string; readonly to: readonly string[] }): SubgraphInput {
  return { type, to };
}

/** `name`, with a number if it is taken. */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name.slice(0, 58)}${number}`;
    if (!isTaken(candidate)) return candidate;
  }
}

export function mapValues<Value, Made>(
  record: Readonly<Record<string, Value>>,
  map: (value: Value) => Made,
): Record<string, Made> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}

function sourcesOf(node: WorkflowNode | undefined): readonly string[] {
  return Object.values(node?.inputs ?? {}).flatMap((link) => parseLink(link)?.node ?? []);
}
