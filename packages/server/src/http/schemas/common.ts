import { z } from 'zod';

/** ISO 8601, UTC. */
export const timestamp = z.iso.datetime().meta({ example: '2026-01-31T12:00:00.000Z' });

export const runId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected the id of a run')
  .meta({ description: 'Id of a run.' });

export const nodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, "_" or "-"')
  .meta({ description: 'Id of a node inside its workflow.' });

export const expandedNodeId = z
  .string()
  .regex(/^[A-Za-z0-9_@./-]{1,1000}$/, 'expected the id of a node, or of one that it stands for')
  .meta({ description: 'Id of a node; of one inside a subgraph `outer/inner`, of a cell of a sweep `node@1.2`.' });

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'sha256 of the bytes, in hex.' });

export const dimensionPx = z.int().min(1).max(65_535);

// Control and format characters, and those which end lines: they hide text or turn it around.
const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';
const LONE_SURROGATE = /\p{Cs}/u;
const MAX_LABEL_LENGTH = 120;

/** A label that a user types: shown, stored, never made into a path. */
export const label = z
  .string()
  .min(1)
  .max(MAX_LABEL_LENGTH)
  .regex(
    new RegExp(`^[^\\s${HIDDEN}]([^${HIDDEN}]*[^\\s${HIDDEN}])?$`),
    'expected no control characters, and no spaces at the ends',
  )
  .refine((text) => !LONE_SURROGATE.test(text), 'expected whole characters')
  .transform((text) => text.normalize('NFC'));

export const diagnostic = z
  .looseObject({ code: z.string() })
  .meta({ id: 'Diagnostic', description: 'One problem of a workflow: a code and its facts.' });

export const problem = z
  .looseObject({
    type: z.string().meta({ example: '/api/docs#problem-bad-request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z
      .array(z.object({ path: z.string().meta({ example: 'body.workflow.nodes' }), message: z.string() }))
      .optional()
      .meta({ description: 'The fields that are wrong.' }),
    diagnostics: z.array(diagnostic).optional().meta({ description: 'The problems of a workflow, as data.' }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457).' });

/** Sent as text, as every query param is. */
export function queryInteger(min: number, max: number) {
  return z.coerce.number<string>().int().min(min).max(max);
}
