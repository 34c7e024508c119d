import { z } from 'zod';
import { count, dimensionPx, idOf, outputId, runId, sha256, timestamp } from '../fields.js';
import { MAX_GRANT_DAYS, MAX_GRANT_UPLOAD_MB } from '../limits.js';
import { reason } from '../reasons.js';
import type { RouteTable } from '../route.js';
import { runState } from '../runs.js';
import type { Wire } from '../wire.js';
import { inputValues, workflowFile, workflowInput, workflowName } from '../workflows.js';
import { definitions, language } from './catalog.js';
import { THUMBNAIL_ANSWERS, thumbnailQuery } from './images.js';
import { sharedLicense } from './models.js';
import { addressedQuery } from './outputs.js';
import { START_ERRORS } from './runs.js';

const grantId = idOf('a grant', 'name', ', which is not secret');

const grantKind = z.enum(['view', 'form']).meta({
  description: '`view`: look at a saved workflow, its newest state. `form`: run one saved revision by its inputs.',
});

/** What a new grant allows when nothing is said. */
const GRANT_DEFAULTS = { days: 30, runsPerHour: 20, queuedRuns: 10, uploadsPerHour: 30, uploadMb: 16 } as const;

const createGrantBody = z
  .strictObject({
    kind: grantKind,
    workflowName,
    revision: z.int().min(1).optional().meta({ description: 'Of a form; the newest when left out.' }),
    days: z
      .number()
      .positive()
      .max(MAX_GRANT_DAYS)
      .default(GRANT_DEFAULTS.days)
      .meta({ description: 'Until it expires.' }),
    runsPerHour: z.int().min(1).max(10_000).default(GRANT_DEFAULTS.runsPerHour),
    queuedRuns: z
      .int()
      .min(1)
      .max(1000)
      .default(GRANT_DEFAULTS.queuedRuns)
      .meta({ description: 'As many of its runs may wait or run at one time.' }),
    uploadsPerHour: z.int().min(0).max(10_000).default(GRANT_DEFAULTS.uploadsPerHour),
    uploadMb: z
      .number()
      .positive()
      .max(MAX_GRANT_UPLOAD_MB)
      .default(GRANT_DEFAULTS.uploadMb)
      .meta({ description: 'Of one image.' }),
  })
  .meta({ id: 'CreateGrantRequest' });
export type CreateGrantRequest = Wire<typeof createGrantBody>;

const grantRecord = z
  .object({
    id: grantId,
    kind: grantKind,
    workflowName: z.string(),
    revision: z.int().optional(),
    createdAt: timestamp,
    expiresAt: timestamp,
    limits: z
      .object({ runsPerHour: count, queuedRuns: count, uploadsPerHour: count, uploadBytes: count })
      .optional()
      .meta({ description: 'Of a form.' }),
  })
  .meta({ id: 'Grant', description: 'What a share link lets people do who have no token.' });
export type GrantRecord = Wire<typeof grantRecord>;

const createdGrant = grantRecord
  .extend({ secret: z.string().meta({ description: 'Part of the link; returned only once.' }) })
  .meta({ id: 'CreatedGrant' });

const sharedImage = z
  .object({
    name: z.string().meta({ description: 'What inputs and workflow call it.' }),
    sha256,
    widthPx: dimensionPx,
    heightPx: dimensionPx,
  })
  .meta({ id: 'SharedImage' });

const sharedThing = z
  .object({
    grant: grantId,
    kind: grantKind,
    title: z.string(),
    description: z.string().optional(),
    expiresAt: timestamp,
    images: z.array(sharedImage).meta({ description: 'Those of the library that it names.' }),
    licenses: z
      .array(sharedLicense)
      .optional()
      .meta({ description: 'Of the models that it uses, where one is known.' }),
    inputs: z.array(workflowInput).optional().meta({ description: 'Of a form.' }),
    uploadBytes: z.int().optional().meta({ description: 'Of a form: how large an image may be.' }),
    workflow: workflowFile.optional().meta({ description: 'Of a view.' }),
    nodes: definitions
      .optional()
      .meta({ description: 'Of a view: the definitions of the node types that the workflow uses.' }),
  })
  .meta({ id: 'Shared', description: 'What a share link shows.' });
export type Shared = Wire<typeof sharedThing>;

const sharedRun = z
  .object({
    id: runId,
    state: runState,
    createdAt: timestamp,
    place: count.optional(),
    step: count.optional().meta({ description: 'Of the node that counts steps now.' }),
    steps: count.optional(),
    message: z.string().optional().meta({ description: 'Why it failed.' }),
    because: reason.optional().meta({ description: 'What `message` says, as data.' }),
    preview: z
      .string()
      .optional()
      .meta({ description: 'A small image of what is being drawn, as a data URL; only if it was asked for.' }),
    outputs: z.array(
      z.object({
        id: outputId,
        name: z.string(),
        mediaType: z.string(),
        widthPx: dimensionPx,
        heightPx: dimensionPx,
        sha256,
      }),
    ),
  })
  .meta({ id: 'SharedRun', description: 'A run that was started by a share link.' });
export type SharedRun = Wire<typeof sharedRun>;

const ofFields = language.optional().meta({
  description: 'Of labels and help that the author of the workflow has not written; English if left out.',
});

const visitorHeaders = z.object({
  'visitor-key': z
    .string()
    .regex(/^[\x21-\x7e]{16,200}$/, 'expected 16 to 200 visible ASCII characters')
    .optional()
    .meta({ description: 'A secret that a visitor of the link makes up, by which runs are those of that visitor.' }),
});

