import { z } from 'zod';
import { sha256 } from '../../services/sha256.js';
import { openedOver } from '../../store/bytes/byte-store.js';
import { Problem } from '../problem.js';
import { defineRoute } from '../route.js';
import { thumbnailReplies } from '../schemas/thumbnails.js';
import { workflowName } from '../schemas/workflows.js';

export const readTemplateThumbnail = defineRoute({
  id: 'readTemplateThumbnail',
  method: 'get',
  path: '/api/templates/{name}/thumbnail',
  tag: 'workflows',
  summary: 'What an example workflow makes, small',
  params: z.object({ name: workflowName }),
  replies: thumbnailReplies,
  problems: ['not-found'],
  async handle({ params }, { templates }) {
    const bytes = await templates.thumbnail(params.name);
    if (bytes === undefined) throw new Problem('not-found', `There is no picture of a template "${params.name}".`);
    const etag = `"${sha256(bytes).slice(0, 32)}"`;
    const facts = { mediaType: 'image/webp', content: openedOver(bytes), etag, foreign: false };
    return { kind: 'file', ...facts, immutable: false };
  },
});
