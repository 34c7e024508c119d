import { diffWorkflows as findDifferences, unreachable, type WorkflowDifference } from '@unclip-studio/graph-core';
import { loadCatalog } from '../../engine/catalog.js';
import { showValue } from '../../services/visible-text.js';
import type { ConfigOf } from '../command-table.js';
import { EXIT } from '../exit-codes.js';
import { readWorkflowFile } from '../read-workflow.js';
import type { CommandContext } from '../terminal.js';

/**
 * `unclip diff`: what two workflows do otherwise, one line each.
 *
 * @returns as `diff` does: 0 for the same meaning, 1 for another
 * @throws BadInput if one of them is no workflow
 */
export async function diffWorkflows({ a, b }: ConfigOf<'diff'>, { io, terminal }: CommandContext): Promise<number> {
  const [one, other] = await Promise.all([readWorkflowFile(a, io), readWorkflowFile(b, io)]);
  const differences = findDifferences(one.workflow, other.workflow, loadCatalog());
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
