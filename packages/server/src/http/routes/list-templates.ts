import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

export const listTemplates = defineRoute({
  id: 'listTemplates',
  method: 'get',
  path: '/api/templates',
  tag: 'workflows',
  summary: 'The example workflows that come with the program',
  replies: {
    200: {
      description: 'The templates.',
      schema: z.object({ templates: z.array(z.object({ name: z.string(), title: z.string() })) }),
    },
  },
  handle: async (_, { templates }) => jsonReply({ templates: await templates.list() }),
});
