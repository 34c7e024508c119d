import {
  diffWorkflows as findDifferences,
  migrateNodes,
  unreachable,
  type WorkflowDifference,
} from '@unclip-studio/graph-core';
import { showValue } from '../../services/visible-text.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { loadPluginCatalog } from '../plugin-catalog.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip diff`: the differences between two workflows, one line each.
 *
 * @returns like `diff`: 0 for the same meaning, 1 for another
 * @throws BadInput if one of them is not a workflow
 */
export async function diffWorkflows(
  { a, b, ...folders }: ConfigOf<'diff'>,
  { io, terminal }: CommandContext,
): Promise<number> {
  const { catalog, plugins } = await loadPluginCatalog(folders, { terminal });
  await plugins.close();
  const [one, other] = await Promise.all(
    [a, b].map(async (file) => {
      const { workflow } = await readWorkflowFile(file, io, { ofPlugins: plugins.workflows });
      return migrateNodes(workflow, catalog);
    }),
  );
  if (one === undefined || other === undefined) throw new Error('Internal error: two files were named');
  const differences = findDifferences(one, other, catalog);
  for (const difference of differences) terminal.out(describe(difference));
  if (differences.length === 0) terminal.out('Both mean the same.');
  return differences.length === 0 ? EXIT.done : EXIT.runFailed;
}

function describe(difference: WorkflowDifference): string {
  switch (difference.kind) {
    case 'added':
      return `+ ${difference.node} (${difference.type})`;
    case 'removed':
      return `- ${difference.node} (${difference.type})`;
    case 'renamed':
      return `= ${difference.node} (${difference.type}): is called ${difference.to}`;
    case 'type':
      return `~ ${difference.node}: ${difference.a} -> ${difference.b}`;
    case 'param':
    case 'input':
    case 'mode': {
      const { node, type, name, a, b } = difference;
      const what = difference.kind === 'input' ? `input ${name}` : name;
      return `~ ${node} (${type}), ${what}: ${showValue(a)} -> ${showValue(b)}`;
    }
    default:
      return unreachable(difference);
  }
}
