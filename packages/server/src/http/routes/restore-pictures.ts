import { z } from 'zod';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { changedReply, deletionId, pictureIds } from '../schemas/gallery.js';

const EITHER = 'expected either "deletion" or "outputs", and no unknown key';

export const restorePictures = defineRoute({
  id: 'restorePictures',
  method: 'post',
  path: '/api/gallery/restorations',
  tag: 'gallery',
  summary: 'Bring back pictures that were deleted',
  body: z
    .union([z.strictObject({ deletion: deletionId }), z.strictObject({ outputs: pictureIds })], { error: EITHER })
    .meta({ id: 'RestorePicturesRequest' }),
  replies: { 200: { description: 'How many came back.', schema: changedReply } },
  problems: ['store-full'],
  handle({ body }, { gallery }) {
    const changed = 'deletion' in body ? gallery.restore(body.deletion) : gallery.restorePictures(body.outputs);
    return jsonReply({ changed });
  },
});
