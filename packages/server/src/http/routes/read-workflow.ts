import { z } from 'zod';
import { findWorkflow } from '../find.js';
import { defineRoute } from '../route.js';
import { savedWorkflowReply } from '../saved-workflow-reply.js';
import { savedWorkflow, workflowName } from '../schemas/workflows.js';

export const readWorkflow = defineRoute({
  id: 'readWorkflow',
  method: 'get',
  path: '/api/workflows/{name}',
  tag: 'workflows',
  summary: 'The newest state of a saved workflow',
  params: z.object({ name: workflowName }),
  replies: { 200: { description: 'The workflow.', schema: savedWorkflow } },
  problems: ['not-found'],
  handle: ({ params }, server) => savedWorkflowReply(findWorkflow(server, params.name)),
});
