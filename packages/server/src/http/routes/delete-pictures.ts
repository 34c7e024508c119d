import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { deletionReply, pictureIds } from '../schemas/gallery.js';

const EITHER = 'expected either "outputs" or "unstarredUpTo", and no unknown key';

export const deletePictures = defineRoute({
  id: 'deletePictures',
  method: 'post',
  path: '/api/gallery/deletions',
  tag: 'gallery',
  summary: 'Delete pictures, or all without a star',
  description: 'They leave every list at once and can be brought back for 30 days; then their bytes go too.',
  body: z
    .union(
      [
        z.strictObject({ outputs: pictureIds }),
        z.strictObject({
          unstarredUpTo: z.int().min(0).meta({ description: '`upTo` of /api/gallery/unstarred.' }),
        }),
      ],
      { error: EITHER },
    )
    .meta({ id: 'DeletePicturesRequest' }),
  replies: { 201: { description: 'What was deleted.', schema: deletionReply } },
  problems: ['store-full'],
  handle({ body }, { gallery }) {
    const made = 'outputs' in body ? gallery.delete(body.outputs) : gallery.deleteUnstarred(body.unstarredUpTo);
    const { id: deletion, count, sizeBytes } = made;
    return jsonReply({ deletion, count, sizeBytes }, 201);
  },
});
