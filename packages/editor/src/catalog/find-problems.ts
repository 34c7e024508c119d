import { type Diagnostic, planRun, subgraphNameOf, validateWorkflow } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import { type Scope, viewOf } from '../document/scope.js';
import { describeProblem, describeProblemAtNode } from '../messages/describe.js';
import type { EditorCatalog } from './definitions.js';

/** One problem of the workflow, as the cards show it. */
export interface Problem {
  readonly diagnostic: Diagnostic;
  readonly message: string;
  /** The same as text for the card, which shows which node it is unless it is a subgraph. */
  readonly onCard: string;
  /** The nodes it concerns. */
  readonly nodes: readonly string[];
  /** The input or param it is about. */
  readonly field?: string;
}

/** All that would keep the workflow from running, before anybody tries. */
export function findProblems(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  scope: Scope = [],
): readonly Problem[] {
  return validateWorkflow(document, catalog).map((diagnostic) => {
    const field = 'input' in diagnostic ? diagnostic.input : 'param' in diagnostic ? diagnostic.param : undefined;
    const said = withTitles(diagnostic, catalog);
    const message = describeProblem(said);
    const words = describeProblemAtNode(said);
    return {
      diagnostic,
      message,
      onCard: !isAtOwnNode(diagnostic, scope) ? message : field === undefined ? words : `${field}: ${words}`,
      nodes: nodesInView(diagnostic, document, scope),
      ...(field !== undefined && { field }),
    };
  });
}

/** The nodes that a problem proposes by the titles of their cards, those first that are mainly for its type of value. */
function withTitles(diagnostic: Diagnostic, { types }: EditorCatalog): Diagnostic {
  if (!('givenBy' in diagnostic)) return diagnostic;
  const outputOf = (name: string) =>
    Object.values(types.get(name)?.outputs ?? {}).findIndex(({ type }) => type === diagnostic.expected);
  const titlesOf = (names: readonly string[]) => names.map((name) => types.get(name)?.title ?? name);
  const givenBy = titlesOf([...diagnostic.givenBy].sort((one, other) => outputOf(one) - outputOf(other)));
  return 'between' in diagnostic
    ? { ...diagnostic, givenBy, between: titlesOf(diagnostic.between) }
    : { ...diagnostic, givenBy };
}

/** The nodes that a run would evaluate, each after all it reads; `undefined` while there are problems. */
export function plannedNodes(
  document: WorkflowDocument,
  catalog: EditorCatalog,
  targets?: readonly string[],
): readonly string[] | undefined {
  const plan = planRun(document, catalog, targets);
  return plan.ok ? plan.value.nodes.map(({ id }) => id) : undefined;
}

/** The nodes on the canvas that a problem concerns: its own, or those of the subgraph which has it. */
function nodesInView(diagnostic: Diagnostic, whole: WorkflowDocument, scope: Scope): readonly string[] {
  if (isAtOwnNode(diagnostic, scope)) return nodesOf(diagnostic);
  const place = subgraphOf(diagnostic);
  if (place === undefined) return [];
  const holders = subgraphsWith(whole, place);
  return Object.entries(viewOf(whole, scope).nodes).flatMap(([id, { type }]) =>
    holders.has(subgraphNameOf(type) ?? '') ? [id] : [],
  );
}

/** Whether the node that has the problem is itself on the canvas. */
function isAtOwnNode(diagnostic: Diagnostic, scope: Scope): boolean {
  return subgraphOf(diagnostic) === scope.at(-1)?.subgraph && diagnostic.code !== 'subgraph-port';
}

function subgraphOf(diagnostic: Diagnostic): string | undefined {
  return 'subgraph' in diagnostic ? diagnostic.subgraph : undefined;
}

/** A subgraph, and all that hold it. */
function subgraphsWith({ subgraphs = {} }: WorkflowDocument, name: string): ReadonlySet<string> {
  const found = new Set([name]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const [other, { nodes }] of Object.entries(subgraphs)) {
      if (Object.values(nodes).some(({ type }) => found.has(subgraphNameOf(type) ?? ''))) found.add(other);
    }
  }
  return found;
}

function nodesOf(diagnostic: Diagnostic): readonly string[] {
  if ('nodes' in diagnostic) return diagnostic.nodes;
  // A problem inside a subgraph that was found when it was expanded concerns the card of the subgraph.
  if ('node' in diagnostic) return [diagnostic.node.replace(/\/.*/, '')];
  return 'target' in diagnostic ? [diagnostic.target] : [];
}
