import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { outputId, outputRecord } from '../schemas/runs.js';

export const listOutputs = defineRoute({
  id: 'listOutputs',
  method: 'get',
  path: '/api/outputs',
  tag: 'outputs',
  summary: 'What runs have made, newest first',
  query: z.strictObject({
    limit: queryInteger(1, 500).optional(),
    before: outputId.optional(),
    temporary: z.enum(['true', 'false']).optional().meta({ description: 'Also what was made for looking at only.' }),
  }),
  replies: { 200: { description: 'The outputs.', schema: z.object({ outputs: z.array(outputRecord) }) } },
  handle({ query }, { store }) {
    const { limit = 100, before, temporary } = query;
    const request = { limit, temporary: temporary === 'true', ...(before === undefined ? {} : { before }) };
    return jsonReply({ outputs: store.outputs.list(request) });
  },
});
