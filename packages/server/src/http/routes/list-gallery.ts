import { z } from 'zod';
import { filterOf } from '../find-pictures.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { galleryPicture, galleryQuery, pictureNumber, timeZone } from '../schemas/gallery.js';

const MAX_PAGE = 500;

export const listGallery = defineRoute({
  id: 'listGallery',
  method: 'get',
  path: '/api/gallery',
  tag: 'gallery',
  summary: 'Find kept pictures',
  description:
    'Any page of the answer can be asked for. Give `upTo` of the first page with all others: then places stay while new pictures arrive.',
  query: z.strictObject({
    query: galleryQuery.optional(),
    timeZone,
    order: z.enum(['newest', 'oldest']).optional(),
    offset: queryInteger(0, 1e9).optional().meta({ description: 'How many pictures to pass over.' }),
    limit: queryInteger(1, MAX_PAGE).optional(),
    upTo: queryInteger(pictureNumber.min, pictureNumber.max)
      .optional()
      .meta({ description: 'What came later is left out.' }),
  }),
  replies: {
    200: {
      description: 'One page, and how many pictures fit in all.',
      schema: z.object({
        pictures: z.array(galleryPicture),
        total: z.int().min(0),
        upTo: z.int().min(0),
      }),
    },
  },
  handle({ query }, server) {
    const { gallery } = server.store;
    const { offset = 0, limit = 100, order = 'newest', upTo = gallery.newest() } = query;
    const filter = filterOf(server, query.query ?? '', query.timeZone);
    const total = gallery.count(filter, upTo);
    return jsonReply({ pictures: gallery.list({ filter, order, offset, limit, upTo }), total, upTo });
  },
});
