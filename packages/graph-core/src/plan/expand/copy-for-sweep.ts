import type { Catalog } from '../../definition/catalog.js';
import type { NodeDefinition } from '../../definition/node-definition.js';
import type { AxisName, SweepAxis } from '../../document/sweep-axis.js';
import { parseLink, type WorkflowNode } from '../../document/workflow.js';
import { NODES_A_STEP, type Steps } from '../steps.js';
import { type Between, type Nodes, sourcesOf } from './sweep-graph.js';

/** A sweep and the params it varies, as expanded `node.param`. */
export interface Sweep {
  readonly id: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
}

export interface SweepContext<Node extends NodeDefinition> {
  /** Changed: copies are added, and the sweep itself gets its cells. */
  readonly nodes: Record<string, WorkflowNode>;
  readonly types: Map<string, Node>;
  readonly catalog: Catalog<Node>;
  readonly replaced: Set<string>;
  /** Sweeps still to be expanded, the next one last. */
  readonly waiting: Sweep[];
  /** Those, and the ones that were expanded, by id. */
  readonly sweeps: Map<string, Sweep>;
  /** Sweep of the file -> the nodes of the file that it copies. */
  readonly copied: ReadonlyMap<string, ReadonlySet<string>>;
  /** Copy -> the node of the file that it is one of. */
  readonly writtenAs: Map<string, string>;
  /** Node -> its readers, including those before they got copies; only for nodes with more than one sweep. */
  readonly readers: Map<string, Set<string>> | undefined;
  /** Nodes of which only copies are needed. */
  readonly dropped: Set<string>;
  readonly asked: ReadonlySet<string>;
  /** Copy -> its purpose: the varied params, and their values. */
  readonly madeFor: Map<string, string>;
  /** Numbers that distinguish copies for different purposes: the highest of a node, and all of a purpose. */
  readonly numbers: {
    readonly ofNode: Map<string, number>;
    readonly ofPurpose: Map<string, number[]>;
  };
}

type Axes = Readonly<Record<AxisName, SweepAxis | undefined>>;

/**
 * What has to be copied, and how the copies are distinguished from those that another sweep makes of the same nodes.
 */
interface NamedBetween extends Between {
  /** Behind their ids; empty for the first sweep. */
  readonly mark: string;
  /** See `SweepContext.madeFor`. */
  readonly purpose: string;
}

/**
 * Two parallel sweeps may vary one node; so may an inner one, as written, a node that the outer one has copied. Those
 * that vary it alike, such as copies of one sweep, share their results. A copy of an expanded sweep no longer reads
 * what it varied, so another sweep above it, which is copied only now, needs its own copies.
 */
export function namesOfCopies<Node extends NodeDefinition>(
  between: Between,
  purpose: string,
  { nodes, madeFor, numbers, catalog, sweeps }: SweepContext<Node>,
): NamedBetween {
  const isSweep = (id: string) => catalog.types.get(nodes[id]?.type ?? '')?.expands?.kind === 'sweep';
  const inner = between.order.filter((id) => sweeps.has(id) && isSweep(id));
  const isFree = (named: NamedBetween) => {
    const copyOf = (id: string) => copyId(id, named, { x: 1, y: 1 });
    const isMissing = (id: string) => !Object.hasOwn(nodes, copyOf(id));
    const isExpanded = (id: string) => !isMissing(id) && !isSweep(copyOf(id));
    if (inner.some(isMissing) && inner.some(isExpanded)) return false;
    return between.order.every((id) => isMissing(id) || madeFor.get(copyOf(id)) === purpose);
  };
  const named = (number: number) => ({ ...between, mark: number === 1 ? '' : `_${number}`, purpose });
  const known = numbers.ofPurpose.get(purpose) ?? [];
  const again = known.find((number) => isFree(named(number)));
  const number = again ?? 1 + between.order.reduce((most, id) => Math.max(most, numbers.ofNode.get(id) ?? 0), 0);
  for (const id of between.order) numbers.ofNode.set(id, Math.max(number, numbers.ofNode.get(id) ?? 0));
  if (again === undefined) numbers.ofPurpose.set(purpose, [...known.slice(-MOST_TRIED), number]);
  return named(number);
}

// The latest for each purpose. With all of them, a thousand sweeps that vary the same param would be compared with each
// other. At worst, copies that could have been shared are made again.
const MOST_TRIED = 32;

interface Cell {
  readonly x: number;
  readonly y: number;
}

