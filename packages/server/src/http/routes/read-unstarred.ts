import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

export const readUnstarred = defineRoute({
  id: 'readUnstarred',
  method: 'get',
  path: '/api/gallery/unstarred',
  tag: 'gallery',
  summary: 'What cleaning up would take away',
  replies: {
    200: {
      description: 'The pictures without a star; `upTo` goes with the deletion, so that it takes no newer ones.',
      schema: z.object({ count: z.int().min(0), sizeBytes: z.int().min(0), upTo: z.int().min(0) }),
    },
  },
  handle(_, { store }) {
    const upTo = store.gallery.newest();
    const filter = { where: 'temporary = 0 AND deleted_at IS NULL AND starred = 0', values: [] };
    const { gallery } = store;
    return jsonReply({ count: gallery.count(filter, upTo), sizeBytes: gallery.sizeBytes(filter, upTo), upTo });
  },
});
