import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { priority, runParams, runReply } from '../schemas/runs.js';

export const setRunPriority = defineRoute({
  id: 'setRunPriority',
  method: 'put',
  path: '/api/runs/{run}/priority',
  tag: 'runs',
  summary: 'Change the priority of a queued run',
  params: runParams,
  body: z.strictObject({ priority }).meta({ id: 'PriorityRequest' }),
  replies: { 200: runReply },
  problems: ['not-found', 'conflict', 'store-full'],
  handle: ({ params, body }, { runs }) => jsonReply(runs.setPriority(params.run, body.priority)),
});
