import { z } from 'zod';
import { count, idOf, label, outputId, queryInteger, timestamp } from '../fields.js';
import { MAX_CHANGED_OUTPUTS, MAX_PAGE } from '../limits.js';
import type { RouteTable } from '../route.js';
import { outputRecord } from '../runs.js';
import type { Wire } from '../wire.js';

const imageFields = {
  ...outputRecord.shape,
  title: z.string().meta({ description: "The run's." }),
  starred: z.boolean(),
  board: z.string().optional().meta({ description: 'The collection that it was put into.' }),
  prompt: z.string().meta({ description: 'Empty until the image was indexed, and if it contains no data.' }),
  model: z.string().meta({ description: 'Name of the checkpoint; empty as the prompt is.' }),
  deletedAt: timestamp.optional(),
};

const galleryImage = z
  .object(imageFields)
  .meta({ id: 'GalleryPicture', description: 'A kept image as the gallery shows it.' });
export type GalleryPicture = Wire<typeof galleryImage>;

const similarImage = z
  .object({
    ...imageFields,
    likeness: z.number().min(-1).max(1).meta({ description: 'Of what both show; 1 for the same image.' }),
  })
  .meta({ id: 'SimilarPicture' });
export type SimilarPicture = Wire<typeof similarImage>;

const galleryPage = z.object({
  pictures: z.array(galleryImage),
  total: count.meta({ description: 'How many fit in all.' }),
  upTo: count.meta({ description: 'Goes with further pages, so that places stay.' }),
});
export type GalleryPage = Wire<typeof galleryPage>;

const galleryFacets = z
  .object({
    models: z.array(z.object({ name: z.string(), count })),
    months: z.array(z.object({ month: z.string().meta({ example: '2026-01' }), count })),
    boards: z.array(z.object({ name: z.string(), count })),
    starred: count,
    deleted: count,
  })
  .meta({ id: 'GalleryFacets', description: 'How many images there are of each kind.' });
export type GalleryFacets = Wire<typeof galleryFacets>;

const unstarred = z.object({ count, sizeBytes: count, upTo: count });
export type Unstarred = Wire<typeof unstarred>;

const deletionId = idOf('a deletion', 'uuid', ', by which all of it comes back');

const deletion = z
  .object({ deletion: deletionId, count, sizeBytes: count })
  .meta({ id: 'Deletion', description: 'The deleted items. They can be restored for 30 days.' });
export type Deletion = Wire<typeof deletion>;

const differences = z.object({
  samePixels: z.boolean().optional().meta({ description: 'Left out if one of them carries no receipt.' }),
  differences: z.array(
    z.object({ node: z.string(), nodeType: z.string(), param: z.string().optional(), words: z.string() }),
  ),
});
export type Difference = Wire<typeof differences>['differences'][number];

const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'expected a time zone as IANA names it, such as Europe/Berlin')
  .optional()
  .meta({
    description: "The time zone of dates, as IANA names it; the server's own when left out.",
    example: 'Europe/Berlin',
  });

function isTimeZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

const outputIds = z.array(outputId).min(1).max(MAX_CHANGED_OUTPUTS);
const changed = z.object({ changed: count });

export const galleryRoutes = {
  listGallery: {
    method: 'get',
    path: '/api/gallery',
    summary: 'Find kept images',
    description:
      'Any page can be requested. Pass `upTo` of the first page with all others: then positions stay the same while new images arrive.',
    query: z.strictObject({
      query: z.string().max(500).optional().meta({
        description: 'What the images have to be like; docs/RESULTS.md says how to write it.',
        example: 'heart -blue steps>20 is:starred',
      }),
      timeZone,
      order: z.enum(['newest', 'oldest']).optional(),
      offset: queryInteger(0, 1e9).optional().meta({ description: 'How many images to pass over.' }),
      limit: queryInteger(1, MAX_PAGE).optional(),
      upTo: queryInteger(0, Number.MAX_SAFE_INTEGER).optional().meta({ description: 'What came later is left out.' }),
    }),
    answers: { 200: { description: 'One page, and how many images fit in all.', schema: galleryPage } },
  },
  readGalleryFacets: {
    method: 'get',
    path: '/api/gallery/facets',
    summary: 'Which models, months and states there are images of',
    query: z.strictObject({ timeZone }),
    answers: { 200: { description: 'The counts.', schema: galleryFacets } },
  },
  findSimilarPictures: {
    method: 'get',
    path: '/api/gallery/{output}/similar',
    summary: 'Images that show something like this one',
    description:
      "Compares embeddings from the image encoder of the image's own checkpoint, among the images that the same encoder has indexed. New images are indexed automatically while no run is active.",
    params: z.object({ output: outputId }),
    query: z.strictObject({ limit: queryInteger(1, 200).optional() }),
    answers: { 200: { description: 'The most alike first.', schema: z.object({ pictures: z.array(similarImage) }) } },
    errors: ['not-found', 'unavailable'],
  },
  comparePictures: {
    method: 'get',
    path: '/api/gallery/{output}/differences',
    summary: 'In which settings two images differ',
    params: z.object({ output: outputId }),
    query: z.strictObject({ other: outputId }),
    answers: {
      200: { description: 'The first difference first; the output is A, the other one B.', schema: differences },
    },
    errors: ['not-found', 'unavailable'],
  },
  starPictures: {
    method: 'put',
    path: '/api/gallery/stars',
    summary: 'Star images, or take the stars away',
    body: z.strictObject({ outputs: outputIds, starred: z.boolean() }).meta({ id: 'StarRequest' }),
    answers: { 200: { description: 'How many changed.', schema: changed } },
    errors: ['store-full'],
  },
  moveToBoard: {
    method: 'put',
    path: '/api/gallery/board',
    summary: 'Put images on a board, or take them off their boards',
    description: 'A board is there as long as an image is on it. An image is on one board at most.',
    body: z
      .strictObject({ outputs: outputIds, board: label.nullable().meta({ description: 'null: none.' }) })
      .meta({ id: 'BoardRequest' }),
    answers: { 200: { description: 'How many changed.', schema: changed } },
    errors: ['store-full'],
  },
  readUnstarred: {
    method: 'get',
    path: '/api/gallery/unstarred',
    summary: 'What cleaning up would delete',
    answers: {
      200: {
        description: 'The images without a star; `upTo` goes with the deletion, so that it takes no newer ones.',
        schema: unstarred,
      },
    },
  },
  deletePictures: {
    method: 'post',
    path: '/api/gallery/deletions',
    summary: 'Delete images, or all without a star',
    description: 'They leave every list at once and can be brought back for 30 days; then their bytes go too.',
    body: z
      .union(
        [
          z.strictObject({ outputs: outputIds }),
          z.strictObject({ unstarredUpTo: count.meta({ description: '`upTo` of /api/gallery/unstarred.' }) }),
        ],
        { error: 'expected either "outputs" or "unstarredUpTo", and no unknown key' },
      )
      .meta({ id: 'DeletePicturesRequest' }),
    answers: { 201: { description: 'The deleted items.', schema: deletion } },
    errors: ['store-full'],
  },
  restorePictures: {
    method: 'post',
    path: '/api/gallery/restorations',
    summary: 'Bring back images that were deleted',
    body: z
      .union([z.strictObject({ deletion: deletionId }), z.strictObject({ outputs: outputIds })], {
        error: 'expected either "deletion" or "outputs", and no unknown key',
      })
      .meta({ id: 'RestorePicturesRequest' }),
    answers: { 200: { description: 'How many came back.', schema: changed } },
    errors: ['store-full'],
  },
} as const satisfies RouteTable;
