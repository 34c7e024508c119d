import { catalogOf, type Param, type Workflow, type WorkflowNode } from '@unclip-studio/graph-core';
import type { EditorCatalog } from './definitions.js';

/** The images that a workflow names, each once; also inside of subgraphs. */
export function imageReferences(workflow: Workflow, catalog: EditorCatalog): readonly string[] {
  const found = new Set<string>();
  mapImages(workflow, catalog, (reference) => {
    found.add(reference);
    return reference;
  });
  return [...found];
}

/** The workflow with other names for its images. */
export function mapImages(workflow: Workflow, catalog: EditorCatalog, change: (reference: string) => string): Workflow {
  const { types } = catalogOf(workflow, catalog);
  const mapped = (nodes: Workflow['nodes']) =>
    Object.fromEntries(
      Object.entries(nodes).map(([id, node]) => [id, withImages(node, types.get(node.type)?.params ?? {}, change)]),
    );
  const nodes = mapped(workflow.nodes);
  const subgraphs = Object.entries(workflow.subgraphs ?? {}).map(
    ([name, body]) => [name, { ...body, nodes: mapped(body.nodes) }] as const,
  );
  return {
    ...workflow,
    nodes,
    ...(workflow.subgraphs && { subgraphs: Object.fromEntries(subgraphs) }),
  };
}

function withImages(
  node: WorkflowNode,
  declared: Readonly<Record<string, Param>>,
  change: (reference: string) => string,
): WorkflowNode {
  const changed = Object.entries(node.params ?? {}).flatMap(([name, value]) => {
    const param = declared[name];
    if (param === undefined || typeof value !== 'string' || value === '') return [];
    if (param.kind === 'image') return [[name, change(value)] as const];
    if (param.kind !== 'text' || param.names !== 'image') return [];
    const lines = value
      .split('\n')
      .map((line) => (line.trim() === '' ? line : line.replace(line.trim(), () => change(line.trim()))));
    return [[name, lines.join('\n')] as const];
  });
  return changed.length === 0 ? node : { ...node, params: { ...node.params, ...Object.fromEntries(changed) } };
}
