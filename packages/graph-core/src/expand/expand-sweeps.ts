import type { Catalog } from '../catalog.js';
import type { Diagnostic } from '../diagnostics.js';
import { MAX_EXPANDED_NODES } from '../limits.js';
import type { InputPort, NodeDefinition } from '../node-definition.js';
import { failure, type Result, success } from '../result.js';
import { parseLink, type WorkflowNode } from '../workflow.js';
import { type CountedSweep, countSweepCopies } from './count-sweep-copies.js';
import type { ExpandedNodes } from './expand-workflow.js';
import { splitId } from './flatten-subgraphs.js';
import { type AxisName, readAxis, type SweepAxis, writtenAxis } from './sweep-axis.js';
import { type Between, findBetween, type Nodes, sourcesOf, sweepsInOrder } from './sweep-graph.js';

type ResolveParam = (place: string, prefix?: string) => string | undefined;

export interface SweepOptions {
  readonly resolveParam: ResolveParam;
  /** Nodes that are wanted whoever reads them. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Gives each sweep a copy of all that lies between the params it varies and itself, for each value that makes a
 * difference there: `sample@2` for the second value of x, `sample@0.3` for the third of y, `sample@2.3` for both, and
 * `sample@2_2` for the second sweep that varies the node. What does not depend on a value is not copied, so it is done once.
 * A sweep of which only copies are wanted, by another one, is left as it is.
 */
export function expandSweeps<Node extends NodeDefinition>(
  { nodes: before, catalog, replaced: known }: ExpandedNodes<Node>,
  { resolveParam, asked }: SweepOptions,
): Result<ExpandedNodes<Node>> {
  const nodes: Record<string, WorkflowNode> = { ...before };
  const types = new Map(catalog.types);
  const replaced = new Set(known);
  // A sweep that another one reads is copied with the rest of what that one varies, so readers go first.
  const written = sweepsInOrder(before, catalog).map((id): Sweep => {
    const place = (axis: AxisName) => {
      const text = writtenAxis(before[id] as WorkflowNode, axis).place;
      return text === '' ? undefined : resolveParam(text, splitId(id).prefix);
    };
    return { id, x: place('x'), y: place('y') };
  });
  const counted = written.toReversed().map((sweep) => countedSweep(sweep, before, catalog));
  const count = Object.keys(before).length + countSweepCopies(counted);
  if (count > MAX_EXPANDED_NODES) return failure({ code: 'too-many-nodes', count, limit: MAX_EXPANDED_NODES });
  const waiting = [...written];
  const context: SweepContext<Node> = {
    ...{ nodes, types, catalog, replaced, waiting },
    sweeps: new Map(written.map((sweep) => [sweep.id, sweep])),
    copied: new Map(counted.map(({ id, between }) => [id, new Set(between.order)])),
    writtenAs: new Map(),
    ...{ readers: readersOf(before), dropped: new Set<string>(), asked, madeFor: new Map() },
  };
  for (let sweep = waiting.pop(); sweep !== undefined; sweep = waiting.pop()) {
    const type = nodes[sweep.id]?.type ?? '';
    // One that was dropped, taken up again and has been expanded waits twice.
    if (context.dropped.has(sweep.id) || catalog.types.get(type)?.expands?.kind !== 'sweep') continue;
    const problem = expandSweep(sweep, context);
    if (problem !== undefined) return failure(problem);
  }
  return success({ nodes, catalog: { ...catalog, types }, replaced });
}

function readersOf(nodes: Nodes): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>();
  for (const [id, node] of Object.entries(nodes)) addReader(readers, id, node);
  return readers;
}

function addReader(readers: Map<string, Set<string>>, id: string, node: WorkflowNode): void {
  for (const source of sourcesOf(node)) {
    const known = readers.get(source);
    if (known === undefined) readers.set(source, new Set([id]));
    else known.add(id);
  }
}

/** What is wrong with an axis is told when the sweep is expanded. */
function countedSweep(sweep: Sweep, nodes: Nodes, catalog: Catalog): CountedSweep {
  const node = nodes[sweep.id] as WorkflowNode;
  const read = (axis: AxisName) => {
    const found = readAxis(axis, { id: sweep.id, node, nodes, catalog, place: sweep[axis] });
    return found === undefined || 'code' in found ? undefined : found;
  };
  const [x, y] = [read('x'), read('y')];
  return {
    id: sweep.id,
    between: findBetween(sweep.id, nodes, { x: x?.node, y: y?.node }),
    counts: { x: x?.values.length ?? 1, y: y?.values.length ?? 1 },
  };
}

