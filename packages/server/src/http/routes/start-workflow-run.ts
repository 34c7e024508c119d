import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runRecord } from '../schemas/runs.js';
import { idempotencyKey, startWorkflowRunBody } from '../schemas/start-run.js';
import { workflowName } from '../schemas/workflows.js';
import { resolveWorkflow } from '../start-source.js';

export const startWorkflowRun = defineRoute({
  id: 'startWorkflowRun',
  method: 'post',
  path: '/api/workflows/{name}/runs',
  tag: 'workflows',
  summary: 'Queue a run of a saved workflow, with its inputs set',
  description: 'Needs no knowledge of the nodes: GET /api/workflows/{name}/inputs says what there is to set.',
  params: z.object({ name: workflowName }),
  headers: z.object({ 'idempotency-key': idempotencyKey }),
  body: startWorkflowRunBody,
  replies: { 201: { description: 'The queued run; it is on the disk.', schema: runRecord } },
  problems: ['not-found', 'conflict', 'too-large', 'invalid-workflow', 'queue-full', 'unavailable', 'store-full'],
  async handle({ params, body, headers, client }, server) {
    const source = { workflowName: params.name, inputs: body.inputs };
    const key = headers['idempotency-key'];
    const workflow = await resolveWorkflow(source, server);
    await server.runs.prepare(workflow);
    const run = server.runs.enqueue({
      workflow,
      clientId: client,
      workflowName: params.name,
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return jsonReply(run, 201, { location: `/api/runs/${run.id}` });
  },
});
