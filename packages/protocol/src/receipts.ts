import { z } from 'zod';
import { count } from './fields.js';
import type { Wire } from './wire.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/);

const recordedInput = z.object({
  input: z.string(),
  node: z.string().meta({ description: 'Id of the source.' }),
  output: z.string(),
});
export type RecordedInput = Wire<typeof recordedInput>;

const recordedNode = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  params: z.record(z.string(), z.unknown()).meta({
    description: "Every param; a file counts by its content: an image's hash, a checkpoint's identity.",
  }),
  files: z.record(z.string(), z.string()).optional().meta({
    description: 'Param -> the name of its file in that run. Names decide nothing, they only help to find it.',
  }),
  plugin: z.object({ name: z.string(), version: z.string(), sha256: digest }).optional().meta({
    description: 'The package that the node comes from, if it is not one of this program.',
  }),
  inputs: z.array(recordedInput),
  fingerprint: digest,
});
/** One node of a record, with everything that its fingerprint is made of. */
export type RecordedNode = Wire<typeof recordedNode>;

/** How one image was made, as saved in the image itself: enough to verify every name in it and to make the image again. */
export const receipt = z.object({
  format: z.literal('unclip-receipt'),
  version: z.literal(1),
  program: z.string().meta({ description: 'Name and version of the program.' }),
  device: z.string(),
  pixels: digest.meta({ description: "sha256 of the image's width, height and RGB bytes." }),
  index: count.meta({ description: "Which of the node's images it is, from 0." }),
  nodes: z.array(recordedNode).min(1).meta({ description: 'The node that saved it, last, and all that it read.' }),
  digest: digest.optional().meta({ description: 'sha256 of all the rest; older receipts lack it.' }),
});
export type Receipt = Wire<typeof receipt>;
