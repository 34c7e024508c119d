import { z } from 'zod';
import { MAX_LISTED } from '../../limits.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { workflowName, workflowVersion } from '../schemas/workflows.js';

export const listWorkflowVersions = defineRoute({
  id: 'listWorkflowVersions',
  method: 'get',
  path: '/api/workflows/{name}/versions',
  tag: 'workflows',
  summary: 'All states of a workflow, newest first; also of a deleted one',
  params: z.object({ name: workflowName }),
  query: z.strictObject({
    limit: queryInteger(1, MAX_LISTED).optional(),
    offset: queryInteger(0, 1e9).optional().meta({ description: 'How many to pass over.' }),
  }),
  replies: { 200: { description: 'The states.', schema: z.object({ versions: z.array(workflowVersion) }) } },
  problems: ['not-found'],
  handle({ params, query: { limit = MAX_LISTED, offset = 0 } }, { store }) {
    const versions = store.workflows.versions(params.name, { limit, offset });
    if (versions.length === 0 && offset === 0) throw new Problem('not-found', `There is no workflow "${params.name}".`);
    return jsonReply({ versions });
  },
});
