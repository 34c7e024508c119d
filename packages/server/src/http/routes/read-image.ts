import { z } from 'zod';
import { blobReply } from '../blob-reply.js';
import { findImage } from '../find.js';
import { defineRoute } from '../route.js';
import { sha256 } from '../schemas/common.js';

export const readImage = defineRoute({
  id: 'readImage',
  method: 'get',
  path: '/api/images/{image}',
  tag: 'images',
  summary: 'The bytes of an uploaded picture',
  params: z.object({ image: sha256 }),
  replies: { 200: { description: 'The file as it was uploaded.', mediaType: 'image/*' } },
  problems: ['not-found', 'unavailable'],
  handle({ params }, server) {
    const { mediaType } = findImage(server, params.image);
    return blobReply(server.store.blobs, { sha256: params.image, mediaType, foreign: true, addressed: params.image });
  },
});
