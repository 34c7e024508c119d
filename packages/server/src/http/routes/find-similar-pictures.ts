import { z } from 'zod';
import { findPicture } from '../find-pictures.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { queryInteger } from '../schemas/common.js';
import { similarPicture } from '../schemas/gallery.js';
import { outputId } from '../schemas/runs.js';

const RETRY_AFTER_S = 10;

export const findSimilarPictures = defineRoute({
  id: 'findSimilarPictures',
  method: 'get',
  path: '/api/gallery/{output}/similar',
  tag: 'gallery',
  summary: 'Pictures that show something like this one',
  description:
    "Compares what the image encoder of the picture's own checkpoint sees, among the pictures that the same encoder has looked at. It looks at new pictures by itself while no run is under way.",
  params: z.object({ output: outputId }),
  query: z.strictObject({ limit: queryInteger(1, 200).optional() }),
  replies: { 200: { description: 'The most alike first.', schema: z.object({ pictures: z.array(similarPicture) }) } },
  problems: ['not-found', 'unavailable'],
  async handle({ params, query }, server) {
    const picture = findPicture(server, params.output);
    const pictures = await server.gallery.similar(picture, query.limit ?? 50);
    if (pictures !== undefined) return jsonReply({ pictures });
    const models = server.store.gallery.modelsOf(picture.id);
    if (models.length === 0) {
      throw new Problem('not-found', 'That picture does not say which checkpoint made it, so none can look at it.');
    }
    throw new Problem(
      'unavailable',
      `Nothing has looked at that picture yet, and just now it cannot be done: the worker is busy, or none of the checkpoints that made it (${models.join(', ')}) is here with an image encoder.`,
      { headers: { 'retry-after': String(RETRY_AFTER_S) } },
    );
  },
});
