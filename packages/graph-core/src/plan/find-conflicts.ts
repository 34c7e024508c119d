import type { Reason } from '@unclip-studio/protocol';
import type { NodeDefinition } from '../definition/node-definition.js';
import { holds, type ParamConflict } from '../definition/param-conflicts.js';
import { type Diagnostic, limitProblems } from '../document/diagnostics.js';
import { createSourceResolver, ownEntry, ownNode } from '../document/graph.js';
import { parseLink, type WorkflowNode } from '../document/workflow.js';
import type { Expansion } from './expand/expand-workflow.js';

type Expanded = Pick<Expansion, 'workflow' | 'catalog'>;

/**
 * Incompatible settings of nodes that are neither muted nor bypassed. They are reported for nodes of the file: the
 * copies that a sweep made of a node, whose ids end in `@1.2`, count as one.
 *
 * @param isAsked which nodes of the expansion to check; all when left out
 */
export function findConflicts(
  expanded: Expanded,
  isAsked: (id: string) => boolean = () => true,
): readonly Diagnostic[] {
  const found = new Map<string, Diagnostic>();
  const hasTrait = createHasTrait(expanded);
  for (const [id, node] of Object.entries(expanded.workflow.nodes)) {
    const definition = expanded.catalog.types.get(node.type);
    if (definition?.conflicts === undefined || node.mode !== undefined || !isAsked(id)) continue;
    const params = filled(node, definition);
    for (const conflict of definition.conflicts) {
      const { when, input } = conflict;
      if (!holds(when, params) || (input && !hasTrait(node, input.name, input.trait))) continue;
      const { problem, because } = filledIn(conflict, params);
      const written = id.replace(/@[^/]*/g, '');
      const names = [...new Set(when.map(({ param }) => param))];
      found.set(`${written} ${problem}`, {
        ...{ code: 'conflicting-params' as const, node: written, type: node.type, params: names, problem },
        ...(because && { because }),
      });
    }
  }
  return limitProblems([...found.values()]);
}

function filled({ params }: WorkflowNode, definition: NodeDefinition): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(definition.params).map(([name, param]) => [name, ownEntry(params, name) ?? param.default]),
  );
}

function filledIn({ problem, because }: ParamConflict, params: Readonly<Record<string, unknown>>) {
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]));
  const values = Object.entries(because ?? {}).map(([key, value]) => [
    key,
    typeof value === 'string' ? fill(value) : value,
  ]);
  // Texts stay texts, so it is still a reason with this code.
  return { problem: fill(problem), because: because && (Object.fromEntries(values) as Reason) };
}

/** Whether the value at an input of a node has a trait, which nodes in between may pass on. */
function createHasTrait({ workflow, catalog }: Expanded) {
  const resolve = createSourceResolver(workflow, catalog);
  return (reader: WorkflowNode, readerInput: string, trait: string): boolean => {
    let [node, input] = [reader, readerInput];
    // A plan has no circles, but no earlier problems were checked either.
    for (const seen = new Set<WorkflowNode>(); !seen.has(node); ) {
      seen.add(node);
      const link = parseLink(ownEntry(node.inputs, input) ?? '');
      const resolved = link && resolve(link);
      if (resolved?.kind !== 'found') return false;
      const source = ownNode(workflow, resolved.source.node);
      const definition = source && catalog.types.get(source.type);
      const output = definition?.outputs[resolved.source.output];
      if (source === undefined || definition === undefined || output === undefined) return false;
      const given = output.traits?.find((one) => one.trait === trait);
      if (given !== undefined) return holds(given.when, filled(source, definition));
      if (output.traitsOf === undefined) return false;
      [node, input] = [source, output.traitsOf];
    }
    return false;
  };
}
