import { parseLink, type Subgraph, subgraphNameOf } from '@unclip-studio/graph-core';
import type { DocumentDraft, DocumentLayout, WorkflowDocument } from './document.js';

/** One step into the document: the node that was entered, and its subgraph. */
export interface ScopeStep {
  readonly node: string;
  readonly subgraph: string;
}

/** The path from the workflow to the content of the canvas; empty at the workflow itself. */
export type Scope = readonly ScopeStep[];

/** What the ids of nodes in the scope begin with when a run speaks of them, such as `outer/`. */
export function prefixOf(scope: Scope): string {
  return scope.map(({ node }) => `${node}/`).join('');
}

/** As much of a scope as the document still has. */
export function reachable(whole: WorkflowDocument, scope: Scope): Scope {
  let { nodes } = whole as Pick<WorkflowDocument, 'nodes'>;
  for (const [i, { node, subgraph }] of scope.entries()) {
    const body = Object.hasOwn(whole.subgraphs ?? {}, subgraph) ? whole.subgraphs?.[subgraph] : undefined;
    if (body === undefined || subgraphNameOf(nodes[node]?.type ?? '') !== subgraph) return scope.slice(0, i);
    nodes = body.nodes;
  }
  return scope;
}

/** The document with the nodes and looks of the scope in place of its own, so that the same commands edit both. */
export function viewOf(whole: WorkflowDocument, scope: Scope): WorkflowDocument {
  const body = bodyOf(whole, scope);
  if (body === undefined) return whole;
  return { ...whole, nodes: body.nodes, layout: body.layout as DocumentLayout, fed: fedInputs(body) };
}

const fedOf = new WeakMap<object, ReadonlyMap<string, ReadonlySet<string>>>();

function fedInputs({ inputs }: Subgraph): ReadonlyMap<string, ReadonlySet<string>> {
  if (inputs === undefined) return new Map();
  const known = fedOf.get(inputs);
  if (known !== undefined) return known;
  const fed = new Map<string, Set<string>>();
  for (const place of Object.values(inputs).flatMap(({ to }) => to)) {
    const { node, output: input } = parseLink(place) ?? {};
    if (node === undefined || input === undefined) continue;
    fed.set(node, (fed.get(node) ?? new Set()).add(input));
  }
  fedOf.set(inputs, fed);
  return fed;
}

/** Inside an edit: the draft of the whole, seen as `viewOf` sees the document. */
export function viewDraft(draft: DocumentDraft, scope: Scope): DocumentDraft {
  const name = scope.at(-1)?.subgraph;
  if (name === undefined) return draft;
  const body = () => {
    const found = draft.subgraphs?.[name];
    if (found === undefined) throw new Error(`Internal error: no subgraph ${name} to edit`);
    return found as unknown as Record<string, unknown>;
  };
  return new Proxy(draft, {
    get(target, key) {
      if (key === WHOLE_NODES) return target.nodes;
      return isOfBody(key) ? body()[key] : Reflect.get(target, key);
    },
    set(target, key, value) {
      if (!isOfBody(key)) return Reflect.set(target, key, value);
      body()[key] = value;
      return true;
    },
  });
}

/** The key of the workflow's own nodes in a scope's draft. */
export const WHOLE_NODES = Symbol('whole nodes');

function bodyOf(whole: WorkflowDocument, scope: Scope): Subgraph | undefined {
  const name = scope.at(-1)?.subgraph;
  return name === undefined ? undefined : whole.subgraphs?.[name];
}

function isOfBody(key: string | symbol): key is 'nodes' | 'layout' {
  return key === 'nodes' || key === 'layout';
}
