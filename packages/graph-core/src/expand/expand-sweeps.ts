import type { Catalog } from '../catalog.js';
import type { Diagnostic } from '../diagnostics.js';
import type { InputPort, NodeDefinition } from '../node-definition.js';
import { failure, type Result, success } from '../result.js';
import { parseLink, type WorkflowNode } from '../workflow.js';
import type { ExpandedNodes } from './expand-workflow.js';
import { MAX_EXPANDED_NODES, splitId } from './flatten-subgraphs.js';
import { type AxisName, readAxis, type SweepAxis, writtenAxis } from './sweep-axis.js';

type ResolveParam = (place: string, prefix?: string) => string | undefined;

/**
 * Gives each sweep a copy of all that lies between the params it varies and itself, for each value that makes a
 * difference there: `sample@2` for the second value of x, `sample@0.3` for the third of y, `sample@2.3` for both. What
 * does not depend on a value is not copied, so it is done once.
 */
export function expandSweeps<Node extends NodeDefinition>(
  { nodes: before, catalog, replaced: known }: ExpandedNodes<Node>,
  resolveParam: ResolveParam,
): Result<ExpandedNodes<Node>> {
  const nodes: Record<string, WorkflowNode> = { ...before };
  const types = new Map(catalog.types);
  const replaced = new Set(known);
  // A sweep that another one reads is copied with the rest of what that one varies, so readers go first.
  const waiting: Sweep[] = sweepsInOrder(before, catalog).map((id) => {
    const place = (axis: AxisName) => {
      const written = writtenAxis(before[id] as WorkflowNode, axis).place;
      return written === '' ? undefined : resolveParam(written, splitId(id).prefix);
    };
    return { id, x: place('x'), y: place('y') };
  });
  for (let sweep = waiting.pop(); sweep !== undefined; sweep = waiting.pop()) {
    const problem = expandSweep(sweep, { nodes, types, catalog, replaced, waiting });
    if (problem !== undefined) return failure(problem);
  }
  return success({ nodes, catalog: { ...catalog, types }, replaced });
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
  const between = findBetween(sweep.id, nodes, { x: x?.node, y: y?.node });
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
  if (Object.keys(nodes).length + between.order.length * columns.length * rows.length > MAX_EXPANDED_NODES) {
    return { code: 'too-many-nodes', limit: MAX_EXPANDED_NODES };
  }
  copyBetween({ x, y }, between, context);
  const inputs: Record<string, string> = {};
  const ports: Record<string, InputPort> = {};
  const own = node.inputs?.[input];
  for (const [row] of rows.entries()) {
    for (const [column] of columns.entries()) {
      const name = `cell${row * columns.length + column + 1}`;
      ports[name] = definition.inputs[input] as InputPort;
      if (own !== undefined) inputs[name] = copyLink(own, between, { x: column + 1, y: row + 1 });
    }
  }
  const type = `${node.type} ${columns.length * rows.length}`;
  // The node's own function takes whatever cells there are; only their number is another one.
  types.set(type, { ...definition, inputs: ports });
  const labels = { ...axisLabels('x', x), ...axisLabels('y', y) };
  nodes[sweep.id] = { ...node, type, inputs, params: { ...node.params, ...labels } };
  return undefined;
}

/** What decides the picture: names without ids, so that a node called otherwise gives the same result. */
function axisLabels(name: AxisName, axis: SweepAxis | undefined): Readonly<Record<string, unknown>> {
  if (axis === undefined) return { [name]: '', [`${name}Values`]: '' };
  return {
    [name]: axis.name,
    [`${name}Values`]: axis.values.map((value) => String(value).replaceAll('\n', ' ')).join('\n'),
  };
}

interface Between {
  /** Ids, each after what it reads. */
  readonly order: readonly string[];
  readonly depends: Readonly<Record<AxisName, ReadonlySet<string>>>;
  /** Whether the varied node is among what the sweep reads; true without an axis. */
  readonly reached: Readonly<Record<AxisName, boolean>>;
}

