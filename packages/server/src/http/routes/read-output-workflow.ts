import { z } from 'zod';
import { findOutput } from '../find.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { outputId } from '../schemas/runs.js';
import { workflowFile } from '../schemas/workflows.js';

export const readOutputWorkflow = defineRoute({
  id: 'readOutputWorkflow',
  method: 'get',
  path: '/api/outputs/{output}/workflow',
  tag: 'outputs',
  summary: 'The workflow that made an output',
  params: z.object({ output: outputId }),
  replies: { 200: { description: 'The workflow as it ran.', schema: workflowFile } },
  problems: ['not-found'],
  handle({ params }, server) {
    return jsonReply(server.runs.readWorkflow(findOutput(server, params.output).runId));
  },
});
