import type { InputPort, NodeDefinition } from '../../definition/node-definition.js';
import { failure, type Result, success } from '../../document/result.js';
import type { WorkflowNode } from '../../document/workflow.js';
import { MAX_EXPANDED_NODES } from '../../limits.js';
import type { ExpandedNodes } from './flatten-subgraphs.js';

/** Gives each node that lists things a node for each line, so that each of them is read, named and kept for itself. */
export function expandLines<Node extends NodeDefinition>({
  nodes: before,
  catalog,
  replaced,
}: ExpandedNodes<Node>): Result<ExpandedNodes<Node>> {
  const listers = Object.entries(before).filter(
    ([, node]) => node.mode === undefined && catalog.types.get(node.type)?.expands?.kind === 'lines',
  );
  // Copying tens of thousands of nodes takes longer than the rest.
  if (listers.length === 0) return success({ nodes: before, catalog, replaced });
  const nodes: Record<string, WorkflowNode> = { ...before };
  const types = new Map(catalog.types);
  let count = Object.keys(nodes).length;
  for (const [id, node] of listers) {
    const definition = catalog.types.get(node.type);
    const expands = definition?.expands;
    if (definition === undefined || expands?.kind !== 'lines') continue;
    const lines = linesOf(node.params?.[expands.param]);
    if (lines.length === 0) {
      const at = { node: id, type: node.type, param: expands.param };
      return failure({ code: 'wrong-param', ...at, expected: 'one line or more', got: 'none' });
    }
    count += lines.length;
    if (count > MAX_EXPANDED_NODES) return failure({ code: 'too-many-nodes', count, limit: MAX_EXPANDED_NODES });
    const inputs: Record<string, string> = {};
    const ports: Record<string, InputPort> = {};
    const port: InputPort = {
      type: catalog.types.get(expands.type)?.outputs[expands.output]?.type ?? '',
      help: 'What a line gives.',
    };
    for (const [i, line] of lines.entries()) {
      const item = `${id}@${i + 1}`;
      nodes[item] = { type: expands.type, params: { [expands.typeParam]: line } };
      inputs[`item${i + 1}`] = `${item}.${expands.output}`;
      ports[`item${i + 1}`] = port;
    }
    const type = `${node.type} ${lines.length}`;
    types.set(type, { ...definition, inputs: ports });
    // What the lines say is in the nodes that read them: an image counts by its content, not by its name.
    const params = { ...node.params, [expands.param]: '' };
    nodes[id] = { ...node, type, inputs, params };
  }
  return success({ nodes, catalog: { ...catalog, types }, replaced });
}

function linesOf(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  return value
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
