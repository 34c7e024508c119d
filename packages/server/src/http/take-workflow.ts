import { readWorkflow, type Workflow } from '@unclip-studio/graph-core';
import { Problem, workflowProblem } from './problem.js';

/**
 * Takes a workflow out of a request.
 *
 * @throws Problem 413 if it has more nodes than the operator allows, 422 if its form is wrong
 */
export function takeWorkflow(value: unknown, maxNodes: number): Workflow {
  const { subgraphs } = value as { readonly subgraphs?: unknown };
  const bodies = [value, ...(isObject(subgraphs) ? Object.values(subgraphs) : [])];
  const count = bodies.reduce<number>((sum, body) => sum + countNodes(body), 0);
  if (count > maxNodes) {
    throw new Problem('too-large', `The workflow has ${count} nodes; this server takes ${maxNodes}.`, {
      errors: [{ path: 'body.workflow.nodes', message: `expected at most ${maxNodes} nodes, got ${count}` }],
    });
  }
  const workflow = readWorkflow(value);
  if (!workflow.ok) throw workflowProblem(workflow.diagnostics);
  return workflow.value;
}

function countNodes(body: unknown): number {
  const nodes = isObject(body) ? body['nodes'] : undefined;
  return isObject(nodes) ? Object.keys(nodes).length : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
