import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

const model = z
  .object({
    name: z.string(),
    pipeline: z.string().optional().meta({ description: 'The pipeline that diffusers would load it with.' }),
    sizeBytes: z.int().min(0),
  })
  .meta({ id: 'Model' });

export const listModels = defineRoute({
  id: 'listModels',
  method: 'get',
  path: '/api/models',
  tag: 'models',
  summary: 'The checkpoints that the operator has installed',
  replies: { 200: { description: 'The checkpoints.', schema: z.object({ models: z.array(model) }) } },
  handle: async (_, { models }) => jsonReply({ models: await models.list() }),
});
