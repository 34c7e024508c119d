import { z } from 'zod';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { workflowName, workflowVersion } from '../schemas/workflows.js';

export const listWorkflowVersions = defineRoute({
  id: 'listWorkflowVersions',
  method: 'get',
  path: '/api/workflows/{name}/versions',
  tag: 'workflows',
  summary: 'All states of a workflow, newest first; also of a deleted one',
  params: z.object({ name: workflowName }),
  replies: { 200: { description: 'The states.', schema: z.object({ versions: z.array(workflowVersion) }) } },
  problems: ['not-found'],
  handle({ params }, { store }) {
    const versions = store.workflows.versions(params.name);
    if (versions.length === 0) throw new Problem('not-found', `There is no workflow "${params.name}".`);
    return jsonReply({ versions });
  },
});
