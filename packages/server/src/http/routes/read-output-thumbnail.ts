import { z } from 'zod';
import { findOutput } from '../find.js';
import { thumbnailReply } from '../pictures/thumbnails.js';
import { defineRoute } from '../route.js';
import { sha256 } from '../schemas/common.js';
import { outputId } from '../schemas/runs.js';
import { thumbnailQuery, thumbnailReplies } from '../schemas/thumbnails.js';

export const readOutputThumbnail = defineRoute({
  id: 'readOutputThumbnail',
  method: 'get',
  path: '/api/outputs/{output}/thumbnail',
  tag: 'outputs',
  summary: 'An output, small',
  params: z.object({ output: outputId }),
  query: thumbnailQuery.extend({
    sha256: sha256.optional().meta({ description: "The output's own hash: the answer may then be kept for ever." }),
  }),
  replies: thumbnailReplies,
  problems: ['not-found', 'unavailable'],
  handle({ params, query }, server) {
    const { sha256: id } = findOutput(server, params.output);
    const request = { sha256: id, sidePx: query.side, foreign: false, addressed: query.sha256 };
    return thumbnailReply({ blobs: server.store.blobs, pictures: server.pictures }, request);
  },
});
