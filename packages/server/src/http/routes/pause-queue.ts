import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queueStatus } from '../schemas/runs.js';

export const pauseQueue = defineRoute({
  id: 'pauseQueue',
  method: 'post',
  path: '/api/queue/pause',
  tag: 'queue',
  summary: 'Start no further run; the running one goes on',
  replies: { 200: { description: 'The queue.', schema: queueStatus } },
  problems: ['store-full'],
  handle(_, { runs }) {
    runs.pause();
    return jsonReply(runs.status());
  },
});
