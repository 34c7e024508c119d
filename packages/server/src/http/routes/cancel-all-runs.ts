import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

export const cancelAllRuns = defineRoute({
  id: 'cancelAllRuns',
  method: 'post',
  path: '/api/queue/cancel',
  tag: 'queue',
  summary: 'Cancel what is queued and what is running',
  replies: {
    200: { description: 'How many runs were cancelled.', schema: z.object({ cancelled: z.int().min(0) }) },
  },
  problems: ['store-full'],
  handle: (_, { runs }) => jsonReply({ cancelled: runs.cancelAll() }),
});
