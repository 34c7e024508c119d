import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger, sha256 } from '../schemas/common.js';
import { imageRecord } from '../schemas/images.js';

export const listImages = defineRoute({
  id: 'listImages',
  method: 'get',
  path: '/api/images',
  tag: 'images',
  summary: 'The uploaded pictures, newest first',
  query: z.strictObject({ limit: queryInteger(1, 500).optional(), before: sha256.optional() }),
  replies: { 200: { description: 'The pictures.', schema: z.object({ images: z.array(imageRecord) }) } },
  handle: ({ query }, { store }) => jsonReply({ images: store.images.list(query.limit ?? 100, query.before) }),
});
