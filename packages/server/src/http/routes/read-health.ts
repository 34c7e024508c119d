import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

const health = z
  .object({ canTakeWork: z.boolean(), reason: z.string().optional() })
  .meta({ id: 'Health', description: 'Whether a run that is queued now would be done.' });

export const readHealth = defineRoute({
  id: 'readHealth',
  method: 'get',
  path: '/api/health',
  tag: 'operation',
  summary: 'Whether the server can take work',
  access: 'public',
  replies: {
    200: { description: 'It can.', schema: health },
    503: { description: 'It cannot, and why.', schema: health },
  },
  handle(_, { runs }) {
    const { canTakeWork, reason } = runs.status();
    const body = { canTakeWork, ...(reason === undefined ? {} : { reason }) };
    return jsonReply(body, canTakeWork ? 200 : 503, { 'cache-control': 'no-store' });
  },
});
