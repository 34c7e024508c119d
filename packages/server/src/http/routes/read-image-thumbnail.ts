import { z } from 'zod';
import { findImage } from '../find.js';
import { thumbnailReply } from '../pictures/thumbnails.js';
import { defineRoute } from '../route.js';
import { sha256 } from '../schemas/common.js';
import { thumbnailQuery, thumbnailReplies } from '../schemas/thumbnails.js';

export const readImageThumbnail = defineRoute({
  id: 'readImageThumbnail',
  method: 'get',
  path: '/api/images/{image}/thumbnail',
  tag: 'images',
  summary: 'An uploaded picture, small',
  params: z.object({ image: sha256 }),
  query: thumbnailQuery,
  replies: thumbnailReplies,
  problems: ['not-found', 'unavailable'],
  handle({ params, query }, server) {
    const image = findImage(server, params.image);
    return thumbnailReply(
      { blobs: server.store.blobs, pictures: server.pictures },
      { sha256: image.sha256, sidePx: query.side, foreign: true },
    );
  },
});
