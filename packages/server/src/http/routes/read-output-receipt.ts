import { z } from 'zod';
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
  problems: ['not-found'],
  handle({ params }, server) {
    const output = findOutput(server, params.output);
    const made = server.store.outputs.readReceipt(output.id);
    if (made === undefined) throw new Problem('not-found', `The output "${output.id}" has no receipt.`);
    return jsonReply({ output, ...made });
  },
});
