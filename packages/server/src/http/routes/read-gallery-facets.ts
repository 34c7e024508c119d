import { z } from 'zod';
import { createLocalDates, ownTimeZone } from '../../gallery/local-dates.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { galleryFacets, timeZone } from '../schemas/gallery.js';

export const readGalleryFacets = defineRoute({
  id: 'readGalleryFacets',
  method: 'get',
  path: '/api/gallery/facets',
  tag: 'gallery',
  summary: 'Which models, months and states there are pictures of',
  query: z.strictObject({ timeZone }),
  replies: { 200: { description: 'The counts.', schema: galleryFacets } },
  handle: ({ query }, { store }) =>
    jsonReply(store.gallery.facets(createLocalDates(query.timeZone ?? ownTimeZone()).monthsBetween)),
});
