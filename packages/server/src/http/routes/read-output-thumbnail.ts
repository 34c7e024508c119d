import { z } from 'zod';
import { findOutput } from '../find.js';
import { thumbnailReply } from '../pictures/thumbnails.js';
import { defineRoute } from '../route.js';
import { outputId } from '../schemas/runs.js';
import { thumbnailQuery, thumbnailReplies } from '../schemas/thumbnails.js';

export const readOutputThumbnail = defineRoute({
  id: 'readOutputThumbnail',
  method: 'get',
  path: '/api/outputs/{output}/thumbnail',
  tag: 'outputs',
  summary: 'An output, small',
  params: z.object({ output: outputId }),
  query: thumbnailQuery,
  replies: thumbnailReplies,
  problems: ['not-found'],
  handle({ params, query }, server) {
    const { sha256 } = findOutput(server, params.output);
    return thumbnailReply({ blobs: server.store.blobs, pictures: server.pictures }, { sha256, sidePx: query.side });
  },
});