/** Of what the sweep reads, that which depends on a varied node. */
function findBetween(
  sweep: string,
  nodes: Readonly<Record<string, WorkflowNode>>,
  varied: Readonly<Record<AxisName, string | undefined>>,
): Between {
  const ancestors = orderAncestors(sweep, nodes);
  const dependsOn = (start: string | undefined) => {
    const depends = new Set<string>();
    for (const id of ancestors) {
      if (id === start || sourcesOf(nodes[id]).some((source) => depends.has(source))) depends.add(id);
    }
    return depends;
  };
  const depends = { x: dependsOn(varied.x), y: dependsOn(varied.y) };
  const reached = (axis: AxisName) => varied[axis] === undefined || depends[axis].size > 0;
  const order = ancestors.filter((id) => depends.x.has(id) || depends.y.has(id));
  return { order, depends, reached: { x: reached('x'), y: reached('y') } };
}

/** All that the node reads, each after what it reads itself; the node is not among them. */
function orderAncestors(start: string, nodes: Readonly<Record<string, WorkflowNode>>): readonly string[] {
  const order: string[] = [];
  const seen = new Set([start]);
  const path = [{ id: start, sources: sourcesOf(nodes[start]) }];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const source = top.sources.pop();
    if (source === undefined) {
      path.pop();
      if (top.id !== start) order.push(top.id);
    } else if (!seen.has(source) && Object.hasOwn(nodes, source)) {
      seen.add(source);
      path.push({ id: source, sources: sourcesOf(nodes[source]) });
    }
  }
  return order;
}

interface Cell {
  readonly x: number;
  readonly y: number;
}

function copyBetween<Node extends NodeDefinition>(
  axes: Readonly<Record<AxisName, SweepAxis | undefined>>,
  between: Between,
  { nodes, catalog, replaced, waiting }: SweepContext<Node>,
): void {
  for (const id of between.order) {
    const node = nodes[id] as WorkflowNode;
    const inner = waiting.find((sweep) => sweep.id === id);
    for (const cell of cellsOf(id, between, axes)) {
      const inputs = Object.entries(node.inputs ?? {}).map(([name, link]) => [name, copyLink(link, between, cell)]);
      const params = { ...node.params };
      for (const axis of ['x', 'y'] as const) {
        const varied = axes[axis];
        if (varied?.node === id) params[varied.name] = varied.values[cell[axis] - 1];
      }
      const copy = copyId(id, between, cell);
      nodes[copy] = { ...node, inputs: Object.fromEntries(inputs), params };
      if (inner !== undefined && catalog.types.get(node.type)?.expands?.kind === 'sweep') {
        const move = (place: string | undefined) => place && copyLink(place, between, cell);
        waiting.push({ id: copy, x: move(inner.x), y: move(inner.y) });
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

function copyId(id: string, { depends }: Between, { x, y }: Cell): string {
  if (!depends.y.has(id)) return `${id}@${x}`;
  return `${id}@${depends.x.has(id) ? x : 0}.${y}`;
}

/** The link `node.name` as a cell has it. */
function copyLink(text: string, between: Between, cell: Cell): string {
  const link = parseLink(text);
  if (link === undefined || !(between.depends.x.has(link.node) || between.depends.y.has(link.node))) return text;
  return `${copyId(link.node, between, cell)}.${link.output}`;
}

/** Active sweeps, each after those that it reads. */
function sweepsInOrder(nodes: Readonly<Record<string, WorkflowNode>>, catalog: Catalog): readonly string[] {
  const isSweep = (id: string) => {
    const node = nodes[id];
    return node?.mode === undefined && catalog.types.get(node?.type ?? '')?.expands?.kind === 'sweep';
  };
  const sweeps = Object.keys(nodes).filter(isSweep);
  if (sweeps.length < 2) return sweeps;
  const order: string[] = [];
  const seen = new Set<string>();
  for (const sweep of sweeps) {
    for (const id of [...orderAncestors(sweep, nodes), sweep]) {
      if (isSweep(id) && !seen.has(id)) order.push(id);
      seen.add(id);
    }
  }
  return order;
}

function sourcesOf(node: WorkflowNode | undefined): string[] {
  return Object.values(node?.inputs ?? {}).flatMap((link) => parseLink(link)?.node ?? []);
}
