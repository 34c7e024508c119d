import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { galleryFacets } from '../schemas/gallery.js';

export const readGalleryFacets = defineRoute({
  id: 'readGalleryFacets',
  method: 'get',
  path: '/api/gallery/facets',
  tag: 'gallery',
  summary: 'Which models, months and states there are pictures of',
  replies: { 200: { description: 'The counts.', schema: galleryFacets } },
  handle: (_, { store }) => jsonReply(store.gallery.facets()),
});
