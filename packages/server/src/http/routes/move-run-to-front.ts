import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runParams, runReply } from '../schemas/runs.js';

export const moveRunToFront = defineRoute({
  id: 'moveRunToFront',
  method: 'post',
  path: '/api/runs/{run}/front',
  tag: 'runs',
  summary: 'Make a queued run the next one',
  params: runParams,
  replies: { 200: runReply },
  problems: ['not-found', 'conflict', 'store-full'],
  handle: ({ params }, { runs }) => jsonReply(runs.moveToFront(params.run)),
});
