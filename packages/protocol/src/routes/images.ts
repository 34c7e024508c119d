import { z } from 'zod';
import { count, dimensionPx, queryInteger, sha256, timestamp } from '../fields.js';
import { MAX_PAGE, THUMBNAIL_SIDES_PX } from '../limits.js';
import type { RouteTable } from '../route.js';
import type { Wire } from '../wire.js';

const imageRecord = z
  .object({
    sha256: sha256.meta({ description: 'The id of the image: sha256 of its bytes, in hex.' }),
    name: z.string().meta({ description: 'What the user calls it; a label that may occur twice, never a path.' }),
    mediaType: z.string(),
    sizeBytes: count,
    widthPx: dimensionPx,
    heightPx: dimensionPx,
    createdAt: timestamp,
  })
  .meta({ id: 'Image', description: 'An uploaded image.' });
export type ImageRecord = Wire<typeof imageRecord>;

export const thumbnailQuery = z.strictObject({
  side: queryInteger(THUMBNAIL_SIDES_PX.min, THUMBNAIL_SIDES_PX.max)
    .default(THUMBNAIL_SIDES_PX.usual)
    .meta({ description: 'The longer side, in pixels.' }),
});

export const THUMBNAIL_ANSWERS = { 200: { description: 'A WebP.', mediaType: 'image/webp' } } as const;

const imageParams = z.object({ image: sha256 });

export const imageRoutes = {
  listImages: {
    method: 'get',
    path: '/api/images',
    summary: 'The uploaded images, newest first',
    query: z.strictObject({
      limit: queryInteger(1, MAX_PAGE).optional(),
      before: sha256.optional().meta({ description: 'List those that are older than this one.' }),
      name: z.string().min(1).max(500).optional().meta({
        description:
          'Only the image that a workflow refers to with this: the newest of that name, or the one with that sha256.',
      }),
    }),
    answers: { 200: { description: 'The images.', schema: z.object({ images: z.array(imageRecord) }) } },
  },
  uploadImage: {
    method: 'post',
    path: '/api/images',
    summary: 'Upload an image',
    description:
      'One PNG, JPEG or WebP in the field `file`. The same bytes again give the same image. A workflow names it by its `name` or its `sha256`.',
    upload: true,
    answers: { 201: { description: 'The stored image.', schema: imageRecord } },
    errors: ['too-large', 'wrong-media-type', 'invalid-image', 'unavailable', 'store-full'],
  },
  readImage: {
    method: 'get',
    path: '/api/images/{image}',
    summary: 'The bytes of an uploaded image',
    params: imageParams,
    answers: { 200: { description: 'The file as it was uploaded.', mediaType: 'image/*' } },
    errors: ['not-found', 'unavailable'],
  },
  readImageThumbnail: {
    method: 'get',
    path: '/api/images/{image}/thumbnail',
    summary: 'An uploaded image, small',
    params: imageParams,
    query: thumbnailQuery,
    answers: THUMBNAIL_ANSWERS,
    errors: ['not-found', 'unavailable'],
  },
} as const satisfies RouteTable;
