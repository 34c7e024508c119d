import { canonicalJson, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';
import { linksOf } from '../document/links.js';

/** The nodes whose result would be another now: those whose meaning changed, and all that read them. */
export function staleNodes(before: Workflow['nodes'], now: Workflow['nodes']): ReadonlySet<string> {
  if (before === now) return new Set();
  const readers = new Map<string, string[]>();
  for (const { source, reader } of linksOf(now)) {
    const others = readers.get(source);
    if (others === undefined) readers.set(source, [reader]);
    else others.push(reader);
  }
  const stale = new Set<string>();
  // A node that was not there before has no result that could be out of date.
  const waiting = Object.keys(now).filter((id) => {
    const old = before[id];
    return old !== undefined && !meansTheSame(old, now[id]);
  });
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (stale.has(id)) continue;
    stale.add(id);
    waiting.push(...(readers.get(id) ?? []));
  }
  return stale;
}

// Titles change nothing. Untouched nodes are the same object, so texts are made of few.
function meansTheSame(a: WorkflowNode, b: WorkflowNode | undefined): boolean {
  if (a === b) return true;
  return b !== undefined && meaning(a) === meaning(b);
}

function meaning({ type, mode, inputs = {}, params = {} }: WorkflowNode): string {
  return canonicalJson({ type, mode, inputs, params });
}
