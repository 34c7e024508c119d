import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';

export const readOpenApi = defineRoute({
  id: 'readOpenApi',
  method: 'get',
  path: '/api/openapi.json',
  tag: 'operation',
  summary: 'This API as OpenAPI 3.1',
  replies: { 200: { description: 'The document.' } },
  async handle() {
    // Only who asks for the document needs what makes it.
    const { openApiDocument } = await import('../openapi.js');
    return jsonReply(openApiDocument());
  },
});
