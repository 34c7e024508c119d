import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runRecord } from '../schemas/runs.js';
import { idempotencyKey, startRunBody } from '../schemas/start-run.js';
import { resolveWorkflow } from '../start-source.js';

export const startRun = defineRoute({
  id: 'startRun',
  method: 'post',
  path: '/api/runs',
  tag: 'runs',
  summary: 'Queue a run',
  description: 'Of a workflow in the body, of a saved one by its name, or of a template; with inputs and params set.',
  headers: z.object({ 'idempotency-key': idempotencyKey }),
  body: startRunBody,
  replies: { 201: { description: 'The queued run; it is on the disk.', schema: runRecord } },
  problems: ['not-found', 'conflict', 'too-large', 'invalid-workflow', 'queue-full', 'unavailable', 'store-full'],
  async handle({ body, headers, client }, server) {
    const workflow = await resolveWorkflow(body, server);
    await server.runs.prepare(workflow, body.targets);
    const key = headers['idempotency-key'];
    const run = server.runs.enqueue({
      workflow,
      clientId: client,
      ...(body.targets === undefined ? {} : { targets: body.targets }),
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...(body.preview === true ? { isPreview: true } : {}),
      ...('workflowName' in body ? { workflowName: body.workflowName } : {}),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return jsonReply(run, 201, { location: `/api/runs/${run.id}` });
  },
});
