import { z } from 'zod';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { workflowFile, workflowName } from '../schemas/workflows.js';

export const readTemplate = defineRoute({
  id: 'readTemplate',
  method: 'get',
  path: '/api/templates/{name}',
  tag: 'workflows',
  summary: 'One example workflow',
  params: z.object({ name: workflowName }),
  replies: { 200: { description: 'The workflow.', schema: workflowFile } },
  problems: ['not-found'],
  async handle({ params }, { templates }) {
    const workflow = await templates.read(params.name);
    if (workflow === undefined) throw new Problem('not-found', `There is no template "${params.name}".`);
    return jsonReply(workflow);
  },
});
