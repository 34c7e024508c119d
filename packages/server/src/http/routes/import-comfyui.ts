import { ComfyFormatError } from '@unclip-studio/comfyui';
import { z } from 'zod';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { importedWorkflow } from '../schemas/comfyui.js';

const MAX_TEXT = 4_000_000;

export const importComfyUiRoute = defineRoute({
  id: 'importComfyUi',
  method: 'post',
  path: '/api/comfyui/import',
  tag: 'workflows',
  summary: 'Turn a workflow of ComfyUI into one of ours; nothing is saved',
  body: z
    .strictObject({
      text: z.string().max(MAX_TEXT).meta({ description: "The JSON as text, in the page's format or the API's." }),
      title: z.string().max(200).optional(),
    })
    .meta({ id: 'ComfyUiImportRequest' }),
  replies: { 200: { description: 'The workflow, and what became of each node.', schema: importedWorkflow } },
  problems: ['too-large', 'unavailable'],
  async handle({ body: { text, title } }, { imports }) {
    try {
      return jsonReply(await imports.importWorkflow(text, title));
    } catch (error) {
      if (error instanceof ComfyFormatError) throw new Problem('bad-request', error.message);
      throw error;
    }
  },
});
