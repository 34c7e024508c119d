import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queueStatus } from '../schemas/runs.js';

export const readQueue = defineRoute({
  id: 'readQueue',
  method: 'get',
  path: '/api/queue',
  tag: 'queue',
  summary: 'Whether the server can take work, and what it has',
  replies: { 200: { description: 'The queue.', schema: queueStatus } },
  handle: (_, { runs }) => jsonReply(runs.status()),
});
