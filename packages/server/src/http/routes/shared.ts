import { readFile } from 'node:fs/promises';
import type { NodeDefinition, Workflow } from '@unclip-studio/graph-core';
import { z } from 'zod';
import type { Grant } from '../../store/grants-table.js';
import { blobReply } from '../blob-reply.js';
import { findOutput } from '../find.js';
import { grantOfSecret, uploadTooLarge } from '../grants/admit-grant.js';
import { imagesOf, readSharedWorkflow, sharedInputs } from '../grants/shared-workflow.js';
import { checkUploadLimit, startSharedRun } from '../grants/start-shared-run.js';
import { thumbnailReply } from '../pictures/thumbnails.js';
import { Problem } from '../problem.js';
import { jsonReply } from '../reply.js';
import { defineRoute } from '../route.js';
import { runId, sha256 } from '../schemas/common.js';
import {
  grantParams,
  openSharedBody,
  sharedImage,
  sharedRun,
  sharedThing,
  startSharedRunBody,
  toSharedRun,
} from '../schemas/grants.js';
import { outputId } from '../schemas/runs.js';
import { thumbnailQuery, thumbnailReplies } from '../schemas/thumbnails.js';
import { formatGrantCookie } from '../security/session-cookie.js';
import type { ServerParts } from '../server-parts.js';
import { checkPicture } from '../store-picture.js';

const SHARED = { tag: 'sharing', access: 'grant' } as const;
const MAX_LISTED = 20;

export const openShared = defineRoute({
  id: 'openShared',
  method: 'post',
  path: '/api/shared',
  tag: 'sharing',
  summary: 'Open a share link: exchange its secret for a cookie, and say what it shows',
  description: 'The cookie opens the addresses of this grant only. Programs send the secret as Bearer instead.',
  access: 'public',
  body: openSharedBody,
  replies: { 200: { description: 'What the link shows.', schema: sharedThing } },
  problems: ['not-signed-in', 'not-found'],
  handle({ body, isSecure }, server) {
    const { rules, nowMs } = server;
    const grant = grantOfSecret(body.secret, server);
    const cookie = formatGrantCookie({
      port: rules.port,
      value: body.secret,
      maxAgeS: Math.ceil((grant.expiresAt - nowMs()) / 1000),
      path: `${rules.basePath}api/shared/${grant.id}`,
      isSecure,
    });
    return jsonReply(describeShared(grant, server), 200, { 'set-cookie': cookie });
  },
});

export const readShared = defineRoute({
  ...SHARED,
  id: 'readShared',
  method: 'get',
  path: '/api/shared/{grant}',
  summary: 'What a share link shows',
  params: grantParams,
  replies: { 200: { description: 'What the link shows.', schema: sharedThing } },
  problems: ['not-found'],
  handle: (request, server) => jsonReply(describeShared(grantOf(request), server)),
});

function describeShared(grant: Grant, server: ServerParts) {
  const { workflow } = readSharedWorkflow(grant, server);
  const isForm = grant.kind === 'form';
  const inputs = sharedInputs(workflow, server.catalog);
  const fields = new Set(inputs.filter(({ param }) => param.kind === 'image').map(({ value }) => value));
  const images = [...imagesOf(workflow, server)].filter(([name]) => !isForm || fields.has(name));
  return {
    grant: grant.id,
    kind: grant.kind,
    title: workflow.title ?? grant.workflowName,
    ...(workflow.description === undefined ? {} : { description: workflow.description }),
    expiresAt: new Date(grant.expiresAt).toISOString(),
    images: images.map(([name, image]) => ({ ...sizeOf(image), name })),
    ...(isForm
      ? { inputs, uploadBytes: grant.limits.uploadBytes }
      : { workflow, nodes: definitionsOf(workflow, server) }),
  };
}

