import { z } from 'zod';
import { blobReply } from '../blob-reply.js';
import { findOutput } from '../find.js';
import { defineRoute } from '../route.js';
import { sha256 } from '../schemas/common.js';
import { outputId } from '../schemas/runs.js';

export const readOutput = defineRoute({
  id: 'readOutput',
  method: 'get',
  path: '/api/outputs/{output}',
  tag: 'outputs',
  summary: 'The bytes of an output',
  params: z.object({ output: outputId }),
  query: z.strictObject({
    sha256: sha256.optional().meta({ description: "The output's own hash: the answer may then be kept for ever." }),
  }),
  replies: { 200: { description: 'The file.', mediaType: 'image/*' } },
  problems: ['not-found', 'unavailable'],
  handle({ params, query }, server) {
    const { sha256, mediaType } = findOutput(server, params.output);
    return blobReply(server.store.blobs, { sha256, mediaType, foreign: false, addressed: query.sha256 });
  },
});
