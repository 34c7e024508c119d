import type { Catalog } from '../definition/catalog.js';
import { ownEntry } from './graph.js';
import { freeName, type GroupedWorkflow, mapValues } from './make-subgraph.js';
import { catalogOf } from './subgraph-catalog.js';
import { writtenAxis } from './sweep-axis.js';
import { parseLink, subgraphNameOf, type WorkflowNode } from './workflow.js';

export interface Dissolved {
  readonly workflow: GroupedWorkflow;
  /** Id inside the subgraph -> id in the workflow. */
  readonly ids: ReadonlyMap<string, string>;
  /** The subgraph's name, if it went because nothing uses it any more. */
  readonly removed?: string;
}

/**
 * Replaces a subgraph node by the nodes inside it; the workflow computes the same.
 *
 * @returns `undefined` if the node is not a subgraph, or is bypassed, since its nodes cannot be bypassed as a whole
 */
export function dissolveSubgraph(workflow: GroupedWorkflow, id: string, catalog: Catalog): Dissolved | undefined {
  const card = workflow.nodes[id];
  const name = card && subgraphNameOf(card.type);
  const body = name === undefined ? undefined : ownEntry(workflow.subgraphs, name);
  if (card === undefined || name === undefined || body === undefined || card.mode === 'bypass') return undefined;
  const { [id]: _, ...others } = workflow.nodes;
  const ids = new Map<string, string>();
  const taken = new Set(Object.keys(others));
  for (const inner of Object.keys(body.nodes)) {
    const free = freeName(inner, (candidate) => taken.has(candidate));
    taken.add(free);
    ids.set(inner, free);
  }
  const full = catalogOf(workflow, catalog);

  /** A place inside, as the workflow names it. */
  const outside = (place: string) => {
    const link = parseLink(place);
    return link === undefined ? place : `${ids.get(link.node) ?? link.node}.${link.output}`;
  };
  /** A port of the card, under the name that the workflow uses for it. */
  const through = (place: string, ports: Readonly<Record<string, string>> = {}) => {
    const link = parseLink(place);
    const inner = link?.node === id && Object.hasOwn(ports, link.output) ? ports[link.output] : undefined;
    return inner === undefined ? place : outside(inner);
  };
  /** The inner inputs that an input of the card is linked to. */
  const toInside = (place: string): readonly string[] => {
    const at = parseLink(place);
    const port = at?.node === id ? ownEntry(body.inputs, at.output) : undefined;
    return port === undefined ? [place] : port.to.map(outside);
  };
  const moveAxes = (node: WorkflowNode, move: (place: string) => string): WorkflowNode => {
    if (full.types.get(node.type)?.expands?.kind !== 'sweep') return node;
    const axes = (['x', 'y'] as const).filter((axis) => writtenAxis(node, axis).place !== '');
    if (axes.length === 0) return node;
    const moved = axes.map((axis) => [axis, move(writtenAxis(node, axis).place)]);
    return { ...node, params: { ...node.params, ...Object.fromEntries(moved) } };
  };

  const nodes: Record<string, WorkflowNode> = {};
  for (const [one, node] of Object.entries(others)) {
    const links = node.inputs && mapValues(node.inputs, (link) => through(link, body.outputs));
    nodes[one] = moveAxes({ ...node, ...(links && { inputs: links }) }, (place) => through(place, body.params));
  }
  for (const [inner, node] of Object.entries(body.nodes)) {
    const links: Record<string, string> = node.inputs ? mapValues(node.inputs, outside) : {};
    for (const [port, { to }] of Object.entries(body.inputs ?? {})) {
      const source = ownEntry(card.inputs, port);
      if (source === undefined) continue;
      for (const place of to) {
        const at = parseLink(place);
        if (at?.node === inner) links[at.output] = source;
      }
    }
    const params: Record<string, unknown> = { ...node.params };
    for (const [param, place] of Object.entries(body.params ?? {})) {
      const at = parseLink(place);
      const value = ownEntry(card.params, param);
      if (at?.node === inner && value !== undefined) params[at.output] = value;
    }
    const { inputs: __, params: ___, ...rest } = node;
    const put: WorkflowNode = {
      ...rest,
      ...(Object.keys(links).length > 0 && { inputs: links }),
      ...(Object.keys(params).length > 0 && { params }),
      ...(card.mode === 'mute' && { mode: 'mute' as const }),
    };
    nodes[ids.get(inner) ?? inner] = moveAxes(put, outside);
  }
  const inputs =
    workflow.inputs &&
    mapValues(workflow.inputs, (input) => ({
      ...input,
      to: input.to.map((place) => through(place, body.params)),
    }));
  const isUsed = [nodes, ...Object.values(workflow.subgraphs ?? {}).map((other) => other.nodes)].some((group) =>
    Object.values(group).some(({ type }) => type === card.type),
  );
  const ports = workflow.ports && {
    ...workflow.ports,
    ...(workflow.ports.inputs && {
      inputs: mapValues(workflow.ports.inputs, (port) => ({ ...port, to: port.to.flatMap(toInside) })),
    }),
    ...(workflow.ports.outputs && {
      outputs: mapValues(workflow.ports.outputs, (place) => through(place, body.outputs)),
    }),
    ...(workflow.ports.params && {
      params: mapValues(workflow.ports.params, (place) => through(place, body.params)),
    }),
  };
  const { subgraphs, ...rest } = { ...workflow, nodes, ...(inputs && { inputs }), ...(ports && { ports }) };
  const { [name]: ____, ...left } = subgraphs ?? {};
  if (isUsed) return { workflow: { ...rest, ...(subgraphs && { subgraphs }) }, ids };
  return { workflow: Object.keys(left).length === 0 ? rest : { ...rest, subgraphs: left }, ids, removed: name };
}