/** Of the types that the workflow itself uses. */
function definitionsOf(workflow: Workflow, { catalog }: ServerParts): readonly NodeDefinition[] {
  const bodies = [workflow, ...Object.values(workflow.subgraphs ?? {})];
  const types = new Set(bodies.flatMap(({ nodes }) => Object.values(nodes).map(({ type }) => type)));
  return [...types].flatMap((type) => catalog.types.get(type) ?? []);
}

export const readSharedImage = defineRoute({
  ...SHARED,
  id: 'readSharedImage',
  method: 'get',
  path: '/api/shared/{grant}/images/{image}',
  summary: 'An image that a share link shows, or that was uploaded by it',
  params: grantParams.extend({ image: sha256 }),
  replies: { 200: { description: 'The file as it was uploaded.', mediaType: 'image/*' } },
  problems: ['not-found', 'unavailable'],
  handle(request, server) {
    const { sha256: id, mediaType } = findSharedImage(grantOf(request), request.params.image, server);
    return blobReply(server.store.blobs, { sha256: id, mediaType, foreign: true, addressed: id });
  },
});

export const readSharedImageThumbnail = defineRoute({
  ...SHARED,
  id: 'readSharedImageThumbnail',
  method: 'get',
  path: '/api/shared/{grant}/images/{image}/thumbnail',
  summary: 'The same image, small',
  params: grantParams.extend({ image: sha256 }),
  query: thumbnailQuery,
  replies: thumbnailReplies,
  problems: ['not-found', 'unavailable'],
  handle(request, server) {
    const { sha256: id } = findSharedImage(grantOf(request), request.params.image, server);
    const wanted = { sha256: id, sidePx: request.query.side, foreign: true, addressed: id };
    return thumbnailReply({ blobs: server.store.blobs, pictures: server.pictures }, wanted);
  },
});

function findSharedImage(grant: Grant, id: string, server: ServerParts) {
  const uploaded = server.store.grants.readImage(grant.id, id);
  if (uploaded !== undefined) return uploaded;
  const shown = describeShared(grant, server).images.some((image) => image.sha256 === id);
  const image = shown ? server.store.images.read(id) : undefined;
  if (image === undefined) throw new Problem('not-found', `This link shows no image "${id}".`);
  return image;
}

export const uploadSharedImage = defineRoute({
  ...SHARED,
  id: 'uploadSharedImage',
  method: 'post',
  path: '/api/shared/{grant}/images',
  summary: 'Store an image for the runs of a shared form',
  description: 'One PNG, JPEG or WebP in the field `file`. It can be used by this link only, by its sha256.',
  params: grantParams,
  upload: true,
  replies: { 201: { description: 'The stored image.', schema: sharedImage } },
  problems: ['not-found', 'too-large', 'wrong-media-type', 'invalid-image', 'too-many-requests', 'store-full'],
  async handle(request, server) {
    const grant = formOf(request);
    const { upload } = request;
    if (upload === undefined) throw new Error('Internal error: the upload gate let a request without a file through');
    if (upload.sizeBytes > grant.limits.uploadBytes) throw uploadTooLarge(grant.limits.uploadBytes);
    checkUploadLimit(grant, server);
    const bytes = await readFile(upload.path);
    const picture = await checkPicture(bytes, upload.label, server);
    const stored = { ...picture, sha256: await server.store.blobs.put(bytes), sizeBytes: bytes.length };
    // Others may have been uploaded meanwhile.
    checkUploadLimit(grant, server);
    server.store.grants.addImage(grant.id, stored, server.nowMs());
    return jsonReply({ ...sizeOf(stored), name: stored.name }, 201);
  },
});

export const startSharedRunRoute = defineRoute({
  ...SHARED,
  id: 'startSharedRun',
  method: 'post',
  path: '/api/shared/{grant}/runs',
  summary: 'Run a shared form with its inputs set',
  params: grantParams,
  body: startSharedRunBody,
  replies: { 201: { description: 'The queued run.', schema: sharedRun } },
  problems: ['not-found', 'invalid-workflow', 'too-many-requests', 'queue-full', 'unavailable', 'store-full'],
  async handle(request, server) {
    const run = await startSharedRun(formOf(request), request.body.inputs, server);
    return jsonReply(toSharedRun(server.runs.read(run.id)), 201);
  },
});

