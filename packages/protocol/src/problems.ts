import { z } from 'zod';
import { diagnostic } from './diagnostics.js';
import { reason } from './reasons.js';
import type { Wire } from './wire.js';

/** Every kind of refusal, by its name in `type`; the page at /api/docs has one entry for each. */
export const PROBLEM_KINDS = {
  'bad-request': { status: 400, title: 'The request does not fit the API' },
  'not-signed-in': { status: 401, title: 'The token is missing or wrong' },
  'foreign-origin': { status: 403, title: 'The page that asks is not one of ours' },
  'licence-not-accepted': { status: 403, title: 'The licence of a model has not been accepted' },
  'not-found': { status: 404, title: 'Not found' },
  'wrong-method': { status: 405, title: 'The address does not know this method' },
  conflict: { status: 409, title: 'It has changed meanwhile' },
  'too-large': { status: 413, title: 'The request is too large' },
  'wrong-media-type': { status: 415, title: 'The body has a type that is not taken here' },
  'foreign-host': { status: 421, title: 'The request names another host' },
  'invalid-workflow': { status: 422, title: 'The workflow cannot be run' },
  'invalid-image': { status: 422, title: 'The image cannot be read' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'queue-full': { status: 429, title: 'The queue is full' },
  'internal-error': { status: 500, title: 'The server made a mistake' },
  unavailable: { status: 503, title: 'The server cannot take work now' },
  'store-full': { status: 507, title: 'The disk is full' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;
export type ProblemStatus = (typeof PROBLEM_KINDS)[ProblemKind]['status'];

const fieldError = z.object({ path: z.string().meta({ example: 'body.workflow.nodes' }), message: z.string() });

/** One field that is wrong; `path` is dotted as in the request's JSON, with the part of the request first. */
export type FieldError = Wire<typeof fieldError>;

/** The body of every refusal, `application/problem+json`. */
export const problem = z
  .looseObject({
    type: z.string().meta({ example: '/api/docs#problem-bad-request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    because: reason.optional().meta({ description: 'What `detail` says, as data.' }),
    errors: z.array(fieldError).optional().meta({ description: 'The fields that are wrong.' }),
    diagnostics: z.array(diagnostic).optional().meta({ description: 'The problems of a workflow, as data.' }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457).' });

export type ProblemBody = Wire<typeof problem>;
