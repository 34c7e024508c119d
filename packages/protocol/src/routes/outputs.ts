import { z } from 'zod';
import { outputId, queryInteger, sha256 } from '../fields.js';
import { MAX_PAGE } from '../limits.js';
import { receipt } from '../receipts.js';
import type { RouteTable } from '../route.js';
import { outputRecord } from '../runs.js';
import { workflowFile } from '../workflows.js';
import { THUMBNAIL_ANSWERS, thumbnailQuery } from './images.js';

const outputParams = z.object({ output: outputId });

/** An address that names the bytes may be cached for ever. */
export const addressedQuery = z.strictObject({
  sha256: sha256.optional().meta({ description: "The output's own hash: the answer may then be kept for ever." }),
});

const outputReceipt = z
  .object({
    output: outputRecord,
    nodeType: z.string(),
    nodeVersion: z.int(),
    fingerprint: z.string().meta({ description: 'Equal fingerprints, equal results.' }),
    record: receipt
      .optional()
      .meta({ description: 'All that the result was made of, as the image itself carries it; see docs/RESULTS.md.' }),
  })
  .meta({ id: 'Receipt', description: 'What made an output; with its workflow enough to make it again.' });

export const outputRoutes = {
  listOutputs: {
    method: 'get',
    path: '/api/outputs',
    summary: 'What runs have made, newest first',
    query: z.strictObject({
      limit: queryInteger(1, MAX_PAGE).optional(),
      before: outputId.optional(),
      temporary: z.enum(['true', 'false']).optional().meta({ description: 'Including previews.' }),
    }),
    answers: { 200: { description: 'The outputs.', schema: z.object({ outputs: z.array(outputRecord) }) } },
  },
  readOutput: {
    method: 'get',
    path: '/api/outputs/{output}',
    summary: 'The bytes of an output',
    params: outputParams,
    query: addressedQuery,
    answers: { 200: { description: 'The file.', mediaType: 'image/*' } },
    errors: ['not-found', 'unavailable'],
  },
  readOutputThumbnail: {
    method: 'get',
    path: '/api/outputs/{output}/thumbnail',
    summary: 'An output, small',
    params: outputParams,
    query: thumbnailQuery.extend(addressedQuery.shape),
    answers: THUMBNAIL_ANSWERS,
    errors: ['not-found', 'unavailable'],
  },
  readOutputWorkflow: {
    method: 'get',
    path: '/api/outputs/{output}/workflow',
    summary: 'The workflow that made an output',
    params: outputParams,
    answers: { 200: { description: 'The workflow as it ran.', schema: workflowFile } },
    errors: ['not-found'],
  },
  readOutputReceipt: {
    method: 'get',
    path: '/api/outputs/{output}/receipt',
    summary: 'What made an output',
    params: outputParams,
    answers: { 200: { description: 'The receipt.', schema: outputReceipt } },
    errors: ['not-found', 'unavailable'],
  },
} as const satisfies RouteTable;
