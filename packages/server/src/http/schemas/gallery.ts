import { z } from 'zod';
import { isTimeZone } from '../../gallery/local-dates.js';
import type { GalleryFacets, GalleryPicture } from '../../store/gallery-table.js';
import { timestamp } from './common.js';
import type { Loose } from './loose.js';
import { outputId, outputRecord } from './runs.js';

const pictureFields = {
  ...outputRecord.shape,
  title: z.string().meta({ description: "The run's." }),
  starred: z.boolean(),
  prompt: z.string().meta({ description: 'Empty until the picture was looked at, and if it says nothing of itself.' }),
  model: z.string().meta({ description: 'Name of the checkpoint; empty as the prompt is.' }),
  deletedAt: timestamp.optional(),
};

export const galleryPicture = z
  .object(pictureFields)
  .meta({ id: 'GalleryPicture', description: 'A kept picture as the gallery shows it.' }) satisfies z.ZodType<
  Loose<GalleryPicture>
>;

export const similarPicture = z
  .object({
    ...pictureFields,
    likeness: z.number().min(-1).max(1).meta({ description: 'Of what both show; 1 for the same picture.' }),
  })
  .meta({ id: 'SimilarPicture' });

const count = z.int().min(0);

export const galleryFacets = z
  .object({
    models: z.array(z.object({ name: z.string(), count })),
    months: z.array(z.object({ month: z.string().meta({ example: '2026-01' }), count })),
    starred: count,
    deleted: count,
  })
  .meta({ id: 'GalleryFacets', description: 'How many pictures there are of each kind.' }) satisfies z.ZodType<
  Loose<GalleryFacets>
>;

export const galleryQuery = z.string().max(500).meta({
  description: 'What the pictures have to be like; docs/RESULTS.md says how to write it.',
  example: 'heart -blue steps>20 is:starred',
});

/** What dates mean. */
export const timeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'expected a time zone as IANA names it, such as Europe/Berlin')
  .optional()
  .meta({
    description: "The time zone of dates, as IANA names it; the server's own when left out.",
    example: 'Europe/Berlin',
  });

/** Numbers rise with every picture; see {@link galleryPicture}. */
export const pictureNumber = { min: 0, max: Number.MAX_SAFE_INTEGER } as const;

const MAX_PICTURES = 5_000;

export const pictureIds = z.array(outputId).min(1).max(MAX_PICTURES);

export const deletionId = z
  .string()
  .regex(/^[0-9a-f-]{36}$/, 'expected the id of a deletion')
  .meta({ description: 'Id of a deletion, by which all of it comes back.' });

export const deletionReply = z
  .object({ deletion: deletionId, count, sizeBytes: count })
  .meta({ id: 'Deletion', description: 'What was taken away. For 30 days it can be brought back.' });

export const changedReply = z.object({ changed: count });
