import { ownEntry } from './graph.js';
import { subgraphNameOf, type Workflow, type WorkflowNode } from './workflow.js';

/** Where a node of an expanded workflow comes from in the file. */
export interface WrittenNode {
  /** The node as the file has it. */
  readonly node: WorkflowNode;
  /** Ids from the workflow's own node down to this one, without places in sweeps. */
  readonly path: readonly string[];
  /** The subgraph that holds it; left out for the workflow's own nodes. */
  readonly subgraph?: string;
}

/** Finds the file's node for the id of an expanded node, such as `outer/sample@1.2`. */
export function findWritten({ nodes, subgraphs }: Workflow, id: string): WrittenNode | undefined {
  const path = id.split('/').map((part) => part.replace(/@.*$/, ''));
  let body: Workflow['nodes'] | undefined = nodes;
  let subgraph: string | undefined;
  for (const [i, part] of path.entries()) {
    const node: WorkflowNode | undefined = body !== undefined && Object.hasOwn(body, part) ? body[part] : undefined;
    if (node === undefined) return undefined;
    if (i === path.length - 1) return { node, path, ...(subgraph !== undefined && { subgraph }) };
    subgraph = subgraphNameOf(node.type);
    body = subgraph === undefined ? undefined : ownEntry(subgraphs, subgraph)?.nodes;
  }
  return undefined;
}
