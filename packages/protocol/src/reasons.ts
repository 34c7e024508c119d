import { z } from 'zod';
import type { Wire } from './wire.js';

const name = z.string();
const whole = z.int();

/**
 * Why something failed or was refused: a code with the values of its sentence. It stands beside the sentence in English, so
 * that a client can say the same in another language; a code that a client does not know is no mistake.
 */
export const reason = z
  .discriminatedUnion('code', [
    z.object({ code: z.literal('image-not-chosen') }),
    z.object({ code: z.literal('image-not-found'), image: name }),
    z.object({ code: z.literal('image-not-stored'), image: name }),
    z.object({ code: z.literal('image-format') }),
    z.object({ code: z.literal('image-damaged'), format: name }),
    z.object({ code: z.literal('image-animated'), frames: whole }),
    z.object({
      code: z.literal('image-dimensions'),
      widthPx: whole,
      heightPx: whole,
      maxMegapixels: z.number(),
      maxSidePx: whole,
    }),
    z.object({ code: z.literal('file-too-large') }),
    z.object({ code: z.literal('upload-too-large'), limitBytes: whole }),
    z.object({
      code: z.literal('model-not-found'),
      type: name.meta({ description: 'The type of the model, as lists of models have it.' }),
      name,
    }),
    z.object({ code: z.literal('licence-not-accepted'), models: z.array(name) }),
    z.object({ code: z.literal('licence-not-read'), repository: name, licence: name }),
    z.object({ code: z.literal('model-no-room'), neededBytes: whole, freeBytes: whole }),
    z.object({ code: z.literal('model-gone') }),
    z.object({ code: z.literal('out-of-memory'), model: name }),
    z.object({ code: z.literal('memory-freed') }),
    z.object({ code: z.literal('not-finite') }),
    z.object({ code: z.literal('disk-full') }),
    z.object({ code: z.literal('storage-full'), storage: name }),
    z.object({ code: z.literal('storage-unreachable') }),
    z.object({ code: z.literal('queue-full'), limit: whole }),
    z.object({ code: z.literal('workers-unreachable') }),
    z.object({ code: z.literal('run-not-found') }),
    z.object({ code: z.literal('run-not-queued') }),
    z.object({ code: z.literal('run-not-ended') }),
    z.object({ code: z.literal('workflow-not-found'), name }),
    z.object({ code: z.literal('workflow-changed'), name }),
    z.object({ code: z.literal('image-deleted') }),
    z.object({ code: z.literal('link-limit'), limit: z.enum(['runs', 'uploads']), perHour: whole, waitSeconds: whole }),
    z.object({ code: z.literal('link-busy'), limit: whole }),
    z.object({ code: z.literal('link-other-files'), names: z.array(name) }),
    z.object({ code: z.literal('link-without-workflow') }),
    z.object({ code: z.literal('too-many-links'), limit: whole }),
    z.object({ code: z.literal('not-signed-in') }),
    z.object({ code: z.literal('wrong-token') }),
    z.object({ code: z.literal('too-many-requests'), limit: whole, seconds: whole }),
    z.object({ code: z.literal('server-busy') }),
    z.object({ code: z.literal('took-too-long'), seconds: z.number() }),
    z.object({ code: z.literal('server-error') }),
  ])
  .meta({ id: 'Reason', description: 'What the sentence beside it says, as a code and its values.' });

export type Reason = Wire<typeof reason>;
