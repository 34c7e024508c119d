import { describeDiagnostic } from '@unclip-studio/graph-core';
import type { RunReport } from '@unclip-studio/protocol';
import type { RunEnding } from '../store/runs-table.js';
import type { ActiveRun } from './active-run.js';

/** What to write down of a run that the worker has finished. */
export function toRunEnding(
  { outcome, diagnostics, diskNeededBytes }: RunReport,
  run: Pick<ActiveRun, 'nodes' | 'failure'>,
): RunEnding {
  const nodes = run.nodes();
  if (outcome !== 'failed') return { state: outcome, nodes };
  if (diagnostics !== undefined) {
    const message = diagnostics.map(describeDiagnostic).join('\n');
    return { state: 'failed', nodes, error: { code: 'invalid-workflow', message, diagnostics } };
  }
  const failure = run.failure();
  if (failure === undefined) throw new Error('Internal error: a run failed, but none of its nodes did');
  const { node, message, because } = failure;
  return {
    state: 'failed',
    nodes,
    error: {
      code: diskNeededBytes === undefined ? 'node-failed' : 'disk-full',
      message,
      ...(because !== undefined && { because }),
      node,
    },
  };
}
