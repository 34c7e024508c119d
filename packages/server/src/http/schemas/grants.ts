import type { RunDetail } from '@unclip-studio/graph-core';
import { z } from 'zod';
import type { Grant } from '../../store/grants-table.js';
import { dimensionPx, runId, sha256, timestamp } from './common.js';
import { outputId, runState } from './runs.js';
import { inputValues, workflowInput } from './workflow-inputs.js';
import { workflowFile, workflowName } from './workflows.js';

const grantId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the id of a grant')
  .meta({ description: 'Id of a grant, which is no secret.' });

export const grantParams = z.object({ grant: grantId });

const grantKind = z.enum(['view', 'form']).meta({
  description: '`view`: look at a saved workflow, its newest state. `form`: run one saved revision by its inputs.',
});

const MAX_DAYS = 366;
const MAX_UPLOAD_MB = 100;

/** What a new grant allows when nothing is said. */
const GRANT_DEFAULTS = { days: 30, runsPerHour: 20, queuedRuns: 1, uploadsPerHour: 30, uploadMb: 16 } as const;

const limits = z.object({
  runsPerHour: z.int().min(0),
  queuedRuns: z.int().min(0),
  uploadsPerHour: z.int().min(0),
  uploadBytes: z.int().min(0),
});

export const createGrantBody = z
  .strictObject({
    kind: grantKind,
    workflowName,
    revision: z.int().min(1).optional().meta({ description: 'Of a form; the newest when left out.' }),
    days: z.number().positive().max(MAX_DAYS).default(GRANT_DEFAULTS.days).meta({ description: 'Until it expires.' }),
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
      .max(MAX_UPLOAD_MB)
      .default(GRANT_DEFAULTS.uploadMb)
      .meta({ description: 'Of one image.' }),
  })
  .meta({ id: 'CreateGrantRequest' });

export const grantRecord = z
  .object({
    id: grantId,
    kind: grantKind,
    workflowName: z.string(),
    revision: z.int().optional(),
    createdAt: timestamp,
    expiresAt: timestamp,
    limits: limits.optional().meta({ description: 'Of a form.' }),
  })
  .meta({ id: 'Grant', description: 'What a share link lets people do who have no token.' });

export const createdGrant = grantRecord
  .extend({ secret: z.string().meta({ description: 'Stands in the link, and is told this once.' }) })
  .meta({ id: 'CreatedGrant' });

export function toGrantRecord({
  id,
  kind,
  workflowName: name,
  revision,
  createdAt,
  expiresAt,
  limits: allowed,
}: Grant) {
  return {
    id,
    kind,
    workflowName: name,
    ...(revision === null ? {} : { revision }),
    createdAt: new Date(createdAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
    ...(kind === 'form' ? { limits: allowed } : {}),
  };
}

export const openSharedBody = z.strictObject({ secret: z.string().min(1).max(1024) }).meta({ id: 'OpenSharedRequest' });

export const sharedImage = z
  .object({
    name: z.string().meta({ description: 'What inputs and workflow call it.' }),
    sha256,
    widthPx: dimensionPx,
    heightPx: dimensionPx,
  })
  .meta({ id: 'SharedImage' });

/** What a share link shows. */
export const sharedThing = z
  .object({
    grant: grantId,
    kind: grantKind,
    title: z.string(),
    description: z.string().optional(),
    expiresAt: timestamp,
    images: z.array(sharedImage).meta({ description: 'Those of the library that it names.' }),
    inputs: z.array(workflowInput).optional().meta({ description: 'Of a form.' }),
    uploadBytes: z.int().optional().meta({ description: 'Of a form: how large an image may be.' }),
    workflow: workflowFile.optional().meta({ description: 'Of a view.' }),
    nodes: z
      .array(z.looseObject({ type: z.string() }))
      .optional()
      .meta({
        description: 'Of a view: the definitions of the node types that the workflow uses.',
      }),
  })
  .meta({ id: 'Shared', description: 'What a share link shows.' });

export const startSharedRunBody = z
  .strictObject({ inputs: inputValues.default({}) })
  .meta({ id: 'StartSharedRunRequest' });

const sharedOutput = z.object({
  id: outputId,
  name: z.string(),
  mediaType: z.string(),
  widthPx: dimensionPx,
  heightPx: dimensionPx,
  sha256,
});

export const sharedRun = z
  .object({
    id: runId,
    state: runState,
    createdAt: timestamp,
    place: z.int().min(0).optional(),
    /** Of the node that counts steps just now. */
    step: z.int().min(0).optional(),
    steps: z.int().min(0).optional(),
    message: z.string().optional().meta({ description: 'Why it failed.' }),
    outputs: z.array(sharedOutput),
  })
  .meta({ id: 'SharedRun', description: 'A run that was started by a share link.' });

export function toSharedRun(run: RunDetail) {
  const active = Object.values(run.nodes).find(({ state, steps }) => state === 'running' && steps !== undefined);
  return {
    id: run.id,
    state: run.state,
    createdAt: run.createdAt,
    ...(run.place === undefined ? {} : { place: run.place }),
    ...(active?.step === undefined ? {} : { step: active.step }),
    ...(active?.steps === undefined ? {} : { steps: active.steps }),
    ...(run.error === undefined ? {} : { message: run.error.message }),
    outputs: run.outputs.map(({ id, name, mediaType, widthPx, heightPx, sha256: hash }) => ({
      id,
      name,
      mediaType,
      widthPx,
      heightPx,
      sha256: hash,
    })),
  };
}
