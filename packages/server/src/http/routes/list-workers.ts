import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { workerRecord } from '../schemas/workers.js';

export const listWorkers = defineRoute({
  id: 'listWorkers',
  method: 'get',
  path: '/api/workers',
  tag: 'queue',
  summary: 'The workers, what they hold and what each does',
  description:
    "The server's own, or with --queue those that have signed on; one that is silent is left out after a while.",
  replies: { 200: { description: 'The workers.', schema: z.object({ workers: z.array(workerRecord) }) } },
  handle: (_, { runs }) => jsonReply({ workers: runs.workers() }),
});
