import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queueStatus } from '../schemas/runs.js';

export const resumeQueue = defineRoute({
  id: 'resumeQueue',
  method: 'post',
  path: '/api/queue/resume',
  tag: 'queue',
  summary: 'Start runs again after a pause',
  replies: { 200: { description: 'The queue.', schema: queueStatus } },
  problems: ['store-full'],
  handle(_, { runs }) {
    runs.resume();
    return jsonReply(runs.status());
  },
});
