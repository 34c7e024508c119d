import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { changedReply, pictureIds } from '../schemas/gallery.js';

export const starPictures = defineRoute({
  id: 'starPictures',
  method: 'put',
  path: '/api/gallery/stars',
  tag: 'gallery',
  summary: 'Give pictures a star, or take it away',
  body: z.strictObject({ outputs: pictureIds, starred: z.boolean() }).meta({ id: 'StarRequest' }),
  replies: { 200: { description: 'How many changed.', schema: changedReply } },
  problems: ['store-full'],
  handle: ({ body }, { gallery }) => jsonReply({ changed: gallery.setStarred(body.outputs, body.starred) }),
});
