import type { Catalog } from '../../definition/catalog.js';
import type { InputPort, NodeDefinition } from '../../definition/node-definition.js';
import type { Diagnostic } from '../../document/diagnostics.js';
import { failure, type Result, success } from '../../document/result.js';
import { type AxisName, readAxis, type SweepAxis, writtenAxis } from '../../document/sweep-axis.js';
import type { WorkflowNode } from '../../document/workflow.js';
import { MAX_EXPANDED_NODES } from '../../limits.js';
import type { Steps } from '../steps.js';
import {
  addReader,
  copyBetween,
  copyLink,
  dropUnread,
  namesOfCopies,
  readersOf,
  type Sweep,
  type SweepContext,
} from './copy-for-sweep.js';
import { type CountedSweep, countSweepCopies } from './count-sweep-copies.js';
import type { ExpandedNodes } from './flatten-subgraphs.js';
import { splitId } from './flatten-subgraphs.js';
import { findBetween, type Nodes, sweepsInOrder } from './sweep-graph.js';

type ResolveParam = (place: string, prefix?: string) => string | undefined;

export interface SweepOptions {
  readonly resolveParam: ResolveParam;
  /** Nodes that are needed regardless of what reads them. */
  readonly asked: ReadonlySet<string>;
}

/**
 * Gives each sweep a copy of everything between the params it varies and itself, for each value that makes a difference
 * there: `sample@2` for the second value of x, `sample@0.3` for the third of y, `sample@2.3` for both, and `sample@2_2`
 * for the second sweep that varies the node. What does not depend on a value is not copied, so it runs once. A sweep of
 * which another one needs only copies stays as it is.
 */
export function* expandSweeps<Node extends NodeDefinition>(
  { nodes: before, catalog, replaced: known }: ExpandedNodes<Node>,
  { resolveParam, asked }: SweepOptions,
): Steps<Result<ExpandedNodes<Node>>> {
  // A sweep that another one reads is copied with the rest of what that one varies, so readers go first.
  const written = sweepsInOrder(before, catalog).map((id): Sweep => {
    const place = (axis: AxisName) => {
      const text = writtenAxis(before[id] as WorkflowNode, axis).place;
      return text === '' ? undefined : resolveParam(text, splitId(id).prefix);
    };
    return { id, x: place('x'), y: place('y') };
  });
  if (written.length === 0) return success({ nodes: before, catalog, replaced: known });
  const nodes: Record<string, WorkflowNode> = { ...before };
  const types = new Map(catalog.types);
  const replaced = new Set(known);
  yield;
  const counted = written.toReversed().map((sweep) => countedSweep(sweep, before, catalog));
  const count = Object.keys(before).length + countSweepCopies(counted);
  if (count > MAX_EXPANDED_NODES) return failure({ code: 'too-many-nodes', count, limit: MAX_EXPANDED_NODES });
  const waiting = [...written];
  const context: SweepContext<Node> = {
    ...{ nodes, types, catalog, replaced, waiting },
    sweeps: new Map(written.map((sweep) => [sweep.id, sweep])),
    copied: new Map(counted.map(({ id, between }) => [id, new Set(between.order)])),
    writtenAs: new Map(),
    readers: written.length > 1 ? readersOf(before) : undefined,
    ...{ dropped: new Set<string>(), asked, madeFor: new Map() },
    numbers: { ofNode: new Map(), ofPurpose: new Map() },
  };
  for (let sweep = waiting.pop(); sweep !== undefined; sweep = waiting.pop()) {
    const type = nodes[sweep.id]?.type ?? '';
    // One that was dropped, taken up again and has been expanded waits twice.
    if (context.dropped.has(sweep.id) || catalog.types.get(type)?.expands?.kind !== 'sweep') continue;
    const problem = yield* expandSweep(sweep, context);
    if (problem !== undefined) return failure(problem);
    yield;
  }
  return success({ nodes, catalog: { ...catalog, types }, replaced });
}

/** Invalid axes are reported when the sweep is expanded. */
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

function* expandSweep<Node extends NodeDefinition>(
  sweep: Sweep,
  context: SweepContext<Node>,
): Steps<Diagnostic | undefined> {
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
  // The part that does not depend on the varied params is not traversed again for each of a thousand copies of one
  // sweep.
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
  yield* copyBetween({ x, y }, names, context);
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
  // The node's own function accepts any number of cells.
  types.set(type, { ...definition, inputs: ports });
  const labels = { ...axisLabels('x', x), ...axisLabels('y', y) };
  const expanded = { ...node, type, inputs, params: { ...node.params, ...labels } };
  nodes[sweep.id] = expanded;
  addReader(context.readers, sweep.id, expanded);
  return undefined;
}

/** What decides the image: names as on cards and without ids, so that a node called otherwise gives the same result. */
function axisLabels(name: AxisName, axis: SweepAxis | undefined): Readonly<Record<string, unknown>> {
  if (axis === undefined) return { [name]: '', [`${name}Values`]: '' };
  return {
    [name]: axis.param.label ?? axis.name,
    [`${name}Values`]: axis.values.map((value) => String(value).replaceAll('\n', ' ')).join('\n'),
  };
}
