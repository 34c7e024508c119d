import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { workflowVersion } from '../schemas/workflows.js';

export const listWorkflows = defineRoute({
  id: 'listWorkflows',
  method: 'get',
  path: '/api/workflows',
  tag: 'workflows',
  summary: 'The saved workflows, the one saved last first',
  replies: {
    200: { description: 'The newest state of each.', schema: z.object({ workflows: z.array(workflowVersion) }) },
  },
  handle: (_, { store }) => jsonReply({ workflows: store.workflows.list() }),
});
