import type { Catalog } from '../definition/catalog.js';
import type { Param } from '../definition/params.js';
import { readValueList } from '../definition/value-list.js';
import type { Diagnostic } from './diagnostics.js';
import { parseLink, type WorkflowNode } from './workflow.js';

/** What a sweep varies along one of its sides. */
export interface SweepAxis {
  /** The node whose param is varied. */
  readonly node: string;
  readonly name: string;
  readonly param: Param;
  readonly values: readonly unknown[];
}

export type AxisName = 'x' | 'y';

export interface AxisContext {
  readonly id: string;
  readonly node: WorkflowNode;
  readonly nodes: Readonly<Record<string, WorkflowNode>>;
  readonly catalog: Catalog;
  /** The node and param that the axis means, as `node.param`. */
  readonly place: string | undefined;
}

/** The params of a sweep: which param it varies, as `node.param`, and the values, as `readValueList` reads them. */
export function writtenAxis(
  { params }: WorkflowNode,
  axis: AxisName,
): { readonly place: string; readonly values: string } {
  const text = (name: string) => {
    const value = params?.[name];
    return typeof value === 'string' ? value : '';
  };
  return { place: text(axis).trim(), values: text(`${axis}Values`) };
}

/** @returns the axis, `undefined` if the sweep has none of that name, or a message about its problem */
export function readAxis(axis: AxisName, context: AxisContext): SweepAxis | Diagnostic | undefined {
  const { id, node, nodes, catalog } = context;
  const written = writtenAxis(node, axis);
  if (written.place === '') return undefined;
  const link = context.place === undefined ? undefined : parseLink(context.place);
  const type = link && Object.hasOwn(nodes, link.node) ? nodes[link.node]?.type : undefined;
  const params = catalog.types.get(type ?? '')?.params ?? {};
  const param = link !== undefined && Object.hasOwn(params, link.output) ? params[link.output] : undefined;
  const at = { code: 'wrong-param', node: id, type: node.type } as const;
  if (link === undefined || param === undefined) {
    const expected = 'a param of this workflow, as in "sample.guidanceScale"';
    return { ...at, param: axis, expected, got: JSON.stringify(written.place) };
  }
  const values = readValueList(param, written.values);
  if (typeof values !== 'string') return { node: link.node, name: link.output, param, values };
  const [, expected = values, got = 'something else'] = /^expected (.*), got (.*?)\.?(?: Use .*)?$/s.exec(values) ?? [];
  return { ...at, param: `${axis}Values`, expected, got };
}
