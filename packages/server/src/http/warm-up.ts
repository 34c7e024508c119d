import { parseWorkflow } from '@unclip-studio/graph-core';
import { API } from '@unclip-studio/protocol';
import { WorkflowProblems } from '../runs/run-errors.js';
import type { RunService } from '../runs/run-service.js';
import type { Store } from '../store/store.js';

/**
 * Goes through the motions of starting the last run before anybody waits for it: reads it as a request, which builds the
 * checks of the body, and has the worker rehearse it, so that it is quick when it is run again after a restart.
 */
export function warmUp({ runs }: Pick<Store, 'runs'>, service: Pick<RunService, 'rehearse'>): void {
  const [last] = runs.list({ states: ['succeeded'], limit: 1 });
  const text = last && runs.readWorkflow(last.id);
  const workflow = text && parseWorkflow(text.workflowJson);
  if (last === undefined || !workflow?.ok) return;
  API.runs.startRun.body.safeParse({ workflow: workflow.value });
  try {
    service.rehearse(workflow.value, last.targets);
  } catch (error) {
    // It was good when it was run; a node type it needs may have gone since, which a new run will say.
    if (!(error instanceof WorkflowProblems)) throw error;
  }
}
