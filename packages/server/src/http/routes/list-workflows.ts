import { z } from 'zod';
import { MAX_LISTED } from '../../limits.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { workflowVersion } from '../schemas/workflows.js';

export const listWorkflows = defineRoute({
  id: 'listWorkflows',
  method: 'get',
  path: '/api/workflows',
  tag: 'workflows',
  summary: 'The saved workflows, the one saved last first',
  query: z.strictObject({
    limit: queryInteger(1, MAX_LISTED).optional(),
    offset: queryInteger(0, 1e9).optional().meta({ description: 'How many to pass over.' }),
  }),
  replies: {
    200: { description: 'The newest state of each.', schema: z.object({ workflows: z.array(workflowVersion) }) },
  },
  handle: ({ query: { limit = MAX_LISTED, offset = 0 } }, { store }) =>
    jsonReply({ workflows: store.workflows.list({ limit, offset }) }),
});