export const listSharedRuns = defineRoute({
  ...SHARED,
  id: 'listSharedRuns',
  method: 'get',
  path: '/api/shared/{grant}/runs',
  summary: 'The last runs that were started by this link, newest first',
  params: grantParams,
  replies: { 200: { description: 'The runs.', schema: z.object({ runs: z.array(sharedRun) }) } },
  problems: ['not-found'],
  handle(request, { store, runs }) {
    const ids = store.grants.runsOf(formOf(request).id, MAX_LISTED);
    return jsonReply({ runs: ids.map((id) => toSharedRun(runs.read(id))) });
  },
});

export const readSharedRun = defineRoute({
  ...SHARED,
  id: 'readSharedRun',
  method: 'get',
  path: '/api/shared/{grant}/runs/{run}',
  summary: 'One run that was started by this link',
  params: grantParams.extend({ run: runId }),
  replies: { 200: { description: 'The run.', schema: sharedRun } },
  problems: ['not-found'],
  handle: (request, server) =>
    jsonReply(toSharedRun(server.runs.read(ownRun(formOf(request), request.params.run, server)))),
});

export const cancelSharedRun = defineRoute({
  ...SHARED,
  id: 'cancelSharedRun',
  method: 'post',
  path: '/api/shared/{grant}/runs/{run}/cancel',
  summary: 'Cancel a run that was started by this link',
  params: grantParams.extend({ run: runId }),
  replies: { 200: { description: 'The run.', schema: sharedRun } },
  problems: ['not-found', 'store-full'],
  handle(request, server) {
    const id = ownRun(formOf(request), request.params.run, server);
    server.runs.cancel(id);
    return jsonReply(toSharedRun(server.runs.read(id)));
  },
});

export const readSharedOutput = defineRoute({
  ...SHARED,
  id: 'readSharedOutput',
  method: 'get',
  path: '/api/shared/{grant}/outputs/{output}',
  summary: 'The bytes of an output of such a run',
  description: 'As every image made here, it carries its workflow and what it was made with.',
  params: grantParams.extend({ output: outputId }),
  query: z.strictObject({ sha256: sha256.optional() }),
  replies: { 200: { description: 'The file.', mediaType: 'image/*' } },
  problems: ['not-found', 'unavailable'],
  handle(request, server) {
    const grant = formOf(request);
    const { runId: run, sha256: hash, mediaType } = findOutput(server, request.params.output);
    ownRun(grant, run, server);
    const { sha256: addressed } = request.query;
    return blobReply(server.store.blobs, { sha256: hash, mediaType, foreign: false, addressed });
  },
});

interface GrantRequest {
  readonly grant?: Grant;
}

function grantOf({ grant }: GrantRequest): Grant {
  if (grant === undefined)
    throw new Error('Internal error: the gate of share links let a request without a grant through');
  return grant;
}

/** @throws Problem 404 for what only looks */
function formOf(request: GrantRequest): Grant {
  const grant = grantOf(request);
  if (grant.kind !== 'form') throw new Problem('not-found', 'This link shows a workflow; it runs nothing.');
  return grant;
}

/** @throws Problem 404 for runs that others started, as for those that do not exist */
function ownRun(grant: Grant, id: string, { store }: ServerParts): string {
  if (!store.grants.hasRun(grant.id, id)) throw new Problem('not-found', `This link has started no run "${id}".`);
  return id;
}

function sizeOf(image: { readonly sha256: string; readonly widthPx: number; readonly heightPx: number }) {
  return { sha256: image.sha256, widthPx: image.widthPx, heightPx: image.heightPx };
}
