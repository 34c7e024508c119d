import { z } from 'zod';
import { receiptSchema } from '../../services/receipts/read-receipt.js';
import { readStoredReceipt } from '../../services/receipts/stored-receipt.js';
import { findOutput } from '../find.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { outputId, outputRecord } from '../schemas/runs.js';

const receipt = z
  .object({
    output: outputRecord,
    nodeType: z.string(),
    nodeVersion: z.int(),
    fingerprint: z.string().meta({ description: 'Equal fingerprints, equal results.' }),
    record: receiptSchema
      .optional()
      .meta({ description: 'All that the result was made of, as the picture itself carries it; see docs/RESULTS.md.' }),
  })
  .meta({ id: 'Receipt', description: 'What made an output; with its workflow enough to make it again.' });

export const readOutputReceipt = defineRoute({
  id: 'readOutputReceipt',
  method: 'get',
  path: '/api/outputs/{output}/receipt',
  tag: 'outputs',
  summary: 'What made an output',
  params: z.object({ output: outputId }),
  replies: { 200: { description: 'The receipt.', schema: receipt } },
  problems: ['not-found', 'unavailable'],
  async handle({ params }, server) {
    const output = findOutput(server, params.output);
    const made = server.store.outputs.readReceipt(output.id);
    if (made === undefined) throw new Problem('not-found', `The output "${output.id}" has no receipt.`);
    const record = await readStoredReceipt(server.store.blobs, output.sha256);
    return jsonReply({ output, ...made, ...(record === undefined ? {} : { record }) });
  },
});
