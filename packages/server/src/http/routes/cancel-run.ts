import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runParams, runReply } from '../schemas/runs.js';

export const cancelRun = defineRoute({
  id: 'cancelRun',
  method: 'post',
  path: '/api/runs/{run}/cancel',
  tag: 'runs',
  summary: 'Cancel a run; one that has ended stays as it is',
  params: runParams,
  replies: { 200: runReply },
  problems: ['not-found', 'store-full'],
  handle: ({ params }, { runs }) => jsonReply(runs.cancel(params.run)),
});
