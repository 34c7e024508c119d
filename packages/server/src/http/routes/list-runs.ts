import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger, runId } from '../schemas/common.js';
import { runRecord, runState } from '../schemas/runs.js';

export const listRuns = defineRoute({
  id: 'listRuns',
  method: 'get',
  path: '/api/runs',
  tag: 'runs',
  summary: 'Runs, newest first',
  query: z.strictObject({
    state: runState.optional(),
    limit: queryInteger(1, 500).optional(),
    before: runId.optional().meta({ description: 'List those created before this run.' }),
  }),
  replies: { 200: { description: 'The runs.', schema: z.object({ runs: z.array(runRecord) }) } },
  handle({ query }, { runs }) {
    const { state, limit, before } = query;
    const request = {
      ...(state === undefined ? {} : { states: [state] }),
      ...(limit === undefined ? {} : { limit }),
      ...(before === undefined ? {} : { before }),
    };
    return jsonReply({ runs: runs.list(request) });
  },
});
