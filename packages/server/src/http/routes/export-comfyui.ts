import { ComfyFormatError } from '@unclip-studio/comfyui';
import { z } from 'zod';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { exportedPrompt } from '../schemas/comfyui.js';
import { workflowFile } from '../schemas/workflows.js';

export const exportComfyUiRoute = defineRoute({
  id: 'exportComfyUi',
  method: 'post',
  path: '/api/comfyui/export',
  tag: 'workflows',
  summary: "Say a workflow in ComfyUI's API format, as far as it has nodes for it",
  body: z.strictObject({ workflow: workflowFile }).meta({ id: 'ComfyUiExportRequest' }),
  replies: { 200: { description: 'The prompt, and what is left out of it.', schema: exportedPrompt } },
  problems: ['too-large', 'unavailable'],
  async handle({ body }, { imports }) {
    try {
      return jsonReply(await imports.exportWorkflow(JSON.stringify(body.workflow)));
    } catch (error) {
      if (!(error instanceof ComfyFormatError)) throw error;
      throw new Problem('bad-request', error.message, { cause: error });
    }
  },
});
