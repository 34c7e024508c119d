import type { Catalog } from '../definition/catalog.js';
import type { Workflow } from '../document/workflow.js';
import { type FileOfNode, filesOf } from './fingerprint.js';

/**
 * The files that a workflow names in its settings as they are, in its subgraphs too. What a run reads may be more, such as
 * what a sweep varies, and less, such as what is muted.
 */
export function filesOfWorkflow(workflow: Workflow, { types }: Pick<Catalog, 'types'>): readonly FileOfNode[] {
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  return bodies.flatMap(({ nodes }) =>
    Object.values(nodes).flatMap(({ type, params = {} }) => {
      const definition = types.get(type);
      if (definition === undefined) return [];
      const defaults = Object.entries(definition.params).map(([name, param]) => [name, param.default] as const);
      return filesOf({ definition, params: { ...Object.fromEntries(defaults), ...params } });
    }),
  );
}
