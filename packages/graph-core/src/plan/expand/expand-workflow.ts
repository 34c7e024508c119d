import type { Catalog } from '../../definition/catalog.js';
import type { NodeDefinition } from '../../definition/node-definition.js';
import { type Result, success } from '../../document/result.js';
import { subgraphNameOf, type Workflow } from '../../document/workflow.js';
import { finish, type Steps } from '../steps.js';
import { expandLines } from './expand-lines.js';
import { expandSweeps } from './expand-sweeps.js';
import { type ExpandedNodes, flattenSubgraphs } from './flatten-subgraphs.js';

/** A workflow of plain nodes that means what the written one does. */
export interface Expansion<Node extends NodeDefinition = NodeDefinition> {
  readonly workflow: Workflow;
  /** The types of its nodes: those of the catalog, and variants with as many inputs as a sweep has cells. */
  readonly catalog: Catalog<Node>;
  /** Nodes that were replaced by their expansion; they run only if they are targets or are read. */
  readonly replaced: ReadonlySet<string>;
}

/**
 * Expands structure to plain nodes: subgraphs to their nodes, sweeps to one copy per cell of everything that differs,
 * lists to one node per line. The cost is proportional to the result. The ids of the new nodes begin with that of the
 * original: `outer/inner`, `sample@1.2`.
 *
 * @param workflow without problems as written
 * @param asked ids of nodes that are needed in addition to the workflow's ends and nodes with side effects; everything
 * else may stay unexpanded if only copies of it are needed
 */
export function expandWorkflow<Node extends NodeDefinition>(
  workflow: Workflow,
  catalog: Catalog<Node>,
  asked: readonly string[] = [],
): Result<Expansion<Node>> {
  return finish(expandInSteps(workflow, catalog, asked));
}

/** The same as {@link expandWorkflow}, bit by bit. */
export function* expandInSteps<Node extends NodeDefinition>(
  workflow: Workflow,
  catalog: Catalog<Node>,
  asked: readonly string[] = [],
): Steps<Result<Expansion<Node>>> {
  const plain = { nodes: workflow.nodes, catalog, replaced: new Set<string>() };
  if (!Object.values(workflow.nodes).some(({ type }) => isStructure(type, catalog))) {
    return success({ ...plain, workflow });
  }
  const flat = yield* flattenSubgraphs(workflow, catalog);
  if (!flat.ok) return flat;
  const { nodes, resolveParam } = flat.value;
  yield;
  const swept = yield* expandSweeps({ ...plain, nodes }, { resolveParam, asked: askedInside(asked, nodes) });
  if (!swept.ok) return swept;
  yield;
  const listed = expandLines(swept.value);
  if (!listed.ok) return listed;
  const { subgraphs: _, ...rest } = workflow;
  return success({ ...listed.value, workflow: { ...rest, nodes: listed.value.nodes } });
}

/** Includes everything inside a subgraph that is a target. */
function askedInside(asked: readonly string[], nodes: ExpandedNodes<NodeDefinition>['nodes']): ReadonlySet<string> {
  if (asked.length === 0) return new Set();
  const inside = groupBySubgraph(Object.keys(nodes));
  return new Set(asked.flatMap((id) => [id, ...(inside.get(id) ?? [])]));
}

/**
 * Finds the nodes of an expansion that a requested node of the file refers to: itself, or the outputs and side effects
 * of a subgraph.
 */
export function createTargetExpander(expansion: Expansion): (id: string) => readonly string[] {
  const { nodes } = expansion.workflow;
  // Needed only by requests for a subgraph.
  let inside: ReadonlyMap<string, readonly string[]> | undefined;
  return (id) => {
    if (Object.hasOwn(nodes, id)) return [id];
    inside ??= groupBySubgraph(Object.keys(nodes));
    return endsOf(inside.get(id) ?? [], expansion, id);
  };
}

/** Subgraph node, `outer` or `outer/inner` -> the ids of all nodes inside it. */
function groupBySubgraph(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    for (let end = id.indexOf('/'); end >= 0; end = id.indexOf('/', end + 1)) {
      const outer = id.slice(0, end);
      const known = groups.get(outer);
      if (known === undefined) groups.set(outer, [id]);
      else known.push(id);
    }
  }
  return groups;
}

function endsOf(inside: readonly string[], { workflow, catalog }: Expansion, id: string): readonly string[] {
  const read = new Set(
    inside.flatMap((one) =>
      Object.values(workflow.nodes[one]?.inputs ?? {}).map((link) => link.slice(0, link.lastIndexOf('.'))),
    ),
  );
  const hasEffect = (one: string) => catalog.types.get(workflow.nodes[one]?.type ?? '')?.sideEffects === true;
  return inside.length === 0 ? [id] : inside.filter((one) => hasEffect(one) || !read.has(one));
}

function isStructure(type: string, catalog: Catalog): boolean {
  return subgraphNameOf(type) !== undefined || catalog.types.get(type)?.expands !== undefined;
}
