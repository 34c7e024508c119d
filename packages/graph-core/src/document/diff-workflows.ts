import type { Catalog } from '../definition/catalog.js';
import { canonicalJson } from './canonical-json.js';
import { catalogOf } from './subgraph-catalog.js';
import type { Subgraph, Workflow, WorkflowNode } from './workflow.js';

/** One thing that two workflows do not share. Values as the workflow has them, defaults filled in. */
export type WorkflowDifference =
  | { readonly kind: 'added' | 'removed'; readonly node: string; readonly type: string }
  /** Called otherwise and the same for the rest; changes no result. */
  | { readonly kind: 'renamed'; readonly node: string; readonly to: string; readonly type: string }
  | { readonly kind: 'type'; readonly node: string; readonly a: string; readonly b: string }
  | {
      readonly kind: 'param' | 'input' | 'mode';
      readonly node: string;
      readonly type: string;
      /** Of the param or input; `mode` for the mode. */
      readonly name: string;
      readonly a: unknown;
      readonly b: unknown;
    };

/**
 * The differences in meaning between two workflows. Titles, layout, order and explicit defaults do not count. Nodes are
 * matched by id; of the rest, those that do the same with the same inputs count as renamed.
 */
export function diffWorkflows(a: Workflow, b: Workflow, catalog: Catalog): readonly WorkflowDifference[] {
  const [typesA, typesB] = [catalogOf(a, catalog), catalogOf(b, catalog)];
  const names = new Set([...Object.keys(a.subgraphs ?? {}), ...Object.keys(b.subgraphs ?? {})]);
  const full = { ...catalog, types: new Map([...typesA.types, ...typesB.types]) };
  return [
    ...diffBodies(a, b, full),
    ...diffFields('workflow', a.inputs ?? {}, b.inputs ?? {}, 'input'),
    ...[...names].flatMap((name) => diffSubgraphs(name, a.subgraphs?.[name], b.subgraphs?.[name], full)),
  ];
}

function diffSubgraphs(
  name: string,
  a: Subgraph | undefined,
  b: Subgraph | undefined,
  catalog: Catalog,
): readonly WorkflowDifference[] {
  const node = `subgraph ${name}`;
  const type = 'subgraph';
  if (a === undefined || b === undefined) return [{ kind: a === undefined ? 'added' : 'removed', node, type }];
  return [
    ...diffBodies(a, b, catalog).map((difference) => ({ ...difference, node: `${node}, ${difference.node}` })),
    ...(['inputs', 'outputs', 'params'] as const).flatMap((ports) =>
      diffFields(node, a[ports] ?? {}, b[ports] ?? {}, ports),
    ),
  ];
}

function diffFields(node: string, a: Fields, b: Fields, what: string): readonly WorkflowDifference[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((name) => canonicalJson([a[name]]) !== canonicalJson([b[name]]))
    .map((name) => ({ kind: 'param', node, type: what, name, a: a[name], b: b[name] }));
}

type Body = Pick<Workflow, 'nodes'>;

function diffBodies(a: Body, b: Body, catalog: Catalog): readonly WorkflowDifference[] {
  const removed = Object.keys(a.nodes).filter((id) => b.nodes[id] === undefined);
  const added = Object.keys(b.nodes).filter((id) => a.nodes[id] === undefined);
  const renames = findRenames(a, b, { removed, added, catalog });
  const renamedTo = new Set(renames.values());
  return [
    ...removed.map((id): WorkflowDifference => {
      const type = a.nodes[id]?.type ?? '';
      const to = renames.get(id);
      return to === undefined ? { kind: 'removed', node: id, type } : { kind: 'renamed', node: id, to, type };
    }),
    ...added
      .filter((id) => !renamedTo.has(id))
      .map((id): WorkflowDifference => ({ kind: 'added', node: id, type: b.nodes[id]?.type ?? '' })),
    ...Object.entries(a.nodes).flatMap(([id, node]) => {
      const other = b.nodes[id];
      return other === undefined ? [] : diffNodes(id, renameInputs(node, renames), other, catalog);
    }),
  ];
}

interface Leftover {
  readonly removed: readonly string[];
  readonly added: readonly string[];
  readonly catalog: Catalog;
}

/** Id in `a` -> id in `b`. What reads a renamed node can be matched only once that is known, so it takes rounds. */
function findRenames(a: Body, b: Body, { removed, added, catalog }: Leftover): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  const free = new Map<string, string[]>();
  for (const id of added) {
    const meaning = meaningOf(b.nodes[id], catalog);
    free.set(meaning, [...(free.get(meaning) ?? []), id]);
  }
  let left = removed;
  for (let before = -1; before !== left.length; ) {
    before = left.length;
    left = left.filter((id) => {
      const node = a.nodes[id];
      const to = node && free.get(meaningOf(renameInputs(node, renames), catalog))?.shift();
      if (to !== undefined) renames.set(id, to);
      return to === undefined;
    });
  }
  return renames;
}

function renameInputs(node: WorkflowNode, renames: ReadonlyMap<string, string>): WorkflowNode {
  if (renames.size === 0 || node.inputs === undefined) return node;
  const inputs = Object.entries(node.inputs).map(([input, link]) => {
    const [source = '', output] = link.split('.');
    return [input, `${renames.get(source) ?? source}.${output}`];
  });
  return { ...node, inputs: Object.fromEntries(inputs) };
}

function meaningOf(node: WorkflowNode | undefined, catalog: Catalog): string {
  if (node === undefined) return '';
  return canonicalJson([node.type, node.mode ?? null, filledParams(node, catalog), node.inputs ?? {}]);
}

function diffNodes(id: string, a: WorkflowNode, b: WorkflowNode, catalog: Catalog): readonly WorkflowDifference[] {
  if (a.type !== b.type) return [{ kind: 'type', node: id, a: a.type, b: b.type }];
  const entries = (kind: 'param' | 'input', one: Fields, other: Fields) =>
    [...new Set([...Object.keys(one), ...Object.keys(other)])]
      .filter((name) => canonicalJson([one[name]]) !== canonicalJson([other[name]]))
      .map((name) => ({ kind, node: id, type: a.type, name, a: one[name], b: other[name] }));
  const mode = { kind: 'mode', node: id, type: a.type, name: 'mode', a: a.mode, b: b.mode } as const;
  return [
    ...(a.mode === b.mode ? [] : [mode]),
    ...entries('input', a.inputs ?? {}, b.inputs ?? {}),
    ...entries('param', filledParams(a, catalog), filledParams(b, catalog)),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

function filledParams({ type, params }: WorkflowNode, catalog: Catalog): Fields {
  const defaults = Object.entries(catalog.types.get(type)?.params ?? {}).map(([name, param]) => [name, param.default]);
  return { ...Object.fromEntries(defaults), ...params };
}
