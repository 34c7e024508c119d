import { z } from 'zod';
import type { ImageRecord } from '../../store/images-table.js';
import { dimensionPx, sha256, timestamp } from './common.js';
import type { Loose } from './loose.js';

export const imageRecord = z
  .object({
    sha256: sha256.meta({ description: 'The id of the picture: sha256 of its bytes, in hex.' }),
    name: z.string(),
    mediaType: z.string(),
    sizeBytes: z.int().min(0),
    widthPx: dimensionPx,
    heightPx: dimensionPx,
    createdAt: timestamp,
  })
  .meta({ id: 'Image', description: 'An uploaded picture.' }) satisfies z.ZodType<Loose<ImageRecord>>;
