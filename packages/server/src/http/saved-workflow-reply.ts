import type { SavedWorkflow } from '../store/workflows-table.js';
import { jsonReply, type Reply } from './reply.js';

/** A saved state as clients read it: the workflow as JSON, not as the text that is stored. */
export function savedWorkflowReply({ json, ...version }: SavedWorkflow): Reply {
  return jsonReply({ ...version, workflow: JSON.parse(json) });
}
