import { type Diagnostic, describeDiagnostic, planRun, validateWorkflow } from '@unclip-studio/graph-core';
import type { WorkflowDocument } from '../document/document.js';
import type { EditorCatalog } from './definitions.js';

/** One problem of the workflow, as the cards show it. */
export interface Problem {
  readonly diagnostic: Diagnostic;
  readonly message: string;
  /** The nodes it concerns. */
  readonly nodes: readonly string[];
  /** The input or param it is about. */
  readonly field?: string;
}

/** All that would keep the workflow from running, before anybody tries. */
export function findProblems(document: WorkflowDocument, catalog: EditorCatalog): readonly Problem[] {
  return validateWorkflow(document, catalog).map((diagnostic) => {
    const field = 'input' in diagnostic ? diagnostic.input : 'param' in diagnostic ? diagnostic.param : undefined;
    return {
      diagnostic,
      message: describeDiagnostic(diagnostic),
      nodes: nodesOf(diagnostic),
      ...(field !== undefined && { field }),
    };
  });
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

function nodesOf(diagnostic: Diagnostic): readonly string[] {
  if ('nodes' in diagnostic) return diagnostic.nodes;
  if ('node' in diagnostic) return [diagnostic.node];
  return 'target' in diagnostic ? [diagnostic.target] : [];
}