/** A sweep and the params it varies, as expanded `node.param`. */
interface Sweep {
  readonly id: string;
  readonly x: string | undefined;
  readonly y: string | undefined;
}

interface SweepContext<Node extends NodeDefinition> {
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
  /** Node -> those that read it, or read it before they were given copies. */
  readonly readers: Map<string, Set<string>>;
  /** Nodes of which only copies are wanted. */
  readonly dropped: Set<string>;
  readonly asked: ReadonlySet<string>;
  /** Copy -> what it is a copy for: the places that are varied, and their values. */
  readonly madeFor: Map<string, string>;
}

function expandSweep<Node extends NodeDefinition>(sweep: Sweep, context: SweepContext<Node>): Diagnostic | undefined {
  const { nodes, types, catalog } = context;
  const node = nodes[sweep.id] as WorkflowNode;
  const definition = catalog.types.get(node.type) as Node;
  const input = definition.expands?.kind === 'sweep' ? definition.expands.input : '';
  const read = (axis: AxisName) => readAxis(axis, { id: sweep.id, node, nodes, catalog, place: sweep[axis] });
  const [x, y] = [read('x'), read('y')];
  if (x !== undefined && 'code' in x) return x;
  if (y !== undefined && 'code' in y) return y;
  const writtenAs = (id: string) => context.writtenAs.get(id) ?? id;
  const copied = context.copied.get(writtenAs(sweep.id));
  // What does not depend on what is varied is not looked at again for each of a thousand copies of one sweep.
  const between = findBetween(sweep.id, nodes, { x: x?.node, y: y?.node }, (id) => copied?.has(writtenAs(id)) === true);
  for (const axis of ['x', 'y'] as const) {
    const written = writtenAxis(node, axis).place;
    if (written === '' || between.reached[axis]) continue;
    const expected = 'a param of a node that this one reads';
    return {
      code: 'wrong-param',
      node: sweep.id,
      type: node.type,
      param: axis,
      expected,
      got: JSON.stringify(written),
    };
  }
  const [columns, rows] = [x?.values ?? [undefined], y?.values ?? [undefined]];
  // A sweep over the values of another one can make more than was counted.
  const counts = { x: columns.length, y: rows.length };
  const count = context.writtenAs.size + countSweepCopies([{ id: sweep.id, between, counts }]);
  if (count > MAX_EXPANDED_NODES) return { code: 'too-many-nodes', count, limit: MAX_EXPANDED_NODES };
  const names = namesOfCopies(between, JSON.stringify([sweep.x, sweep.y, columns, rows]), context);
  copyBetween({ x, y }, names, context);
  dropUnread(sweep.id, between, context);
  const inputs: Record<string, string> = {};
  const ports: Record<string, InputPort> = {};
  const own = node.inputs?.[input];
  for (const [row] of rows.entries()) {
    for (const [column] of columns.entries()) {
      const name = `cell${row * columns.length + column + 1}`;
      ports[name] = definition.inputs[input] as InputPort;
      if (own !== undefined) inputs[name] = copyLink(own, names, { x: column + 1, y: row + 1 });
    }
  }
  const type = `${node.type} ${columns.length * rows.length}`;
  // The node's own function takes whatever cells there are; only their number is another one.
  types.set(type, { ...definition, inputs: ports });
  const labels = { ...axisLabels('x', x), ...axisLabels('y', y) };
  const expanded = { ...node, type, inputs, params: { ...node.params, ...labels } };
  nodes[sweep.id] = expanded;
  addReader(context.readers, sweep.id, expanded);
  return undefined;
}

/**
 * Finds what nobody wants any more now that a sweep reads copies of it. Without it, a sweep of which an outer one wants
 * copies only would be expanded itself too: three times the nodes for each level instead of twice.
 */
function dropUnread<Node extends NodeDefinition>(
  sweep: string,
  { order }: Between,
  { nodes, catalog, readers, dropped, asked, writtenAs }: SweepContext<Node>,
): void {
  // Readers come first.
  for (const id of order.toReversed()) {
    const isRoot = asked.has(id) || catalog.types.get(nodes[id]?.type ?? '')?.sideEffects === true;
    const all = readers.get(id) ?? new Set();
    if (isRoot || [...all].some((reader) => reader !== sweep && !dropped.has(reader))) continue;
    dropped.add(id);
    // The file's own nodes can still be asked for.
    if (writtenAs.has(id)) delete nodes[id];
  }
}