/** Copies everything in between, for every value that makes a difference there. */
export function* copyBetween<Node extends NodeDefinition>(
  axes: Axes,
  between: NamedBetween,
  { nodes, catalog, replaced, waiting, sweeps, writtenAs, readers, madeFor, dropped }: SweepContext<Node>,
): Steps<void> {
  let seen = 0;
  for (const id of between.order) {
    const node = nodes[id] as WorkflowNode;
    const inner = catalog.types.get(node.type)?.expands?.kind === 'sweep' ? sweeps.get(id) : undefined;
    for (const cell of cellsOf(id, between, axes)) {
      if (++seen % NODES_A_STEP === 0) yield;
      const copy = copyId(id, between, cell);
      if (Object.hasOwn(nodes, copy)) continue;
      nodes[copy] = copyNode(node, id, { axes, between, cell });
      addReader(readers, copy, nodes[copy]);
      madeFor.set(copy, between.purpose);
      dropped.delete(copy);
      writtenAs.set(copy, writtenAs.get(id) ?? id);
      if (inner === undefined) continue;
      const move = (place: string | undefined) => place && copyLink(place, between, cell);
      const sweep = { id: copy, x: move(inner.x), y: move(inner.y) };
      waiting.push(sweep);
      sweeps.set(copy, sweep);
    }
    // The copies replace it for the sweep; another reader may still need the node as written.
    replaced.add(id);
  }
}

function copyNode(
  node: WorkflowNode,
  id: string,
  { axes, between, cell }: { readonly axes: Axes; readonly between: NamedBetween; readonly cell: Cell },
): WorkflowNode {
  const inputs = Object.entries(node.inputs ?? {}).map(([name, link]) => [name, copyLink(link, between, cell)]);
  const params = { ...node.params };
  for (const axis of ['x', 'y'] as const) {
    const varied = axes[axis];
    if (varied?.node === id) params[varied.name] = varied.values[cell[axis] - 1];
  }
  return { ...node, inputs: Object.fromEntries(inputs), params };
}

function* cellsOf(id: string, { depends }: Between, axes: Axes): Iterable<Cell> {
  const count = (axis: AxisName) => (depends[axis].has(id) ? (axes[axis]?.values.length ?? 1) : 1);
  for (let y = 1; y <= count('y'); y++) for (let x = 1; x <= count('x'); x++) yield { x, y };
}

function copyId(id: string, { depends, mark }: NamedBetween, { x, y }: Cell): string {
  if (!depends.y.has(id)) return `${id}@${x}${mark}`;
  return `${id}@${depends.x.has(id) ? x : 0}.${y}${mark}`;
}

/** The link `node.name` as a cell has it. */
export function copyLink(text: string, between: NamedBetween, cell: Cell): string {
  const link = parseLink(text);
  if (link === undefined || !(between.depends.x.has(link.node) || between.depends.y.has(link.node))) return text;
  return `${copyId(link.node, between, cell)}.${link.output}`;
}

/**
 * Finds nodes that are no longer needed now that a sweep reads copies of them. Without it, a sweep of which an outer
 * one needs only copies would be expanded itself too: three times the nodes for each level instead of twice.
 */
export function dropUnread<Node extends NodeDefinition>(
  sweep: string,
  { order }: Between,
  { nodes, catalog, readers, dropped, asked, writtenAs }: SweepContext<Node>,
): void {
  if (readers === undefined) return;
  // Readers come first.
  for (const id of order.toReversed()) {
    const isRoot = asked.has(id) || catalog.types.get(nodes[id]?.type ?? '')?.sideEffects === true;
    if (isRoot || isReadBesides(sweep, readers.get(id) ?? new Set(), dropped)) continue;
    dropped.add(id);
    // The file's own nodes can still be targets.
    if (writtenAs.has(id)) delete nodes[id];
  }
}

/** Thousands of sweeps may read one node, so the first of them that is found has to do. */
function isReadBesides(sweep: string, readers: ReadonlySet<string>, dropped: ReadonlySet<string>): boolean {
  for (const reader of readers) if (reader !== sweep && !dropped.has(reader)) return true;
  return false;
}

export function readersOf(nodes: Nodes): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>();
  for (const [id, node] of Object.entries(nodes)) addReader(readers, id, node);
  return readers;
}

export function addReader(readers: Map<string, Set<string>> | undefined, id: string, node: WorkflowNode): void {
  if (readers === undefined) return;
  for (const source of sourcesOf(node)) {
    const known = readers.get(source);
    if (known === undefined) readers.set(source, new Set([id]));
    else known.add(id);
  }
}
