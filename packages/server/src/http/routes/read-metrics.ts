import { defineRoute } from '../route.js';

export const readMetrics = defineRoute({
  id: 'readMetrics',
  method: 'get',
  path: '/api/metrics',
  tag: 'operation',
  summary: 'Figures for Prometheus',
  replies: { 200: { description: 'Text of Prometheus.', mediaType: 'text/plain' } },
  handle: async (_, { metrics }) => ({ kind: 'text', status: 200, mediaType: 'text/plain', body: await metrics() }),
});
