import { z } from 'zod';
import { count, timestamp } from './fields.js';
import { reason } from './reasons.js';
import type { Wire } from './wire.js';

/** The `model` of a param, and `checkpoint` for whole models. */
export const modelType = z.string().regex(/^[a-z][a-z-]{0,31}$/, 'expected the type of a model, such as "lora"');
export type ModelType = Wire<typeof modelType>;

export const repositoryName = z
  .string()
  .max(200)
  .regex(/^[\w-][\w.-]*\/[\w-][\w.-]*$/, 'expected OWNER/NAME of a model repository')
  .meta({ example: 'sd2-community/stable-diffusion-2-1-unclip' });

/** The licence of a model, as its makers name it on the hub. */
export const modelLicense = z
  .object({
    name: z.string().meta({ description: 'Such as `openrail++`; empty if the hub names none.' }),
    url: z.string().meta({ description: 'Where it can be read.' }),
  })
  .meta({ id: 'ModelLicense' });

export const modelDownload = z
  .object({
    id: z.string(),
    repository: repositoryName,
    type: modelType,
    name: z.string().meta({ description: 'What workflows call the model once it is here.' }),
    state: z.enum(['waiting', 'running', 'failed', 'done']),
    doneBytes: count,
    totalBytes: count,
    file: z.string().optional().meta({ description: 'The file that is being fetched.' }),
    problem: z.string().optional().meta({ description: 'Why it failed, and what to do.' }),
    because: reason.optional(),
    unverified: z.array(z.string()).meta({ description: 'Files of which the hub lists no digest.' }),
    license: modelLicense,
    createdAt: timestamp,
  })
  .meta({ id: 'ModelDownload', description: 'A model that is being fetched, or was since the server started.' });
export type ModelDownload = Wire<typeof modelDownload>;
