import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

const template = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().optional().meta({ description: 'What it is for, in a sentence or two.' }),
});

export const listTemplates = defineRoute({
  id: 'listTemplates',
  method: 'get',
  path: '/api/templates',
  tag: 'workflows',
  summary: 'The example workflows that come with the program',
  replies: {
    200: {
      description: 'The templates.',
      schema: z.object({ templates: z.array(template) }),
    },
  },
  handle: async (_, { templates }) => jsonReply({ templates: await templates.list() }),
});
