import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runDetail, runParams } from '../schemas/runs.js';

export const readRun = defineRoute({
  id: 'readRun',
  method: 'get',
  path: '/api/runs/{run}',
  tag: 'runs',
  summary: 'One run with its nodes',
  params: runParams,
  replies: { 200: { description: 'The run.', schema: runDetail } },
  problems: ['not-found'],
  handle: ({ params }, { runs }) => jsonReply(runs.read(params.run)),
});
