import { z } from 'zod';
import type { RouteTable } from '../route.js';

const health = z
  .object({ canTakeWork: z.boolean(), reason: z.string().optional() })
  .meta({ id: 'Health', description: 'Whether a run that is queued now would be done.' });

export const operationRoutes = {
  readHealth: {
    method: 'get',
    path: '/api/health',
    summary: 'Whether the server can take work',
    access: 'public',
    answers: {
      200: { description: 'It can.', schema: health },
      503: { description: 'It cannot, and why.', schema: health },
    },
  },
  readMetrics: {
    method: 'get',
    path: '/api/metrics',
    summary: 'Metrics for Prometheus',
    answers: { 200: { description: 'Text of Prometheus.', mediaType: 'text/plain' } },
  },
  readOpenApi: {
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This API as OpenAPI 3.1',
    answers: { 200: { description: 'The document.', schema: z.looseObject({ openapi: z.string() }) } },
  },
  readDocs: {
    method: 'get',
    path: '/api/docs',
    summary: 'This API as a page to read',
    answers: { 200: { description: 'The page.', mediaType: 'text/html' } },
  },
} as const satisfies RouteTable;

export const sessionRoutes = {
  openSession: {
    method: 'post',
    path: '/api/session',
    summary: "Exchange the token for the browser's cookie",
    access: 'public',
    body: z.strictObject({ token: z.string().min(1).max(1024) }).meta({ id: 'SessionRequest' }),
    answers: { 204: { description: 'The cookie is set: HttpOnly, SameSite=Strict, over https Secure.' } },
    errors: ['not-signed-in'],
  },
  closeSession: {
    method: 'delete',
    path: '/api/session',
    summary: 'Sign this browser out',
    description: 'Ends the session on the server too: a copy of the cookie is worth nothing afterwards.',
    headers: z.object({ cookie: z.string().optional() }),
    answers: { 204: { description: 'The session has ended, and the cookie is gone.' } },
    errors: ['store-full'],
  },
} as const satisfies RouteTable;
