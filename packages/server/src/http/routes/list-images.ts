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
  query: z.strictObject({
    limit: queryInteger(1, 500).optional(),
    before: sha256.optional().meta({ description: 'List those that are older than this one.' }),
    name: z.string().min(1).max(500).optional().meta({
      description: 'Only the image that a workflow means by this: the newest of that name, or that of this sha256.',
    }),
  }),
  replies: { 200: { description: 'The pictures.', schema: z.object({ images: z.array(imageRecord) }) } },
  handle({ query: { limit = 100, before, name } }, { store: { images } }) {
    if (name === undefined) return jsonReply({ images: images.list(limit, before) });
    const image = images.read(name) ?? images.findByName(name);
    return jsonReply({ images: image === undefined ? [] : [image] });
  },
});
