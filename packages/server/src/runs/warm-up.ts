import { parseWorkflow } from '@unclip-studio/graph-core';
import type { Store } from '../store/store.js';
import type { RunService } from './run-service.js';

/**
 * Has the worker look at the last run's checkpoint and pictures before anybody waits for it: that loads what identifies
 * them, and a workflow that is run again after a restart is then only read from disk. A forecast does just that; what it
 * says is of no interest here, nor is why it could not be made.
 */
export async function warmUp({ runs }: Pick<Store, 'runs'>, service: Pick<RunService, 'forecast'>): Promise<void> {
  const [last] = runs.list({ states: ['succeeded'], limit: 1 });
  const json = last && runs.readWorkflowJson(last.id);
  const workflow = json === undefined ? undefined : parseWorkflow(json);
  if (last === undefined || !workflow?.ok) return;
  await service.forecast(workflow.value, last.targets).catch(() => {});
}
