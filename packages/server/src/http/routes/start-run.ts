import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runRecord } from '../schemas/runs.js';
import { startRunBody } from '../schemas/start-run.js';
import { resolveWorkflow } from '../start-source.js';

const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'expected 1 to 200 visible ASCII characters')
  .optional()
  .meta({ description: 'The same key with the same body starts nothing twice: the first run is given back.' });

export const startRun = defineRoute({
  id: 'startRun',
  method: 'post',
  path: '/api/runs',
  tag: 'runs',
  summary: 'Queue a run',
  description: 'Of a workflow in the body, of a saved one by its name, or of a template; with params changed.',
  headers: z.object({ 'idempotency-key': idempotencyKey }),
  body: startRunBody,
  replies: { 201: { description: 'The queued run; it is on the disk.', schema: runRecord } },
  problems: ['not-found', 'conflict', 'too-large', 'invalid-workflow', 'queue-full', 'store-full'],
  async handle({ body, headers, client }, server) {
    const workflow = await resolveWorkflow(body, server);
    const key = headers['idempotency-key'];
    const run = server.runs.enqueue({
      workflow,
      clientId: client,
      ...(body.targets === undefined ? {} : { targets: body.targets }),
      ...(body.priority === undefined ? {} : { priority: body.priority }),
      ...('workflowName' in body ? { workflowName: body.workflowName } : {}),
      ...(key === undefined ? {} : { idempotencyKey: key }),
    });
    return jsonReply(run, 201, { location: `/api/runs/${run.id}` });
  },
});
