import { readStoredReceipt } from '../../services/receipts/read-receipt.js';
import { findOutput } from '../find.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import type { Handlers } from '../route.js';
import { fileReply, thumbnailReply } from '../stored-file-reply.js';

export const outputHandlers: Handlers<'outputs'> = {
  listOutputs({ query: { limit = 100, before, temporary } }, { store }) {
    const request = { limit, temporary: temporary === 'true', ...(before === undefined ? {} : { before }) };
    return jsonReply({ outputs: store.outputs.list(request) });
  },

  readOutput({ params, query }, server) {
    const { sha256, mediaType } = findOutput(server, params.output);
    return fileReply(server.store.blobs, { sha256, mediaType, foreign: false, addressed: query.sha256 });
  },

  readOutputThumbnail({ params, query }, server) {
    const { sha256 } = findOutput(server, params.output);
    return thumbnailReply(server, { sha256, sidePx: query.side, foreign: false, addressed: query.sha256 });
  },

  readOutputWorkflow: ({ params }, server) =>
    jsonReply(server.runs.readWorkflow(findOutput(server, params.output).runId)),

  async readOutputReceipt({ params }, server) {
    const output = findOutput(server, params.output);
    const made = server.store.outputs.readReceipt(output.id);
    if (made === undefined)
      throw new Problem('not-found', `The output "${output.id}" has no receipt.`, {
        because: { code: 'not-found', what: 'receipt' },
      });
    const record = await readStoredReceipt(server.store.blobs, output.sha256);
    return jsonReply({ output, ...made, ...(record === undefined ? {} : { record }) });
  },
};
