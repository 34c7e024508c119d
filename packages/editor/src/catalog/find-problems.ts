import {
  type Diagnostic,
  findWritten,
  type ProblemOf,
  type ProblemPlace,
  placeOf,
  planRun,
  subgraphNameOf,
  validateWorkflow,
} from '@unclip-studio/graph-core';
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
  return validateWorkflow(document, catalog).map((diagnostic) => toProblem(diagnostic, { document, catalog, scope }));
}

/** Where problems are shown: the whole document, and which part of it is on the canvas. */
export interface ProblemView {
  readonly document: WorkflowDocument;
  readonly catalog: EditorCatalog;
  readonly scope: Scope;
}

/** A problem as the cards show it: found by the page, or by the server in a file that only it can read. */
export function toProblem(diagnostic: Diagnostic, view: ProblemView): Problem {
  const field = 'input' in diagnostic ? diagnostic.input : 'param' in diagnostic ? diagnostic.param : undefined;
  const said = withTitles(diagnostic, view);
  const message = describeProblem(said, placeOnScreen(said, view));
  const label = field === undefined ? undefined : labelOf(diagnostic, field, view);
  const words = describeProblemAtNode(said);
  return {
    diagnostic,
    message,
    onCard: !isAtOwnNode(diagnostic, view)
      ? message
      : label === undefined || said.code === 'file-problem'
        ? words
        : `${label}: ${words}`,
    nodes: nodesInView(diagnostic, view),
    ...(field !== undefined && { field }),
  };
}

/** The names that the page shows in place of ids: titles of cards and labels of fields. */
function placeOnScreen(said: Diagnostic, view: ProblemView): ProblemPlace | undefined {
  const place = placeOf(said);
  if (place === undefined || !('node' in said)) return place;
  const { input, param, subgraph, outer, ...rest } = place;
  const definition = view.catalog.types.get(place.type);
  const ids = said.node.split('/');
  // A sentence about a file says itself which one.
  const port = said.code === 'file-problem' ? {} : { input, param };
  return {
    ...{ ...rest, subgraph },
    title: titleOf(said.node, view, subgraph) ?? definition?.title ?? place.type,
    outer: outer.map((id, i) => titleOf(ids.slice(0, -1 - i).join('/'), view, subgraph) ?? id),
    ...(port.input !== undefined && { input: labelOf(said, port.input, view) }),
    ...(port.param !== undefined && { param: labelOf(said, port.param, view) }),
  };
}

/** What an input or a param is called on the card. */
function labelOf(diagnostic: Diagnostic, field: string, { catalog }: ProblemView): string {
  const definition = 'type' in diagnostic ? catalog.types.get(diagnostic.type) : undefined;
  const fields = 'input' in diagnostic ? definition?.inputs : definition?.params;
  return fields?.[field]?.label ?? field;
}

/** What the card of a node is called. @param id as runs call it, or in the subgraph that is named */
function titleOf(id: string, { document, catalog }: Omit<ProblemView, 'scope'>, subgraph?: string): string | undefined {
  const node = subgraph === undefined ? findWritten(document, id)?.node : document.subgraphs?.[subgraph]?.nodes[id];
  return node && (node.title ?? catalog.types.get(node.type)?.title ?? node.type);
}

/** The problem in words of the page: other nodes and those it proposes by the titles of their cards. */
function withTitles(diagnostic: Diagnostic, view: ProblemView): Diagnostic {
  const subgraph = subgraphOf(diagnostic);
  const titled = (id: string) => titleOf(id, view, subgraph) ?? id;
  switch (diagnostic.code) {
    case 'wrong-param':
      return diagnostic.rule?.kind === 'image' ? noImageChosen(diagnostic) : diagnostic;
    case 'missing-input':
      return { ...diagnostic, givenBy: titlesOf(diagnostic.givenBy, diagnostic.expected, view) };
    case 'wrong-link-type': {
      const { expected, givenBy, between, source } = diagnostic;
      return {
        ...{ ...diagnostic, source: titled(source), givenBy: titlesOf(givenBy, expected, view) },
        between: between.map((type) => view.catalog.types.get(type)?.title ?? type),
      };
    }
    case 'unknown-output':
    case 'missing-output':
      return { ...diagnostic, source: titled(diagnostic.source) };
    case 'cycle':
      return { ...diagnostic, nodes: diagnostic.nodes.map(titled) };
    case 'muted-target':
      return { ...diagnostic, target: titled(diagnostic.target) };
    default:
      return diagnostic;
  }
}

function noImageChosen({ node, type, subgraph, param, got }: ProblemOf<'wrong-param'>): Diagnostic {
  const at = { node, type, param, ...(subgraph !== undefined && { subgraph }) };
  return { code: 'file-problem', ...at, problem: got, because: { code: 'image-not-chosen' } };
}

/** The titles of node types, those first that are mainly for this type of value. */
function titlesOf(names: readonly string[], expected: string, { catalog: { types } }: ProblemView): readonly string[] {
  const outputOf = (name: string) =>
    Object.values(types.get(name)?.outputs ?? {}).findIndex(({ type }) => type === expected);
  return [...names].sort((one, other) => outputOf(one) - outputOf(other)).map((name) => types.get(name)?.title ?? name);
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
function nodesInView(diagnostic: Diagnostic, view: ProblemView): readonly string[] {
  const { document, scope } = view;
  const path = pathOf(diagnostic, document);
  if (path !== undefined) return isInScope(path, scope) ? path.slice(scope.length, scope.length + 1) : [];
  if (isAtOwnNode(diagnostic, view)) return nodesOf(diagnostic);
  const place = subgraphOf(diagnostic);
  if (place === undefined) return [];
  const holders = subgraphsWith(document, place);
  return Object.entries(viewOf(document, scope).nodes).flatMap(([id, { type }]) =>
    holders.has(subgraphNameOf(type) ?? '') ? [id] : [],
  );
}

/** Whether the node that has the problem is itself on the canvas. */
function isAtOwnNode(diagnostic: Diagnostic, { document, scope }: ProblemView): boolean {
  if (diagnostic.code === 'subgraph-port') return false;
  const path = pathOf(diagnostic, document);
  if (path === undefined) return subgraphOf(diagnostic) === scope.at(-1)?.subgraph;
  return path.length === scope.length + 1 && isInScope(path, scope);
}

/** The ids from the workflow's own node down to the one that has the problem, unless it is said with its subgraph. */
function pathOf(diagnostic: Diagnostic, document: WorkflowDocument): readonly string[] | undefined {
  if (!('node' in diagnostic) || subgraphOf(diagnostic) !== undefined) return undefined;
  return findWritten(document, diagnostic.node)?.path ?? [diagnostic.node.replace(/[/@].*/, '')];
}

function isInScope(path: readonly string[], scope: Scope): boolean {
  return scope.every(({ node }, i) => path[i] === node);
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
  if ('node' in diagnostic) return [diagnostic.node];
  return 'target' in diagnostic ? [diagnostic.target] : [];
}
