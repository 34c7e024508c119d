import type { PortSide } from '../catalog/card-layout.js';
import { definitionOf, type EditorCatalog } from '../catalog/definitions.js';
import type { WorkflowDocument } from '../document/document.js';
import { linksOf, type Nodes } from '../document/links.js';

/** One row of the outline: a node, or one of its ports. */
export type OutlineRow =
  | { readonly kind: 'node'; readonly key: string; readonly node: string; readonly title: string }
  | {
      readonly kind: 'port';
      readonly key: string;
      readonly node: string;
      readonly side: PortSide;
      readonly name: string;
      readonly type: string;
      readonly isOptional: boolean;
      /** The ports at the other ends, as `node.name`. */
      readonly others: readonly string[];
    };

/** Nodes, each after everything it reads, with the ports of expanded ones below them. */
export function outlineRows(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  isOpen: (node: string) => boolean,
): readonly OutlineRow[] {
  const readers = new Map<string, string[]>();
  for (const { source, output, reader, input } of linksOf(document.nodes)) {
    const port = `${source}.${output}`;
    readers.set(port, [...(readers.get(port) ?? []), `${reader}.${input}`]);
  }
  return inEvaluationOrder(document.nodes).flatMap((id): readonly OutlineRow[] => {
    const definition = definitionOf(catalog, document.nodes, id);
    const node = document.nodes[id];
    if (definition === undefined || node === undefined) return [];
    const head: OutlineRow = { kind: 'node', key: id, node: id, title: node.title ?? definition.title };
    if (!isOpen(id)) return [head];
    const inputs = Object.entries(definition.inputs).map(([name, { type, optional }]): OutlineRow => {
      const source = node.inputs?.[name];
      const others = source === undefined ? [] : [source];
      return {
        kind: 'port',
        key: `${id}<${name}`,
        node: id,
        side: 'input',
        name,
        type,
        isOptional: optional === true,
        others,
      };
    });
    const outputs = Object.entries(definition.outputs).map(([name, { type }]): OutlineRow => {
      const others = readers.get(`${id}.${name}`) ?? [];
      return { kind: 'port', key: `${id}>${name}`, node: id, side: 'output', name, type, isOptional: true, others };
    });
    return [head, ...inputs, ...outputs];
  });
}

/** Kahn's order; nodes in a circle, which a document may contain, come last. */
function inEvaluationOrder(nodes: Nodes): readonly string[] {
  const waitsFor = new Map(Object.keys(nodes).map((id) => [id, 0]));
  const readers = new Map<string, string[]>();
  for (const { source, reader } of linksOf(nodes)) {
    waitsFor.set(reader, (waitsFor.get(reader) ?? 0) + 1);
    const others = readers.get(source);
    if (others === undefined) readers.set(source, [reader]);
    else others.push(reader);
  }
  const order = [...waitsFor].flatMap(([id, count]) => (count === 0 ? [id] : []));
  // The list grows while it is walked.
  for (const id of order) {
    for (const reader of readers.get(id) ?? []) {
      const left = (waitsFor.get(reader) ?? 0) - 1;
      waitsFor.set(reader, left);
      if (left === 0) order.push(reader);
    }
  }
  const placed = new Set(order);
  return [...order, ...Object.keys(nodes).filter((id) => !placed.has(id))];
}
