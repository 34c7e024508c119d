import { z } from 'zod';
import { THUMBNAIL_SIDES_PX } from '../pictures/thumbnails.js';
import { queryInteger } from './common.js';

export const thumbnailQuery = z.strictObject({
  side: queryInteger(THUMBNAIL_SIDES_PX.min, THUMBNAIL_SIDES_PX.max)
    .default(THUMBNAIL_SIDES_PX.usual)
    .meta({ description: 'The longer side, in pixels.' }),
});

export const thumbnailReplies = { 200: { description: 'A WebP.', mediaType: 'image/webp' } };
