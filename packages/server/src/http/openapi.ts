import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import {
  API,
  PROBLEM_KINDS,
  type ProblemKind,
  type ProblemStatus,
  problem,
  type RouteDeclaration,
} from '@unclip-studio/protocol';
import { z } from 'zod';
import type { ApiPrefix } from './route.js';

/** What any route may answer. */
const COMMON_PROBLEMS: readonly ProblemKind[] = [
  'bad-request',
  'foreign-origin',
  'wrong-method',
  'foreign-host',
  'too-many-requests',
  'internal-error',
];

export type OpenApiDocument = ReturnType<OpenApiGeneratorV31['generateDocument']>;
const documents = new Map<ApiPrefix, OpenApiDocument>();

/** The API as OpenAPI 3.1, made from the declarations that answer requests. */
export function openApiDocument(prefix: ApiPrefix = '/api'): OpenApiDocument {
  const document = documents.get(prefix) ?? makeDocument(prefix);
  documents.set(prefix, document);
  return document;
}

function makeDocument(prefix: ApiPrefix): OpenApiDocument {
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
  for (const [tag, table] of Object.entries(API)) {
    for (const [id, route] of Object.entries<RouteDeclaration>(table)) {
      register(registry, { ...route, id, tag, path: route.path.replace(/^\/api(?=\/)/, prefix) });
    }
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'unclip-studio',
      version: '1',
      description:
        `Runs workflows for Stable Diffusion unCLIP. Live events come by WebSocket at ${prefix}/events; see docs/PROTOCOL.md. ` +
        'The routes below /api/v1 are those below /api, and stay as they are but for what is added; see docs/SERVICE.md.',
    },
    security: [{ bearer: [] }],
  });
}

interface NamedRoute extends RouteDeclaration {
  readonly id: string;
  readonly tag: string;
}

function register(registry: OpenAPIRegistry, route: NamedRoute): void {
  const { id, method, path, tag, summary, description, params, query, headers, body, upload, access } = route;
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

function okResponses({ answers }: RouteDeclaration) {
  const entries = Object.entries(answers).map(([status, { description, mediaType = 'application/json', schema }]) => {
    const content = { [mediaType]: schema ? { schema } : {} };
    return [status, { description, ...(status === '204' ? {} : { content }) }] as const;
  });
  return Object.fromEntries(entries);
}

function problemResponses({ errors = [], errorBodies = {}, body, upload, access }: RouteDeclaration) {
  const kinds = new Set([...COMMON_PROBLEMS, ...errors]);
  if (access !== 'public') kinds.add('not-signed-in');
  if (body || upload) for (const kind of ['too-large', 'wrong-media-type'] as const) kinds.add(kind);
  const byStatus = new Map<ProblemStatus, string[]>();
  for (const kind of kinds) {
    const { status, title } = PROBLEM_KINDS[kind];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `${kind}: ${title}.`]);
  }
  const responses = [...byStatus].map(([status, titles]) => {
    const schema = errorBodies[status] ?? problem;
    return [
      String(status),
      { description: titles.join(' '), content: { 'application/problem+json': { schema } } },
    ] as const;
  });
  return Object.fromEntries(responses);
}
