import { describeInputs } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { workflowInput } from '../schemas/workflow-inputs.js';
import { workflowName } from '../schemas/workflows.js';
import { resolveWorkflow } from '../start-source.js';

export const readWorkflowInputs = defineRoute({
  id: 'readWorkflowInputs',
  method: 'get',
  path: '/api/workflows/{name}/inputs',
  tag: 'workflows',
  summary: 'What may be set when a saved workflow is run by its inputs',
  description: 'Each with its kind, its limits and the value it has when it is left out.',
  params: z.object({ name: workflowName }),
  replies: {
    200: { description: 'The inputs, in the order of a form.', schema: z.object({ inputs: z.array(workflowInput) }) },
  },
  problems: ['not-found'],
  async handle({ params }, server) {
    const workflow = await resolveWorkflow({ workflowName: params.name }, server);
    return jsonReply({ inputs: describeInputs(workflow, server.catalog) });
  },
});
