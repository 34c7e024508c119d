import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runParams, runReply } from '../schemas/runs.js';

export const retryRun = defineRoute({
  id: 'retryRun',
  method: 'post',
  path: '/api/runs/{run}/retry',
  tag: 'runs',
  summary: 'Queue the workflow of a run that has ended once more',
  params: runParams,
  replies: { 201: runReply },
  problems: ['not-found', 'conflict', 'invalid-workflow', 'queue-full', 'unavailable', 'store-full'],
  async handle({ params }, { runs }) {
    await runs.prepare(runs.readWorkflow(params.run), runs.read(params.run).targets);
    return jsonReply(runs.retry(params.run), 201);
  },
});
