import { compareRecords } from '@unclip-studio/graph-core';
import { z } from 'zod';
import { describeDifference } from '../../services/receipts/difference-words.js';
import { readStoredReceipt } from '../../services/receipts/stored-receipt.js';
import { findPicture } from '../find-pictures.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { outputId } from '../schemas/runs.js';

export const comparePictures = defineRoute({
  id: 'comparePictures',
  method: 'get',
  path: '/api/gallery/{output}/differences',
  tag: 'gallery',
  summary: 'At which settings two pictures part',
  params: z.object({ output: outputId }),
  query: z.strictObject({ other: outputId }),
  replies: {
    200: {
      description: 'The first difference first; the output is A, the other one B.',
      schema: z.object({
        samePixels: z.boolean().optional().meta({ description: 'Left out if one of them carries no receipt.' }),
        differences: z.array(
          z.object({ node: z.string(), nodeType: z.string(), param: z.string().optional(), words: z.string() }),
        ),
      }),
    },
  },
  problems: ['not-found', 'unavailable'],
  async handle({ params, query }, server) {
    const [a, b] = await Promise.all(
      [params.output, query.other].map((id) => readStoredReceipt(server.store.blobs, findPicture(server, id).sha256)),
    );
    if (a === undefined || b === undefined) return jsonReply({ differences: [] });
    const differences = compareRecords(a.nodes, b.nodes).map((difference) => ({
      node: difference.a.id,
      nodeType: difference.a.type,
      ...(difference.what.kind === 'param' ? { param: difference.what.param } : {}),
      words: describeDifference(difference),
    }));
    return jsonReply({ samePixels: a.pixels === b.pixels, differences });
  },
});
