import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';
import { PROBLEM_KINDS, type ProblemKind } from './problem.js';
import type { Route } from './route.js';
import { ROUTES } from './routes/index.js';
import { problem } from './schemas/common.js';

/** What any route may answer, whatever it does. */
const COMMON_PROBLEMS: readonly ProblemKind[] = [
  'bad-request',
  'foreign-origin',
  'wrong-method',
  'foreign-host',
  'too-many-requests',
  'internal-error',
];

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;
let document: OpenApiDocument | undefined;

/** The API as OpenAPI 3.1, made from the same routes and schemas that answer. */
export function openApiDocument(): OpenApiDocument {
  document ??= makeDocument(ROUTES);
  return document;
}

function makeDocument(routes: readonly Route[]): OpenApiDocument {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'The token that the server keeps in its data folder, or that its operator set.',
  });
  registry.registerComponent('securitySchemes', 'shareLink', {
    type: 'http',
    scheme: 'bearer',
    description: 'The secret of a share link.',
  });
  for (const route of routes) register(registry, route);
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'unclip-studio',
      version: '1',
      description:
        'Runs workflows for Stable Diffusion unCLIP. Live events come by WebSocket at /api/events; see docs/PROTOCOL.md.',
    },
    security: [{ bearer: [] }],
  });
}

function register(registry: OpenAPIRegistry, route: Route): void {
  const { id, method, path, tag, summary, description, schemas, upload, access } = route;
  const { params, query, headers, body } = schemas;
  const uploadBody = z.strictObject({ file: z.string().meta({ type: 'string', format: 'binary' }) });
  registry.registerPath({
    method,
    path,
    operationId: id,
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    ...(access === 'public' ? { security: [] } : access === 'grant' ? { security: [{ shareLink: [] }] } : {}),
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
      ...(upload && { body: { required: true, content: { 'multipart/form-data': { schema: uploadBody } } } }),
    },
    responses: { ...problemResponses(route), ...okResponses(route) },
  });
}

function okResponses({ replies }: Route) {
  const entries = Object.entries(replies).map(([status, { description, mediaType, schema }]) => {
    const content = schema
      ? { [mediaType ?? 'application/json']: { schema } }
      : { [mediaType ?? 'application/json']: {} };
    return [status, { description, ...(status === '204' ? {} : { content }) }] as const;
  });
  return Object.fromEntries(entries);
}

function problemResponses({ problems = [], schemas, upload, access }: Route) {
  const kinds = new Set([...COMMON_PROBLEMS, ...problems]);
  if (access !== 'public') kinds.add('not-signed-in');
  if (schemas.body || upload) for (const kind of ['too-large', 'wrong-media-type'] as const) kinds.add(kind);
  const byStatus = new Map<number, string[]>();
  for (const kind of kinds) {
    const { status, title } = PROBLEM_KINDS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${kind}: ${title}.`]);
  }
  const responses = [...byStatus].map(
    ([status, titles]) =>
      [
        String(status),
        { description: titles.join(' '), content: { 'application/problem+json': { schema: problem } } },
      ] as const,
  );
  return Object.fromEntries(responses);
}
