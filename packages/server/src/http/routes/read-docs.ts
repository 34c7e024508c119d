import { defineRoute } from '../route.js';

export const readDocs = defineRoute({
  id: 'readDocs',
  method: 'get',
  path: '/api/docs',
  tag: 'operation',
  summary: 'This API as a page to read',
  replies: { 200: { description: 'The page.', mediaType: 'text/html' } },
  async handle() {
    const [{ openApiDocument }, { docsPage }] = await Promise.all([
      import('../openapi.js'),
      import('../pages/docs-page.js'),
    ]);
    return { kind: 'text', status: 200, mediaType: 'text/html', body: docsPage(openApiDocument()) };
  },
});
