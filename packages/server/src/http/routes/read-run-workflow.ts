import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runParams } from '../schemas/runs.js';
import { workflowFile } from '../schemas/workflows.js';

export const readRunWorkflow = defineRoute({
  id: 'readRunWorkflow',
  method: 'get',
  path: '/api/runs/{run}/workflow',
  tag: 'runs',
  summary: 'The workflow that a run ran, exactly as it was queued',
  params: runParams,
  replies: { 200: { description: 'The workflow.', schema: workflowFile } },
  problems: ['not-found'],
  handle: ({ params }, { runs }) => jsonReply(runs.readWorkflow(params.run)),
});
