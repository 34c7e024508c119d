import { z } from 'zod';
import { findWorkflow } from '../find.js';
import { defineRoute } from '../route.js';
import { savedWorkflowReply } from '../saved-workflow-reply.js';
import { queryInteger } from '../schemas/common.js';
import { savedWorkflow, workflowName } from '../schemas/workflows.js';

export const readWorkflowVersion = defineRoute({
  id: 'readWorkflowVersion',
  method: 'get',
  path: '/api/workflows/{name}/versions/{revision}',
  tag: 'workflows',
  summary: 'One earlier state of a workflow',
  params: z.object({ name: workflowName, revision: queryInteger(1, Number.MAX_SAFE_INTEGER) }),
  replies: { 200: { description: 'The workflow as it was.', schema: savedWorkflow } },
  problems: ['not-found'],
  handle: ({ params }, server) => savedWorkflowReply(findWorkflow(server, params.name, params.revision)),
});
