import type { Catalog } from '../definition/catalog.js';
import type { NodeDefinition } from '../definition/node-definition.js';
import { compareVersions, type KnownPackages } from '../definition/node-packages.js';
import { unreadIn } from '../definition/params.js';
import { type Diagnostic, limitProblems, shortName } from '../document/diagnostics.js';
import { catalogOf } from '../document/subgraph-catalog.js';
import type { Workflow, WorkflowNode } from '../document/workflow.js';

type UnreadText = Extract<Diagnostic, { readonly code: 'unread-text' }>;

/**
 * What keeps no workflow from running, and probably does something else than its author expects: texts that another program
 * reads and this one does not, and plug-ins of an older version. Nodes that do nothing are not looked at.
 */
export function findWarnings(workflow: Workflow, catalog: Catalog): readonly Diagnostic[] {
  const { types } = catalogOf(workflow, catalog);
  const found: Diagnostic[] = [...findNewerPlugins(workflow, catalog), ...warningsIn(workflow.nodes, types)];
  for (const [subgraph, { nodes }] of Object.entries(workflow.subgraphs ?? {})) {
    found.push(...warningsIn(nodes, types).map((warning) => ({ ...warning, subgraph })));
  }
  return limitProblems(found);
}

/** The plug-ins of which the workflow was saved with a newer version than is here; also the likely reason of other problems. */
export function findNewerPlugins({ plugins = {} }: Workflow, { packages }: KnownPackages): readonly Diagnostic[] {
  return Object.entries(plugins).flatMap(([plugin, version]) => {
    const installed = packages.get(plugin)?.version;
    const isNewer = installed !== undefined && compareVersions(version, installed) > 0;
    return isNewer ? [{ code: 'newer-plugin', plugin, version, installed }] : [];
  });
}

function warningsIn(nodes: Workflow['nodes'], types: Catalog['types']): UnreadText[] {
  return Object.entries(nodes).flatMap(([id, node]) => {
    const definition = types.get(node.type);
    return definition === undefined || node.mode !== undefined ? [] : warningsOf(id, node, definition);
  });
}

function warningsOf(id: string, { type, params = {} }: WorkflowNode, definition: NodeDefinition): UnreadText[] {
  return Object.entries(definition.params).flatMap(([param, declared]) =>
    unreadIn(declared, params[param]).map(({ text, advice }) => ({
      ...({ code: 'unread-text', node: id, type, param, advice } as const),
      text: shortName(text),
    })),
  );
}