/** What decides the picture: names without ids, so that a node called otherwise gives the same result. */
function axisLabels(name: AxisName, axis: SweepAxis | undefined): Readonly<Record<string, unknown>> {
  if (axis === undefined) return { [name]: '', [`${name}Values`]: '' };
  return {
    [name]: axis.name,
    [`${name}Values`]: axis.values.map((value) => String(value).replaceAll('\n', ' ')).join('\n'),
  };
}

/** What has to be copied, and how copies are told from those that another sweep makes of the same nodes. */
interface NamedBetween extends Between {
  /** Behind their ids; empty for the first sweep. */
  readonly mark: string;
  /** See `SweepContext.madeFor`. */
  readonly purpose: string;
}

/**
 * Two sweeps beside each other may vary one node; so may an inner one, as it is written, what the outer one has copied. Those
 * that vary it alike, such as copies of one sweep, share what they make.
 */
function namesOfCopies<Node extends NodeDefinition>(
  between: Between,
  purpose: string,
  { nodes, madeFor }: SweepContext<Node>,
): NamedBetween {
  for (let number = 1; ; number++) {
    const named = { ...between, mark: number === 1 ? '' : `_${number}`, purpose };
    const isTaken = between.order.some((id) => {
      const copy = copyId(id, named, { x: 1, y: 1 });
      return Object.hasOwn(nodes, copy) && madeFor.get(copy) !== purpose;
    });
    if (!isTaken) return named;
  }
}

interface Cell {
  readonly x: number;
  readonly y: number;
}

function copyBetween<Node extends NodeDefinition>(
  axes: Readonly<Record<AxisName, SweepAxis | undefined>>,
  between: NamedBetween,
  { nodes, catalog, replaced, waiting, sweeps, writtenAs, readers, madeFor, dropped }: SweepContext<Node>,
): void {
  for (const id of between.order) {
    const node = nodes[id] as WorkflowNode;
    const inner = catalog.types.get(node.type)?.expands?.kind === 'sweep' ? sweeps.get(id) : undefined;
    for (const cell of cellsOf(id, between, axes)) {
      const copy = copyId(id, between, cell);
      if (Object.hasOwn(nodes, copy)) continue;
      const inputs = Object.entries(node.inputs ?? {}).map(([name, link]) => [name, copyLink(link, between, cell)]);
      const params = { ...node.params };
      for (const axis of ['x', 'y'] as const) {
        const varied = axes[axis];
        if (varied?.node === id) params[varied.name] = varied.values[cell[axis] - 1];
      }
      const made = { ...node, inputs: Object.fromEntries(inputs), params };
      nodes[copy] = made;
      addReader(readers, copy, made);
      madeFor.set(copy, between.purpose);
      dropped.delete(copy);
      writtenAs.set(copy, writtenAs.get(id) ?? id);
      if (inner !== undefined) {
        const move = (place: string | undefined) => place && copyLink(place, between, cell);
        const sweep = { id: copy, x: move(inner.x), y: move(inner.y) };
        waiting.push(sweep);
        sweeps.set(copy, sweep);
      }
    }
    // The copies take its place for the sweep; another reader may still want the node as it was written.
    replaced.add(id);
  }
}

function* cellsOf(
  id: string,
  { depends }: Between,
  axes: Readonly<Record<AxisName, SweepAxis | undefined>>,
): Iterable<Cell> {
  const count = (axis: AxisName) => (depends[axis].has(id) ? (axes[axis]?.values.length ?? 1) : 1);
  for (let y = 1; y <= count('y'); y++) for (let x = 1; x <= count('x'); x++) yield { x, y };
}

function copyId(id: string, { depends, mark }: NamedBetween, { x, y }: Cell): string {
  if (!depends.y.has(id)) return `${id}@${x}${mark}`;
  return `${id}@${depends.x.has(id) ? x : 0}.${y}${mark}`;
}

/** The link `node.name` as a cell has it. */
function copyLink(text: string, between: NamedBetween, cell: Cell): string {
  const link = parseLink(text);
  if (link === undefined || !(between.depends.x.has(link.node) || between.depends.y.has(link.node))) return text;
  return `${copyId(link.node, between, cell)}.${link.output}`;
}
