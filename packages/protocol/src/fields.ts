import { z } from 'zod';
import { MAX_LABEL_LENGTH } from './limits.js';

/** ISO 8601, UTC. */
export const timestamp = z.iso.datetime().meta({ example: '2026-01-31T12:00:00.000Z' });

/** What ids that this program gives look like. */
const ID = { name: /^[A-Za-z0-9_-]{1,64}$/, uuid: /^[0-9a-f-]{36}$/, hash: /^[0-9a-f]{24}$/ } as const;

/** @param what such as `a run` @param more goes behind it in the description */
export function idOf(what: string, form: keyof typeof ID, more = '') {
  return z
    .string()
    .regex(ID[form], `expected the id of ${what}`)
    .meta({ description: `Id of ${what}${more}.` });
}

export const runId = idOf('a run', 'name');

export const nodeId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'expected 1 to 64 letters, digits, "_" or "-"')
  .meta({ description: 'Id of a node inside its workflow.' });

export const expandedNodeId = z
  .string()
  .regex(/^[A-Za-z0-9_@./-]{1,1000}$/, 'expected the id of a node, or of one that contains it')
  .meta({ description: 'Id of a node; of one inside a subgraph `outer/inner`, of a cell of a sweep `node@1.2`.' });

export const outputId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_@~.-]{1,1000}\.\d{1,6}$/, 'expected the id of an output')
  .meta({ description: 'Id of an output: `run.node.index`.' });

export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .meta({ description: 'sha256 of the bytes, in hex.' });

export const dimensionPx = z.int().min(1).max(65_535);

/** How many there are of something, or bytes. */
export const count = z.int().min(0);

// Control and format characters, and line ends: they can hide text or change its direction.
const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb';
const LONE_SURROGATE = /\p{Cs}/u;

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

/** A number in a query or path. It travels as text, as everything in an address does; clients give a number. */
export function queryInteger(min: number, max: number) {
  return z.coerce.number<number>().int().min(min).max(max);
}

/** A part of a list, for routes whose entries are counted from the first one. */
export function pageQuery(maxLimit: number) {
  return z.strictObject({
    limit: queryInteger(1, maxLimit).optional(),
    offset: queryInteger(0, 1e9).optional().meta({ description: 'How many to pass over.' }),
  });
}