const grantParams = z.object({ grant: grantId });
const imageParams = grantParams.extend({ image: sha256 });
const runParams = grantParams.extend({ run: runId });

export const sharingRoutes = {
  createGrant: {
    method: 'post',
    path: '/api/grants',
    summary: 'Make a share link, for people who have no token',
    description: 'The link is the address of the editor with `#grant=SECRET` behind it.',
    body: createGrantBody,
    answers: { 201: { description: 'The grant, and the secret of its link.', schema: createdGrant } },
    errors: ['not-found', 'invalid-workflow', 'conflict', 'store-full'],
  },
  listGrants: {
    method: 'get',
    path: '/api/grants',
    summary: 'The share links that can still be used, newest first',
    answers: { 200: { description: 'The grants.', schema: z.object({ grants: z.array(grantRecord) }) } },
  },
  revokeGrant: {
    method: 'delete',
    path: '/api/grants/{grant}',
    summary: 'Revoke a share link; it stops working at once',
    params: grantParams,
    answers: { 204: { description: 'The link no longer works.' } },
    errors: ['not-found', 'store-full'],
  },
  openShared: {
    method: 'post',
    path: '/api/shared',
    summary: 'Open a share link: exchange its secret for a cookie, and return what it shows',
    description: 'The cookie opens the addresses of this grant only. Programs send the secret as Bearer instead.',
    access: 'public',
    body: z.strictObject({ secret: z.string().min(1).max(1024), language: ofFields }).meta({ id: 'OpenSharedRequest' }),
    answers: { 200: { description: 'What the link shows.', schema: sharedThing } },
    errors: ['not-signed-in', 'not-found'],
  },
  readShared: {
    method: 'get',
    path: '/api/shared/{grant}',
    summary: 'What a share link shows',
    access: 'grant',
    params: grantParams,
    query: z.strictObject({ language: ofFields }),
    answers: { 200: { description: 'What the link shows.', schema: sharedThing } },
    errors: ['not-found'],
  },
  readSharedImage: {
    method: 'get',
    path: '/api/shared/{grant}/images/{image}',
    summary: 'An image that a share link shows, or that was uploaded by it',
    access: 'grant',
    params: imageParams,
    answers: { 200: { description: 'The file as it was uploaded.', mediaType: 'image/*' } },
    errors: ['not-found', 'unavailable'],
  },
  readSharedImageThumbnail: {
    method: 'get',
    path: '/api/shared/{grant}/images/{image}/thumbnail',
    summary: 'The same image, small',
    access: 'grant',
    params: imageParams,
    query: thumbnailQuery,
    answers: THUMBNAIL_ANSWERS,
    errors: ['not-found', 'unavailable'],
  },
  uploadSharedImage: {
    method: 'post',
    path: '/api/shared/{grant}/images',
    summary: 'Upload an image for the runs of a shared form',
    description: 'One PNG, JPEG or WebP in the field `file`. It can be used by this link only, by its sha256.',
    access: 'grant',
    params: grantParams,
    upload: true,
    answers: { 201: { description: 'The stored image.', schema: sharedImage } },
    errors: ['not-found', 'too-large', 'wrong-media-type', 'invalid-image', 'too-many-requests', 'store-full'],
  },
  startSharedRun: {
    method: 'post',
    path: '/api/shared/{grant}/runs',
    summary: 'Run a shared form with its inputs set',
    access: 'grant',
    params: grantParams,
    headers: visitorHeaders,
    body: z.strictObject({ inputs: inputValues.default({}) }).meta({ id: 'StartSharedRunRequest' }),
    answers: { 201: { description: 'The queued run.', schema: sharedRun } },
    errors: ['not-found', 'too-many-requests', ...START_ERRORS],
  },
  listSharedRuns: {
    method: 'get',
    path: '/api/shared/{grant}/runs',
    summary: 'The last runs that were started by this link, newest first',
    description: 'With `visitor-key`, only those that were started with the same.',
    access: 'grant',
    params: grantParams,
    headers: visitorHeaders,
    answers: { 200: { description: 'The runs.', schema: z.object({ runs: z.array(sharedRun) }) } },
    errors: ['not-found'],
  },
  readSharedRun: {
    method: 'get',
    path: '/api/shared/{grant}/runs/{run}',
    summary: 'One run that was started by this link',
    description:
      'With `preview=true`, previews are made for the next five seconds. Only those of samplers whose images are saved as they are decoded are given, since anything done to them on the way may hide something.',
    access: 'grant',
    params: runParams,
    query: z.strictObject({
      preview: z.enum(['true', 'false']).optional().meta({ description: 'Whether to make and return previews.' }),
    }),
    answers: { 200: { description: 'The run.', schema: sharedRun } },
    errors: ['not-found'],
  },
  cancelSharedRun: {
    method: 'post',
    path: '/api/shared/{grant}/runs/{run}/cancel',
    summary: 'Cancel a run that was started by this link',
    description: 'A run that was started with a `visitor-key` is cancelled only with the same.',
    access: 'grant',
    params: runParams,
    headers: visitorHeaders,
    answers: { 200: { description: 'The run.', schema: sharedRun } },
    errors: ['not-found', 'store-full'],
  },
  readSharedOutput: {
    method: 'get',
    path: '/api/shared/{grant}/outputs/{output}',
    summary: 'The bytes of an output of such a run',
    description:
      'An image without workflow, receipt and other metadata, which would show the graph; the marking that a model made it stays.',
    access: 'grant',
    params: grantParams.extend({ output: outputId }),
    query: addressedQuery,
    answers: { 200: { description: 'The file.', mediaType: 'image/*' } },
    errors: ['not-found', 'unavailable'],
  },
} as const satisfies RouteTable;
